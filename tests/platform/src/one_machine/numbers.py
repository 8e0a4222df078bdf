"""Rows and dollars at every station, and whether they are what they have to be. Pure: what was found goes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from one_machine.publisher import Sums, Truth

# A station's name, and which of the truth's sums it has to show.
STATIONS = {
    "judged": "read",
    "held back": "quarantined",
    "validated": "validated",
    "curated": "validated",
    "warehouse": "validated",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a station has of a year, beside what is true. `found` is `None` where the year is missing."""

    station: str
    found: Sums | None
    expected: Sums

    @property
    def agrees(self) -> bool:
        """To the row and cent."""
        return self.found == self.expected


@dataclass(frozen=True, slots=True)
class Year:
    """A year at every station."""

    truth: Truth
    cells: tuple[Cell, ...]

    @property
    def agrees(self) -> bool:
        """At each of them."""
        return all(cell.agrees for cell in self.cells)


def compare(truths: Sequence[Truth], found: Mapping[str, Mapping[str, Sums]]) -> list[Year]:
    """Years in order; `found` is by station and year."""

    def cells(truth: Truth) -> Iterator[Cell]:
        for station, sums in STATIONS.items():
            expected: Sums = getattr(truth, sums)
            yield Cell(station, found.get(station, {}).get(truth.year), expected)

    return [Year(truth, tuple(cells(truth))) for truth in sorted(truths, key=lambda one: one.year)]


def unexpected(truths: Sequence[Truth], found: Mapping[str, Mapping[str, Sums]]) -> list[str]:
    """Years that stations have and nobody published."""
    known = {truth.year for truth in truths}
    return [f"{station} has {year}" for station, years in found.items() for year in sorted(years.keys() - known)]
