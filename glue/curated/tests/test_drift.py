"""Shares of blanks are compared with the previous publication of the same year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from conftest import Staging
from pyspark.sql import functions
from support import curate

from assay_curated import inputs
from assay_curated.drift import drift
from assay_curated.lake import Lake
from assay_curated.manifest import Input
from assay_curated.tables import PAYMENTS_FACT


@pytest.fixture(scope="module")
def blank(staging: Staging) -> str:
    """2022 once more, with half of its records without an NPI."""
    turn = [0]

    def change(record: dict[str, str]) -> None:
        turn[0] += 1
        if turn[0] % 2:
            record["Covered_Recipient_NPI"] = ""

    return staging.publish(2022, publication="2025-01-30", change=change)


def read(lake: Lake, key: str) -> Input:
    (found,) = inputs.read(lake.spark, lake.root, [key])
    return found.input


def share(lake: Lake, tag: str, column: str) -> float:
    """The share computed from the rows."""
    rows = lake.spark.table(f"{lake.name(PAYMENTS_FACT)}.tag_{tag}").where("program_year = 2022")
    (found,) = rows.select(functions.avg(functions.col(column).isNull().cast("double"))).collect()
    return float(found[0])


def test_the_column_that_rose_most_is_told(new_lake: Callable[[], Lake], published: dict[str, str], blank: str) -> None:
    lake = new_lake()
    curate(lake, published["2021"], published["2022"])
    assert drift(lake, read(lake, published["2022"])) is None, "nothing older is there of that year"
    curate(lake, blank)
    curate(lake, published["2023"])
    new = read(lake, blank)
    found = drift(lake, new)
    assert found is not None
    assert (found.column, found.since) == ("npi", date(2023, 6, 30))
    before, after = (share(lake, tag, "npi") for tag in ("general_2022_20230630", new.tag))
    assert found.rise == pytest.approx(after - before, abs=1e-5)
    assert found.rise > 0.3
