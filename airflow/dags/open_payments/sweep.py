"""What maintenance found, by table, for people and for the next task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Of each table. The job's own report has all of them.
MOST_SHOWN = 5


def totals(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """How much goes, over all tables."""
    return {what: sum(len(one[what]) for one in tables.values()) for what in ("snapshots", "branches", "orphans")}


def lines(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A line a table, and some of its orphans."""
    for name, one in tables.items():
        yield (
            f"{name}: {len(one['snapshots'])} snapshots ({one['kept']} stay), {len(one['branches'])} branches, "
            f"{len(one['orphans'])} orphans; {one['tags']} publications stay by their tags"
        )
        yield from (f"{name}: orphan {url}" for url in one["orphans"][:MOST_SHOWN])
        if (more := len(one["orphans"]) - MOST_SHOWN) > 0:
            yield f"{name}: and {more} orphans more"
