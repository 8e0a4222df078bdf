"""Each check fails if its subject is wrong, and only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession
from test_transforms import OLD, parts

from assay_curated import checks, tables
from assay_curated.checks import Check, Question
from assay_curated.columns import GENERAL
from assay_curated.errors import ChecksFailed
from assay_curated.manifest import Input

Frames = Callable[[str, list[tuple[object, ...]]], DataFrame]
KEY = tables.PAYMENTS_FACT.key


@pytest.fixture
def frame(spark: SparkSession) -> Frames:
    return lambda columns, rows: spark.createDataFrame(rows, columns)


def wrong(found: list[Check]) -> list[str]:
    return [str(check) for check in found if not check.holds]


FACT = "payment_kind string, program_year int, publication date, amount decimal(14,2)"
PUBLISHED = (
    "payment_kind string, program_year int, publication date, records_validated long, amount_validated decimal(18,2)"
)
GOOD = [
    ("general", 2023, OLD, Decimal("0.10")),
    ("general", 2023, OLD, Decimal("0.20")),
    ("general", 2022, OLD, Decimal("1.00")),
]
SAID = [("general", 2023, OLD, 2, Decimal("0.30")), ("general", 2022, OLD, 1, Decimal("1.00"))]


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (GOOD, []),
        (
            GOOD[:2],
            [
                "general 2022 of 2024-06-28: records: found 0, expected 1",
                "general 2022 of 2024-06-28: dollars: found 0.00, expected 1.00",
            ],
        ),
        (
            [*GOOD[:2], ("general", 2022, OLD, Decimal("1.01"))],
            ["general 2022 of 2024-06-28: dollars: found 1.01, expected 1.00"],
        ),
        ([*GOOD, ("general", 2021, OLD, Decimal(0))], ["general 2021 of 2024-06-28: records: found 1, expected 0"]),
        (
            [*GOOD[1:], ("general", 2023, date(2023, 1, 1), Decimal("0.10"))],
            [
                "general 2023 of 2023-01-01: records: found 1, expected 0",
                "general 2023 of 2023-01-01: dollars: found 0.10, expected 0.00",
                "general 2023 of 2024-06-28: records: found 1, expected 2",
                "general 2023 of 2024-06-28: dollars: found 0.20, expected 0.30",
            ],
        ),
    ],
)
def test_rows_and_cents_of_all_years(frame: Frames, fact: list[tuple[object, ...]], expected: list[str]) -> None:
    assert wrong(checks.totals(frame(FACT, fact), frame(PUBLISHED, list(SAID)))) == expected


def test_questions(frame: Frames) -> None:
    key = "payment_kind string, program_year int, record_id string"
    once = frame(key, [("general", 2023, "1"), ("general", 2022, "1")])
    twice = frame(key, [("general", 2023, "1"), ("general", 2023, "1")])
    people = frame("profile_id string", [("7",)])
    paid = frame("profile_id string", [("7",), (None,), ("8",), ("8",)])
    years = frame(
        "payment_kind string, program_year int, publication date", [("general", 2023, OLD), ("general", 2022, OLD)]
    )
    both = [Input("general", year, OLD, "r") for year in (2022, 2023)]
    slot = frame("slot int", [(1,), (2,)])
    records = parts(
        people.sparkSession,
        {"Associated_Drug_or_Biological_NDC_1": "x", "Covered_or_Noncovered_Indicator_4": "Covered"},
        {},
    )
    counts = frame("records long", [(1,), (2,)])
    names = tables.PHYSICIAN_NAMES
    cases: list[tuple[Question, str]] = [
        (checks.keys(tables.PAYMENTS_FACT, once), "0"),
        (checks.keys(tables.PAYMENTS_FACT, twice), "1"),
        (checks.orphans("x", people, people, ["profile_id"]), "0"),
        (checks.orphans("x", paid, people, ["profile_id"]), "1"),
        (checks.orphans("x", twice, once, KEY), "0"),
        (checks.orphans("x", once, twice, KEY), "1"),
        (checks.years(tables.COMPANY_NAMES, years, both), "0"),
        (checks.years(tables.COMPANY_NAMES, years, both[:1]), "1"),
        (checks.years(tables.COMPANY_NAMES, years, []), "2"),
        (checks.years(tables.COMPANY_NAMES, years, [both[0], Input("general", 2023, date(2025, 1, 1), "r")]), "1"),
        (checks.slots(GENERAL, records, slot), "2"),
        (checks.counted([(names, "profile_id", counts)], paid)[0], "3"),
    ]
    found = checks.answer([question for question, _ in cases])
    assert [check.found for check in found] == [expected for _, expected in cases]
    assert [check.expected for check in found] == [*["0"] * 10, "2", "3"]


def test_a_column_that_lost_values_is_told(frame: Frames) -> None:
    record = {"Change_Type": "NEW", "Covered_Recipient_NPI": "1"}
    people = parts(frame("x int", [(1,)]).sparkSession, record, record)
    carried = [one for one in GENERAL.of("payments_fact") if one.name not in ("program_year", "publication")]
    fact = people.selectExpr(
        *(f"if(_record = 1, {one.cms}, null) as {one.name}" for one in carried if one.name != "npi"),
        "cast(null as string) as npi",
    )
    assert wrong(checks.nulls(GENERAL, people, fact)) == ["nulls in `npi`: found 2, expected 0"]


def test_all_that_fails_is_told_at_once() -> None:
    with pytest.raises(ChecksFailed) as failed:
        checks.require([Check("a", "1", "2"), Check("b", "1", "1"), Check("c", "x", "y")], "here")
    assert str(failed.value) == "2 of 3 checks failed here:\n  a: found 2, expected 1\n  c: found y, expected x"
    checks.require([Check("b", "1", "1")], "here")
