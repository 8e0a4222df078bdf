"""The findings of maintenance, by table, for people and for the next task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Per table. The job's own report lists all of them.
MOST_SHOWN = 5


def totals(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """What would be removed, in total."""
    return {what: sum(len(one[what]) for one in tables.values()) for what in ("snapshots", "branches", "orphans")}


def lines(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One line per table, and some of its orphans."""
    for name, one in tables.items():
        yield (
            f"{name}: {len(one['snapshots'])} snapshots ({one['kept']} stay), {len(one['branches'])} branches, "
            f"{len(one['orphans'])} orphans; {one['tags']} publications stay by their tags"
        )
        yield from (f"{name}: orphan {url}" for url in one["orphans"][:MOST_SHOWN])
        if (more := len(one["orphans"]) - MOST_SHOWN) > 0:
            yield f"{name}: and {more} orphans more"
