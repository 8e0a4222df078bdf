"""Which landed files of a year are to be judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assay_provider import places
from assay_provider.landing.land import Landed
from assay_provider.landing.published import Listing

LISTING = Listing.load(Path(__file__).with_name("published.json"))


@dataclass(frozen=True, slots=True, order=True)
class Raw:
    """A landed file. `publication` is an ISO date, as far as the name tells it."""

    kind: str
    publication: str
    name: str


def read(name: str, year: str) -> Raw | None:
    """What a name says; None for what is not listed."""
    for one in LISTING.files:
        if found := re.search(one.pattern.replace("{year}", year), name):
            day = datetime.strptime(found["publication"], "%m%d%Y").date()  # noqa: DTZ007 (a date has no zone)
            return Raw(one.kind, day.isoformat(), name)
    return None


def choose(names: Iterable[str], year: str, kinds: Sequence[str], publication: str | None) -> list[Raw]:
    """The files of the named publication, or of each kind's newest."""
    there = sorted(one for name in names if (one := read(name, year)) is not None and one.kind in kinds)
    if publication is not None:
        return [one for one in there if one.publication == publication]
    newest = {one.kind: one.publication for one in there}
    return [one for one in there if one.publication == newest[one.kind]]


def by_name(landed: Iterable[Landed]) -> dict[str, dict[str, str]]:
    """Arguments of the operator by the name of the CSV file: an archive counts as the files in it."""
    found: dict[str, dict[str, str]] = {}
    for one in landed:
        file = places.local(one.url)
        if len(one.entries) > 1:
            found |= {entry.rpartition("/")[2]: {"file": file, "entry": entry} for entry in one.entries}
        else:
            found[one.name] = {"file": file}
    return found
