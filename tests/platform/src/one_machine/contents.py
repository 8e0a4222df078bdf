"""A digest of each final table, to compare two runs to the last cell."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from one_machine.stations import Stations

# Columns that say when and by which attempt something was done, not what.
_OF_THE_WAY = {"attempt", "committed_at", "loaded_at", "load_id", "snapshot_id"}
# The warehouse's records of its own loads.
_LEDGERS = {"load_state", "load_audit"}


def digests(stations: Stations) -> dict[str, str]:
    """The digest of each curated table, and of each table of the warehouse."""
    found, names = {}, stations.world.names
    curated = names.catalog.curated
    for table in curated.tables:
        columns, rows = stations.engine.query(f"select * from {curated.database}.{table}")  # noqa: S608 - our own names
        found[f"curated {table}"] = digest(columns, rows)
    named = "select table_name from information_schema.tables where table_type = 'BASE TABLE'"
    named += f" and table_schema = '{names.warehouse.schema}'"
    for table in sorted({str(name) for (name,) in stations.warehouse.query(named)[1]} - _LEDGERS):
        columns, rows = stations.warehouse.query(f"select * from {table}")  # noqa: S608 - as above
        found[f"warehouse {table}"] = digest(columns, rows)
    return found


def digest(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The digest of rows in any order, without the columns that differ between attempts."""
    kept = [place for place, column in enumerate(columns) if column not in _OF_THE_WAY]
    lines = sorted(repr([str(row[place]) for place in kept]) for row in rows)
    head = repr([columns[place] for place in kept])
    return hashlib.sha256("\n".join([head, *lines]).encode()).hexdigest()


def differing(smooth: dict[str, str], rough: dict[str, str]) -> list[str]:
    """Tables that differ between the two."""
    return sorted(name for name in smooth.keys() | rough.keys() if smooth.get(name) != rough.get(name))
