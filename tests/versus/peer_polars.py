"""Polars: every rule is an expression, evaluated by the streaming engine or on a whole frame.

usage: peer_polars.py FILE OUT streaming|eager

Streaming reads the file twice, once for the duplicates and once for everything else with both outputs fed from one
scan, so that memory stays small. Eager reads it once into a frame. Reasons are joined text: a list a record costs a
third more CPU.
"""

import sys
from functools import reduce
from operator import add
from pathlib import Path

import polars as pl
from polars import col

import bucket
import rules
from rules import AMOUNT, CHANGE_TYPE, COMPANY_ID, DATE, NATURE, NPI, PAYMENTS, RECIPIENT_TYPE, RECORD_ID, ZIP

FILE, OUT, MODE = sys.argv[1], Path(sys.argv[2]), sys.argv[3]


def unlike(column: str, pattern: str) -> pl.Expr:
    """The cell does not match."""
    return ~col(column).str.contains(pattern)


def strange(column: str, values: list[str]) -> pl.Expr:
    """The cell is none of the values."""
    return ~col(column).is_in(values)


def wrong_check_digit() -> pl.Expr:
    """The sum over the check digit does not end in 0: integer arithmetic, which is cheaper than slicing text."""
    number = col(NPI).cast(pl.Int64, strict=False)
    digits = [number // 10 ** (9 - place) % 10 for place in range(10)]
    doubled = [pl.when(digit > 4).then(digit * 2 - 9).otherwise(digit * 2) for digit in digits]
    terms = [digit if place % 2 else doubled[place] for place, digit in enumerate(digits)]
    return (reduce(add, terms) + rules.LUHN_START) % 10 != 0


def wrong_date() -> pl.Expr:
    """No date of the calendar, or one of another year."""
    date = col(DATE).str.to_date("%m/%d/%Y", strict=False)
    other_year = date.dt.year() != col(rules.YEAR).cast(pl.Int32, strict=False)
    return col(DATE).is_not_null() & (unlike(DATE, rules.DATE_PATTERN) | date.is_null() | other_year)


# What is true of a bad record; null, so not bad, where the cell is blank.
RULES = {
    "R01": pl.any_horizontal(col(column).is_null() for column in rules.REQUIRED),
    "R02": unlike(RECORD_ID, rules.ID_PATTERN),
    "R03": unlike(COMPANY_ID, rules.ID_PATTERN),
    "R04": unlike(AMOUNT, rules.AMOUNT_PATTERN)
    | ~col(AMOUNT).cast(pl.Float64, strict=False).is_between(float(rules.LEAST_AMOUNT), float(rules.GREATEST_AMOUNT)),
    "R05": wrong_date(),
    "R06": strange(CHANGE_TYPE, rules.CHANGE_TYPES),
    "R07": strange(RECIPIENT_TYPE, rules.RECIPIENT_TYPES),
    "R08": strange(NATURE, rules.NATURES),
    "R09": unlike(ZIP, rules.ZIP_PATTERN),
    "R10": unlike(NPI, rules.NPI_PATTERN) | wrong_check_digit(),
    "R11": pl.when(col(RECIPIENT_TYPE) == rules.HOSPITAL)
    .then(col(rules.HOSPITAL_ID).is_null())
    .otherwise(col(rules.PROFILE_ID).is_null()),
    "R12": col(PAYMENTS).is_not_null()
    & ~col(PAYMENTS).cast(pl.Int32, strict=False).is_between(1, rules.GREATEST_PAYMENTS).fill_null(False),
}


def reasons(repeated: pl.Expr) -> pl.Expr:
    """The rules a record breaks, joined by commas; empty if it breaks none."""
    broken = RULES | {"R13": repeated}
    return pl.concat_str(
        [pl.when(bad).then(pl.lit(rule)) for rule, bad in broken.items()], separator=",", ignore_nulls=True
    ).alias("reasons")


def streaming() -> None:
    options = bucket.storage_options() if bucket.is_address(FILE) else None
    scan = pl.scan_csv(FILE, infer_schema=False, null_values=[""], storage_options=options)
    counted = scan.select(RECORD_ID).drop_nulls().group_by(RECORD_ID).len()
    repeated = counted.filter(col("len") > 1).collect(engine="streaming")[RECORD_ID]
    judged = scan.with_columns(reasons(col(RECORD_ID).is_in(repeated.implode())))
    good = judged.filter(col("reasons") == "").drop("reasons")
    bad = judged.filter(col("reasons") != "")
    outputs = [
        good.sink_parquet(OUT / "good.parquet", compression="zstd", lazy=True),
        bad.sink_parquet(OUT / "bad.parquet", compression="zstd", lazy=True),
    ]
    pl.collect_all(outputs, engine="streaming")


def eager() -> None:
    frame = pl.read_csv(FILE, infer_schema=False, null_values=[""])
    repeated = col(RECORD_ID).is_duplicated() & col(RECORD_ID).is_not_null()
    # Through the lazy interface, so that the optimiser computes what rules share once.
    found = frame.lazy().select(reasons(repeated)).collect().to_series()
    good = found == ""
    frame.filter(good).write_parquet(OUT / "good.parquet", compression="zstd")
    frame.filter(~good).with_columns(found.filter(~good)).write_parquet(OUT / "bad.parquet", compression="zstd")


if __name__ == "__main__":
    {"streaming": streaming, "eager": eager}[MODE]()
