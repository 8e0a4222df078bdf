"""Views and queries on PostgreSQL, compared with sums computed from the payments without SQL."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from conftest import World

from assay_warehouse import statements
from assay_warehouse.validate import question

ZERO = Decimal("0.00")


def answer(world: World, name: str) -> list[dict[str, Any]]:
    names, rows = world.warehouse.query(question(name, "general"))
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture
def loaded(world: World) -> World:
    for year in (2022, 2023):
        world.publish(year, "2024-06-28", seed=year)
        world.load(year)
    return world


def payments(world: World, kind: str = "general") -> list[dict[str, Any]]:
    return [one for year in world.tables.held.values() if year.kind == kind for one in year.payments()]


def sums(rows: list[dict[str, Any]], *keys: str) -> dict[tuple[Any, ...], tuple[int, Decimal]]:
    """Rows and dollars by some columns."""
    made: dict[tuple[Any, ...], tuple[int, Decimal]] = defaultdict(lambda: (0, ZERO))
    for row in rows:
        key = tuple(row[one] for one in keys)
        made[key] = (made[key][0] + 1, made[key][1] + row["amount"])
    return dict(made)


def test_every_query_runs_and_has_rows_of_what_is_loaded(loaded: World) -> None:
    for name in statements.names("analyst", "queries"):
        assert bool(answer(loaded, name)) == (name != "ownership"), name


def test_totals_of_years(loaded: World) -> None:
    found = {(one["program_year"],): (one["payments"], one["amount"]) for one in answer(loaded, "by_year")}
    assert found == sums(payments(loaded), "program_year")
    assert {str(one["publication"]) for one in answer(loaded, "by_year")} == {"2024-06-28"}


@pytest.mark.parametrize(
    ("query", "names", "keys"),
    [
        ("top_companies", ("program_year", "company_id"), ("program_year", "company_id")),
        ("by_nature", ("program_year", "nature_of_payment"), ("program_year", "nature_of_payment")),
    ],
)
def test_sums_by_a_column(loaded: World, query: str, names: tuple[str, ...], keys: tuple[str, ...]) -> None:
    rows = answer(loaded, query)
    found = {tuple(one[name] for name in names): (one["payments"], one["amount"]) for one in rows}
    assert found == sums(payments(loaded), *keys)


def test_the_top_are_in_order_and_ten_a_year(loaded: World) -> None:
    rows = answer(loaded, "top_recipients")
    people = sums([one for one in payments(loaded) if one["program_year"] == 2023], "recipient_key")
    wanted = sorted(people.items(), key=lambda one: (-one[1][1], one[0]))[:10]
    found = [one for one in rows if one["program_year"] == 2023]
    assert [(one["recipient_key"], one["amount"]) for one in found] == [(key[0], one[1]) for key, one in wanted]
    assert [one["place"] for one in found] == list(range(1, 11))
    names = {one["recipient_name"] for one in found if one["recipient_key"].startswith("P-")}
    assert all(name.startswith("Name ") for name in names)


def test_states_and_specialties_add_up_to_their_totals(loaded: World) -> None:
    whole = sum((one["amount"] for one in payments(loaded)), ZERO)
    assert sum(one["amount"] for one in answer(loaded, "by_state")) == whole
    people = sum((one["amount"] for one in payments(loaded) if one["specialty_1"]), ZERO)
    rows = answer(loaded, "by_specialty")
    assert sum(one["amount"] for one in rows) == people
    assert {(one["specialty_group"], one["specialty_class"]) for one in rows} == {
        ("Allopathic", "Internal Medicine"),
        ("Allopathic", "Surgery"),
        ("Dental", "Dentist"),
    }


def test_a_payment_is_counted_once_however_many_products_it_names(loaded: World) -> None:
    amounts = {one["record_id"]: one["amount"] for one in payments(loaded)}
    named: dict[str, set[str]] = {one: set() for one in amounts}
    for year in loaded.tables.held.values():
        for product in year.products():
            named[product["record_id"]].add(product["product_name"].upper())
    coverage = answer(loaded, "product_coverage")
    assert sum(one["amount"] for one in coverage) == sum(amounts.values())
    assert sum(one["payments"] for one in coverage) == len(amounts)
    by_count = {"none": 0, "one": 1, "several": 2}
    for one in coverage:
        wanted = [key for key, names in named.items() if min(len(names), 2) == by_count[one["products"]]]
        assert one["payments"] == len([key for key in wanted if key.startswith(str(one["program_year"]))])
    alone = sum((amounts[key] for key, names in named.items() if len(names) == 1), ZERO)
    rows = answer(loaded, "products")
    assert sum(one["amount_alone"] for one in rows) == alone
    naive = loaded.one("select sum(amount) from payments_fact join payment_products using (record_id)")
    assert naive[0] > sum(amounts.values()), "the data would not show a payment that is counted twice"
    assert {one["product"] for one in rows} == {"STENT A", "DRUG B", "KIT C"}, "one product is spelled in two ways"


def test_ownership_is_apart(loaded: World) -> None:
    general = answer(loaded, "by_nature")
    loaded.publish(2023, "2024-06-28", kind="ownership", rows=5)
    loaded.load(2023, kind="ownership")
    assert answer(loaded, "by_nature") == general
    found = {(one["program_year"], one["company_id"]): one["value_of_interest"] for one in answer(loaded, "ownership")}
    wanted = sums(payments(loaded, "ownership"), "program_year", "company_id")
    assert found == {key: amount for key, (_, amount) in wanted.items()}
