"""Which landed files of a year are to be judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from assay_provider import places
from assay_provider.landing.land import Landed
from assay_provider.landing.published import Listing

LISTING = Listing.load(Path(__file__).with_name("published.json"))


@dataclass(frozen=True, slots=True, order=True)
class Raw:
    """A landed file, ordered by precedence. `publication` is an ISO date, taken from the name, and empty if the name
    is not listed; `arguments` are the operator's."""

    publication: str
    landed_at: str
    kind: str
    name: str
    arguments: dict[str, str] = field(compare=False)


def files(landed: Iterable[Landed], year: str) -> list[Raw]:
    """The landed files; an archive counts as the files in it."""
    found = []
    for one in landed:
        file = places.local(one.url)
        entries = one.entries if len(one.entries) > 1 else ()
        named = {entry.rpartition("/")[2]: {"file": file, "entry": entry} for entry in entries}
        for name, arguments in (named or {one.name: {"file": file}}).items():
            kind, publication = read(name, year)
            found.append(Raw(publication, one.landed_at, kind, name, arguments))
    return found


def read(name: str, year: str) -> tuple[str, str]:
    """Kind and publication from a file name; empty if it is not listed."""
    for one in LISTING.files:
        if found := re.search(one.pattern.replace("{year}", year), name):
            day = datetime.strptime(found["publication"], "%m%d%Y").date()  # noqa: DTZ007 (a date has no zone)
            return one.kind, day.isoformat()
    return "", ""


def choose(there: Iterable[Raw], kinds: Sequence[str], publication: str | None) -> list[Raw]:
    """The file of each kind, for the given publication or the newest. Of several files for one publication the last
    landed counts, because it was landed to replace the others."""
    asked = [one for one in sorted(there) if one.kind in kinds and publication in {None, one.publication}]
    return list({one.kind: one for one in asked}.values())
