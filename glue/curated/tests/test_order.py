"""Tables are the same whatever the order in which years came, and however often."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assay_curated import inputs, publish
from assay_curated.errors import OlderPublication
from assay_curated.lake import Lake
from assay_curated.tables import TABLES


def curate(lake: Lake, *keys: str, again: bool = False) -> publish.Outcome:
    return publish.curate(lake, inputs.read(lake.spark, lake.root, keys), again=again, step=lambda _: None)


def content(lake: Lake) -> dict[str, list[str]]:
    """All rows of all tables."""
    return {table.name: sorted(str(row.asDict()) for row in lake.read(table).collect()) for table in TABLES}


def test_one(new_lake: Callable[[], Lake], published: dict[str, str]) -> None:
    import time
    for y in ("2021", "2022", "2023", "2023 restated"):
        lake = new_lake()
        t = time.time()
        curate(lake, published[y])
        print(y, time.time() - t)
