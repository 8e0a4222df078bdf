"""pandera with its Polars backend: a schema of columns and checks, validated lazily, so that all failures are found.

usage: peer_pandera.py FILE OUT

The failure cases are its reasons, in a file of their own; the bad records are those they name.
"""

import sys
from collections.abc import Callable
from functools import reduce
from operator import add
from pathlib import Path

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData
from polars import col

import rules
from rules import AMOUNT, CHANGE_TYPE, COMPANY_ID, DATE, NATURE, NPI, PAYMENTS, RECIPIENT_TYPE, RECORD_ID, ZIP

FILE, OUT = sys.argv[1], Path(sys.argv[2])


def check(rule: str, good: Callable[[pl.Expr], pl.Expr]) -> pa.Check:
    """A check of one column; a blank passes."""

    def holds(given: PolarsData) -> pl.LazyFrame:
        return given.lazyframe.select(good(col(given.key)).fill_null(True))

    return pa.Check(holds, name=rule, error=rule)


def like(rule: str, pattern: str) -> pa.Check:
    return check(rule, lambda cell: cell.str.contains(pattern))


def one_of(rule: str, values: list[str]) -> pa.Check:
    return check(rule, lambda cell: cell.is_in(values))


def amount(cell: pl.Expr) -> pl.Expr:
    number = cell.cast(pl.Float64, strict=False)
    within = number.is_between(float(rules.LEAST_AMOUNT), float(rules.GREATEST_AMOUNT))
    return cell.str.contains(rules.AMOUNT_PATTERN) & within


def date(cell: pl.Expr) -> pl.Expr:
    parsed = cell.str.to_date("%m/%d/%Y", strict=False)
    # The year is a constant here: a check of a column sees no other column.
    good = cell.str.contains(rules.DATE_PATTERN) & (parsed.dt.year() == 2023).fill_null(False)
    return cell.is_null() | good


def npi(cell: pl.Expr) -> pl.Expr:
    number = cell.cast(pl.Int64, strict=False)
    digits = [number // 10 ** (9 - place) % 10 for place in range(10)]
    doubled = [pl.when(digit > 4).then(digit * 2 - 9).otherwise(digit * 2) for digit in digits]
    terms = [digit if place % 2 else doubled[place] for place, digit in enumerate(digits)]
    return cell.str.contains(rules.NPI_PATTERN) & ((reduce(add, terms) + rules.LUHN_START) % 10 == 0)


def payments(cell: pl.Expr) -> pl.Expr:
    within = cell.cast(pl.Int32, strict=False).is_between(1, rules.GREATEST_PAYMENTS)
    return cell.is_null() | within.fill_null(False)


def recipient_has_id(given: PolarsData) -> pl.LazyFrame:
    hospital = col(RECIPIENT_TYPE) == rules.HOSPITAL
    needed = pl.when(hospital).then(col(rules.HOSPITAL_ID)).otherwise(col(rules.PROFILE_ID))
    return given.lazyframe.select(needed.is_not_null())


def column(checks: pa.Check | None = None, *, required: bool = True, unique: bool = False) -> pa.Column:
    return pa.Column(pl.String, checks, nullable=not required, unique=unique)


SCHEMA = pa.DataFrameSchema(
    {
        RECORD_ID: column(like("R02", rules.ID_PATTERN), unique=True),
        COMPANY_ID: column(like("R03", rules.ID_PATTERN)),
        AMOUNT: column(check("R04", amount)),
        DATE: column(check("R05", date)),
        CHANGE_TYPE: column(one_of("R06", rules.CHANGE_TYPES)),
        RECIPIENT_TYPE: column(one_of("R07", rules.RECIPIENT_TYPES)),
        NATURE: column(one_of("R08", rules.NATURES)),
        rules.YEAR: column(),
        ZIP: column(like("R09", rules.ZIP_PATTERN), required=False),
        NPI: column(check("R10", npi), required=False),
        PAYMENTS: column(check("R12", payments), required=False),
    },
    checks=pa.Check(recipient_has_id, name="R11", error="R11"),
)


def main() -> None:
    frame = pl.read_csv(FILE, infer_schema=False, null_values=[""])
    try:
        SCHEMA.validate(frame, lazy=True)
        sys.exit("pandera found nothing bad in a file that has bad records")
    except pa.errors.SchemaErrors as errors:
        failures = errors.failure_cases
    failures.write_parquet(OUT / "failures.parquet", compression="zstd")
    places = pl.int_range(frame.height, dtype=failures["index"].dtype, eager=True)
    bad = places.is_in(failures["index"].drop_nulls().unique().implode())
    frame.filter(~bad).write_parquet(OUT / "good.parquet", compression="zstd")
    # The row number is what leads from a failure to its record.
    frame.with_columns(places.alias("index")).filter(bad).write_parquet(OUT / "bad.parquet", compression="zstd")


if __name__ == "__main__":
    main()
