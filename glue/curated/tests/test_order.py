"""Tables are the same for any order of years and any repetition; a restatement replaces its year."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

from conftest import Staging
from support import content, curate, leftovers

from assay_curated import tables
from assay_curated.errors import OlderPublication
from assay_curated.lake import Lake

# Jobs, and the years that each is given. `2023` after `2023 restated` is refused.
ORDERS = (
    (("2023",), ("2021", "2022"), ("2023 restated",)),
    (("2023 restated",), ("2022", "2023", "2021")),
    (("2023", "2022"), ("2022",), ("2023 restated", "2021"), ("2021", "2022"), ("2021",)),
)


def expected(staging: Staging, key: str) -> tuple[int, Decimal]:
    said = json.loads((staging.root / key).read_text())["assay"]
    amount = said["amounts"]["Total_Amount_of_Payment_USDollars"]["validated"]
    return said["records"]["validated"], Decimal(amount)


def year(lake: Lake, number: int, version: str = "main") -> tuple[int, Decimal]:
    name = lake.name(tables.PAYMENTS_FACT)
    found = lake.spark.sql(
        f"select count(*), sum(amount) from {name} version as of '{version}' where program_year = {number}"
    ).first()
    assert found is not None
    return found[0], found[1]


def test_orders_and_repetitions_give_equal_tables(
    new_lake: Callable[[], Lake], staging: Staging, published: dict[str, str]
) -> None:
    first: dict[str, list[str]] = {}
    for order in ORDERS:
        lake = new_lake()
        for job in order:
            try:
                curate(lake, *(published[name] for name in job))
            except OlderPublication as refused:
                assert "2023" in job
                assert "publication 2024-06-28 of general 2023 is older than 2025-01-30" in str(refused)  # noqa: PT017
        found = content(lake)
        first = first or found
        assert found == first, order
        assert leftovers(lake) == []
        for name, number in (("2021", 2021), ("2022", 2022), ("2023 restated", 2023)):
            assert year(lake, number) == expected(staging, published[name]), (order, name)
        assert [row for row in found["payment_products"] if "'program_year': 2023" in row] == []
        renamed = [row for row in found["companies_dim"] if "'last_publication': datetime.date(2025, 1, 30)" in row]
        assert renamed, "some companies are in the restatement"
        assert all("Holdings" in row for row in renamed), "the newest publication names the company"
        # The old publication is unchanged, whether it was once on main or was refused.
        if any("2023" in job for job in order):
            assert year(lake, 2023, "general_2023_20240628") == expected(staging, published["2023"])
        assert year(lake, 2023, "general_2023_20250130") == expected(staging, published["2023 restated"])
