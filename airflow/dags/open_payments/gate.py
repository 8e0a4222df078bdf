"""What must hold before a year is published: pure functions over the hosts' small results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def held_back(results: Sequence[Mapping[str, Any]]) -> float:
    """The largest share of records held back in any of the files."""
    counts = [one["records"] for one in results]
    return max((one["quarantined"] / one["read"] for one in counts if one["read"]), default=0.0)


def faults(results: Sequence[Mapping[str, Any]], year: str, most_quarantined: float) -> list[str]:
    """Reasons to hold the year; none lets it through."""
    found = []
    for one in results:
        counts, name = one["records"], f"{one['kind']} {one.get('year')} {one.get('publication')} (run {one['run_id']})"
        if one.get("year") != year:
            found.append(f"{name} is of year {one.get('year')}; this run is of {year}")
        if counts["read"] != counts["validated"] + counts["quarantined"]:
            found.append(f"{name}: {counts['read']} records were read, but {counts} are accounted for")
        if counts["quarantined"] > most_quarantined * counts["read"]:
            found.append(
                f"{name}: {counts['quarantined']} of {counts['read']} records are held back; at most "
                f"{most_quarantined:.1%} may be\n  see {one.get('quarantine')}"
            )
        if not one.get("manifest"):
            found.append(f"{name} has no manifest: nothing is published")
    return found
