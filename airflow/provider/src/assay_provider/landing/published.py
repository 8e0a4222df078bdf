"""The files that a publisher publishes for each year, as patterns of file names; finds missing ones.

The list is a JSON file: `{"files": [{"kind": "general", "pattern": "^OP_DTL_GNRL_PGYR{year}_", "from": 2013}, …],
"archives": ["^PGYR{year}_"]}`. `{year}` stands for the year. An archive may hold all kinds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Published:
    """One kind of file that is published for each year, from `since` on."""

    kind: str
    pattern: str
    since: int

    def is_(self, name: str, year: str) -> bool:
        """Whether a file with that name is of this kind and year."""
        return re.search(self.pattern.replace("{year}", re.escape(year)), name) is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of all published files."""

    files: tuple[Published, ...]
    archives: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Listing:
        """Raises `ValueError`, `KeyError` or `OSError`."""
        given = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(Published(one["kind"], one["pattern"], int(one["from"])) for one in given["files"])
        return cls(files, tuple(given.get("archives", ())))

    def kind(self, name: str, year: str) -> str | None:
        """The kind of a file; None for one that is not listed, and for an archive of several kinds."""
        return next((one.kind for one in self.files if one.is_(name, year)), None)

    def missing(self, year: str, names: Iterable[str], kinds: Sequence[str] | None = None) -> list[str]:
        """Kinds for which that year has no file."""
        there = list(names)
        if any(re.search(one.replace("{year}", year), name) for one in self.archives for name in there):
            return []
        wanted = [one for one in self.files if int(year) >= one.since and (kinds is None or one.kind in kinds)]
        return [one.kind for one in wanted if not any(one.is_(name, year) for name in there)]
