"""What tests of whole jobs share."""

from __future__ import annotations

from assay_curated import inputs, publish
from assay_curated.lake import Lake
from assay_curated.tables import TABLES


def curate(lake: Lake, *keys: str, again: bool = False) -> publish.Outcome:
    """Curates the manifests with these keys."""
    return publish.curate(lake, inputs.read(lake.spark, lake.root, keys), again=again, step=lambda _: None)


def content(lake: Lake) -> dict[str, list[str]]:
    """All rows of all tables, as text, in an order that says nothing of how they were written."""
    return {table.name: sorted(str(row.asDict()) for row in lake.read(table).collect()) for table in TABLES}


def leftovers(lake: Lake) -> list[str]:
    """Branches that a job left."""
    return [f"{table.name}.{name}" for table in TABLES for name in lake.branches(table) if name.startswith("audit_")]
