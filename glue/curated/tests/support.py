"""Shared by tests of whole jobs."""

from __future__ import annotations

import pytest

from assay_curated import inputs, publish
from assay_curated.lake import Lake
from assay_curated.tables import TABLES, Table


def curate(lake: Lake, *keys: str, again: bool = False) -> publish.Outcome:
    """Curates the manifests with these keys."""
    return publish.curate(lake, inputs.read(lake.spark, lake.root, keys), again=again, step=lambda _: None)


def content(lake: Lake) -> dict[str, list[str]]:
    """All rows of all tables, as text, in an order independent of how they were written."""
    return {table.name: sorted(str(row.asDict()) for row in lake.read(table).collect()) for table in TABLES}


def leftovers(lake: Lake) -> list[str]:
    """Branches that a job left."""
    return [f"{table.name}.{name}" for table in TABLES for name in lake.branches(table) if name.startswith("audit_")]


class Killed(Exception):
    """Simulates the end of a process."""


def killed(lake: Lake, key: str, patch: pytest.MonkeyPatch, *, after: int) -> None:
    """Runs a job that dies once it has moved `after` tables to their branches."""
    moved: list[str] = []
    move = Lake.fast_forward

    def moving(lake: Lake, table: Table, branch: str) -> None:
        if len(moved) == after:
            raise Killed
        move(lake, table, branch)
        moved.append(table.name)

    with patch.context() as own:
        own.setattr(Lake, "fast_forward", moving)
        with pytest.raises(Killed):
            curate(lake, key)
