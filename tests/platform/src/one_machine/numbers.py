"""Rows and dollars at every station, compared with the expected values. Pure functions of the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from one_machine.publisher import Sums, Truth

# A station's name, and which of the true sums it must show.
STATIONS = {
    "judged": "read",
    "held back": "quarantined",
    "validated": "validated",
    "curated": "validated",
    "warehouse": "validated",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A station's figures for a year, with the true ones. `found` is `None` if the year is missing."""

    station: str
    found: Sums | None
    expected: Sums

    @property
    def agrees(self) -> bool:
        """Whether both agree, to the row and cent."""
        return self.found == self.expected


@dataclass(frozen=True, slots=True)
class Year:
    """A year at every station."""

    truth: Truth
    cells: tuple[Cell, ...]

    @property
    def agrees(self) -> bool:
        """Whether all stations agree."""
        return all(cell.agrees for cell in self.cells)


def compare(truths: Sequence[Truth], found: Mapping[str, Mapping[str, Sums]]) -> list[Year]:
    """Years in order; `found` is by station and year."""

    def cells(truth: Truth) -> Iterator[Cell]:
        for station, sums in STATIONS.items():
            expected: Sums = getattr(truth, sums)
            yield Cell(station, found.get(station, {}).get(truth.year), expected)

    return [Year(truth, tuple(cells(truth))) for truth in sorted(truths, key=lambda one: one.year)]


def unexpected(truths: Sequence[Truth], found: Mapping[str, Mapping[str, Sums]]) -> list[str]:
    """Years that stations have but nobody published."""
    known = {truth.year for truth in truths}
    return [f"{station} has {year}" for station, years in found.items() for year in sorted(years.keys() - known)]
