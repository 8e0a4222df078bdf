"""dataframely: a schema class with rules, and `filter`, which gives good rows and a description of the failures.

usage: peer_dataframely.py FILE OUT

Its results hold the columns of the schema and no others, so the schema names all 91: those without a rule are plain
text.
"""

import sys
from functools import reduce
from operator import add
from pathlib import Path

import dataframely as dy
import polars as pl
from polars import col

import rules
from columns import COLUMNS
from rules import AMOUNT, CHANGE_TYPE, COMPANY_ID, DATE, NATURE, NPI, PAYMENTS, RECIPIENT_TYPE, RECORD_ID, ZIP

FILE, OUT = sys.argv[1], Path(sys.argv[2])

PATTERNS = {
    RECORD_ID: rules.ID_PATTERN,
    COMPANY_ID: rules.ID_PATTERN,
    ZIP: rules.ZIP_PATTERN,
    NPI: rules.NPI_PATTERN,
}


def amount() -> pl.Expr:
    number = col(AMOUNT).cast(pl.Float64, strict=False)
    within = number.is_between(float(rules.LEAST_AMOUNT), float(rules.GREATEST_AMOUNT))
    return col(AMOUNT).str.contains(rules.AMOUNT_PATTERN) & within


def date() -> pl.Expr:
    parsed = col(DATE).str.to_date("%m/%d/%Y", strict=False)
    same_year = parsed.dt.year() == col(rules.YEAR).cast(pl.Int32, strict=False)
    good = col(DATE).str.contains(rules.DATE_PATTERN) & same_year.fill_null(False)
    return col(DATE).is_null() | good


def check_digit() -> pl.Expr:
    number = col(NPI).cast(pl.Int64, strict=False)
    digits = [number // 10 ** (9 - place) % 10 for place in range(10)]
    doubled = [pl.when(digit > 4).then(digit * 2 - 9).otherwise(digit * 2) for digit in digits]
    terms = [digit if place % 2 else doubled[place] for place, digit in enumerate(digits)]
    return (reduce(add, terms) + rules.LUHN_START) % 10 == 0


def recipient_has_id() -> pl.Expr:
    hospital = col(RECIPIENT_TYPE) == rules.HOSPITAL
    needed = pl.when(hospital).then(col(rules.HOSPITAL_ID)).otherwise(col(rules.PROFILE_ID))
    return needed.is_not_null()


def payments() -> pl.Expr:
    within = col(PAYMENTS).cast(pl.Int32, strict=False).is_between(1, rules.GREATEST_PAYMENTS)
    return col(PAYMENTS).is_null() | within.fill_null(False)


# What is true of a good record. R01 and the patterns are attributes of the columns.
RULES = {
    "R04": amount(),
    "R05": date(),
    "R06": col(CHANGE_TYPE).is_in(rules.CHANGE_TYPES),
    "R07": col(RECIPIENT_TYPE).is_in(rules.RECIPIENT_TYPES),
    "R08": col(NATURE).is_in(rules.NATURES),
    "R10": check_digit(),
    "R11": recipient_has_id(),
    "R12": payments(),
    "R13": col(RECORD_ID).is_unique() | col(RECORD_ID).is_null(),
}


def schema() -> type[dy.Schema]:
    """The schema of all columns; as a call, because 91 columns are better listed once."""
    members: dict[str, object] = {
        column: dy.String(nullable=column not in rules.REQUIRED, regex=PATTERNS.get(column)) for column in COLUMNS
    }
    for name, good in RULES.items():
        # A blank makes the expression null, and a blank is not this rule's business.
        members[name] = dy.rule()(lambda _, good=good: good.fill_null(True))
    return type("Payments", (dy.Schema,), members)


def main() -> None:
    frame = pl.read_csv(FILE, infer_schema=False, null_values=[""])
    good, failures = schema().filter(frame)
    good.write_parquet(OUT / "good.parquet", compression="zstd")
    # The bad rows with a column for each rule that says whether it held.
    failures.details().write_parquet(OUT / "bad.parquet", compression="zstd")


if __name__ == "__main__":
    main()
