"""Everything that the page shows, queried once. The verdict is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from one_machine import commands, numbers
from one_machine.publisher import FIRST, Sums, Truth
from one_machine.stations import Stations
from one_machine.story import RESTATED, Story
from one_machine.world import World


@dataclass(frozen=True, slots=True)
class Company:
    """What a company paid in a year."""

    year: str
    name: str
    payments: int
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class Rejected:
    """Records that a rule holds back, over all years, with an example of its message."""

    rule: str
    records: int
    example: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The answers of every station at the end."""

    years: list[numbers.Year]
    before: tuple[Truth, Sums | None]
    companies: list[Company]
    rejected: list[Rejected]
    faults: list[str]

    @property
    def agrees(self) -> bool:
        """Whether every row and cent is where it should be."""
        return not self.faults


def look(story: Story) -> Seen:
    """Queries every station."""
    world = story.platform.world
    stations = Stations.open(world)
    found = stations.sums()
    truths = list(story.truths.values())
    years = numbers.compare(truths, found)
    old = story.first[RESTATED]
    travelled = stations.at(f"general_{RESTATED}_{FIRST.replace('-', '')}").get(RESTATED)
    here, there = _companies(world), _companies(world, "--in-place")
    faults = [*_differing(years), *numbers.unexpected(truths, found)]
    if travelled != old.validated:
        faults.append(f"{RESTATED} as of {FIRST}: {travelled}; expected {old.validated}")
    if here != there:
        faults.append(f"the warehouse's top companies are {here}, and those of the bucket {there}")
    return Seen(years, (old, travelled), here, _rejected(world), faults)


def _differing(years: list[numbers.Year]) -> Iterator[str]:
    for year in years:
        for cell in year.cells:
            if not cell.agrees:
                yield f"{year.truth.year} {cell.station}: {cell.found}; expected {cell.expected}"


def _companies(world: World, *how: str) -> list[Company]:
    answers = commands.python(world, "assay_warehouse", "query", "top_companies", *how).answers
    found = [
        Company(str(one["program_year"]), one["company_name"], int(one["payments"]), Decimal(one["amount"]))
        for one in answers
    ]
    return sorted(found, key=lambda one: (one.year, -one.dollars, one.name))


def _rejected(world: World) -> list[Rejected]:
    found: dict[str, Rejected] = {}
    for one in _answers(world, "rejects_by_rule"):
        there = found.get(one["rule"])
        records = int(one["records"]) + (there.records if there else 0)
        found[one["rule"]] = Rejected(one["rule"], records, there.example if there else one["example"])
    return sorted(found.values(), key=lambda one: (-one.records, one.rule))


def _answers(world: World, name: str) -> list[dict[str, Any]]:
    return commands.python(world, "assay_warehouse", "validate", name).answers
