"""Comparing figures."""

from decimal import Decimal

import pytest

from one_machine.numbers import STATIONS, compare, unexpected
from one_machine.publisher import Sums, Truth, truth_of

READ, GOOD, HELD = Sums(10, Decimal("100.00")), Sums(9, Decimal("90.00")), Sums(1, Decimal("10.00"))
TRUTH = Truth("2019", "2022-06-30", "F.csv", READ, GOOD, HELD)
ALL = {"judged": READ, "held back": HELD, "validated": GOOD, "curated": GOOD, "warehouse": GOOD}


@pytest.mark.parametrize(
    ("station", "found", "agrees"),
    [
        ("judged", READ, True),
        ("warehouse", GOOD, True),
        ("warehouse", Sums(9, Decimal("90.01")), False),
        ("curated", Sums(8, Decimal("90.00")), False),
        ("held back", Sums(0, Decimal(0)), False),
        ("validated", None, False),
    ],
)
def test_a_year_agrees_if_each_station_does_to_the_cent(station: str, found: Sums | None, *, agrees: bool) -> None:
    all_of_them = {name: {"2019": sums} for name, sums in ALL.items()}
    all_of_them[station] = {} if found is None else {"2019": found}
    (year,) = compare([TRUTH], all_of_them)
    assert year.agrees is agrees
    assert [cell.station for cell in year.cells if not cell.agrees] == ([] if agrees else [station])


def test_every_station_is_there_even_if_it_has_nothing() -> None:
    (year,) = compare([TRUTH], {})
    assert [cell.station for cell in year.cells] == list(STATIONS)
    assert not year.agrees


def test_a_year_that_nobody_published_is_told() -> None:
    assert unexpected([TRUTH], {"warehouse": {"2019": GOOD, "2020": GOOD}}) == ["warehouse has 2020"]


def test_truth_is_read_to_the_cent() -> None:
    told = {
        "records": {"read": 10, "validated": 9, "quarantined": 1, "defective": 2},
        "amounts": {"Dollars": {"read": "100.00", "validated": "90.00", "quarantined": "10.00"}},
    }
    assert truth_of("2019", "2022-06-30", "F.csv", told) == TRUTH
