"""What must hold before a branch is published. Each check compares a value with the host's audit, or with
another table; none repairs anything.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812 - the usual name

from assay_curated import columns, tables, transforms
from assay_curated.columns import Kind
from assay_curated.errors import ChecksFailed
from assay_curated.manifest import Input, Manifest
from assay_curated.tables import Table

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check: its subject, what was expected, and what was found."""

    name: str
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        """Whether both are the same."""
        return self.expected == self.found

    def __str__(self) -> str:
        return f"{self.name}: found {self.found}, expected {self.expected}"


def require(checks: Sequence[Check], where: str) -> None:
    """Raises `ChecksFailed` with all checks that fail."""
    if wrong := [str(check) for check in checks if not check.holds]:
        raise ChecksFailed(f"{len(wrong)} of {len(checks)} checks failed {where}:\n  " + "\n  ".join(wrong))


def inputs(kind: Kind, manifests: Sequence[Manifest], parts: DataFrame) -> list[Check]:
    """Before anything is written: each part has the rows and bytes that its manifest gives, no record belongs to
    another year or publication, no column that a fact requires is null, and dollars equal those of the audit.
    """
    required = [one for one in kind.of(columns.FACT) if not tables.PAYMENTS_FACT.schema[one.name].nullable]
    said = {"program_year": "year", "publication": "published"}
    wrong = [F.col(one.cms) != F.col(said[one.name]) for one in kind.columns if one.name in said]
    found = parts.groupBy("year", "part", "part_bytes").agg(
        F.count("*").alias("rows"),
        F.sum(kind.amount).alias("amount"),
        F.count_if(wrong[0] | wrong[1]).alias("elsewhere"),
        *(F.count_if(F.col(one.cms).isNull()).alias(f"no {one.name}") for one in required if one.name not in said),
    )
    rows = found.collect()
    made = []
    for manifest in manifests:
        year = f"{kind.name} {manifest.input.year}"
        own = [row for row in rows if row["year"] == manifest.input.year]
        expected = sorted((part.url.rsplit("/", 1)[1], part.rows, part.bytes) for part in manifest.parts if part.rows)
        seen = sorted((row["part"], row["rows"], row["part_bytes"]) for row in own)
        made += [
            Check(f"{year}: parts (name, rows, bytes)", str(expected), str(seen)),
            Check(f"{year}: dollars in the parts", str(manifest.sums.amount_validated), str(_sum(own, "amount"))),
            Check(f"{year}: records of another year or publication", "0", str(sum(row["elsewhere"] for row in own))),
            *(
                Check(f"{year}: nulls in `{one.cms}`", "0", str(sum(row[f"no {one.name}"] for row in own)))
                for one in required
                if one.name not in said
            ),
        ]
    return made


def totals(fact: DataFrame, publications: DataFrame) -> list[Check]:
    """Rows and cents of every kind and year in the fact, compared with the current publication: for the years written
    now, and for those that must not have changed.
    """
    year = ("payment_kind", "program_year", "publication")
    published = {
        tuple(row[:3]): (row["records_validated"], row["amount_validated"])
        for row in publications.select(*year, "records_validated", "amount_validated").collect()
    }
    counted = {
        tuple(row[:3]): (row["rows"], row["dollars"])
        for row in fact.groupBy(*year).agg(F.count("*").alias("rows"), F.sum("amount").alias("dollars")).collect()
    }
    made = []
    for key in sorted({*published, *counted}):
        expected, found = published.get(key, (0, NOTHING)), counted.get(key, (0, NOTHING))
        name = f"{key[0]} {key[1]} of {key[2]}"
        made.append(Check(f"{name}: records", str(expected[0]), str(found[0])))
        made.append(Check(f"{name}: dollars", str(expected[1]), str(found[1])))
    return made


def nulls(kind: Kind, parts: DataFrame, fact: DataFrame) -> list[Check]:
    """Each column of the fact is null as often as its source column: the host's share of nulls is kept."""
    carried = [one for one in kind.of(columns.FACT) if one.name not in ("program_year", "publication")]
    expected = parts.agg(*(F.count_if(F.col(one.cms).isNull()).alias(one.name) for one in carried)).first()
    found = fact.agg(*(F.count_if(F.col(one.name).isNull()).alias(one.name) for one in carried)).first()
    return [Check(f"nulls in `{one.name}`", _text(expected, one.name), _text(found, one.name)) for one in carried]


@dataclass(frozen=True, slots=True)
class Question:
    """A check whose answer is a single value of a frame: all questions about a branch are answered in one query."""

    name: str
    expected: str
    value: DataFrame


def answer(questions: Sequence[Question]) -> list[Check]:
    """Asks all questions at once."""
    rows = [
        one.value.toDF("found").select(F.lit(place).alias("place"), F.col("found").cast("string"))
        for place, one in enumerate(questions)
    ]
    found = {row["place"]: row["found"] or "0" for row in reduce(DataFrame.union, rows).collect()}
    return [Check(one.name, one.expected, found[place]) for place, one in enumerate(questions)]


def keys(table: Table, rows: DataFrame) -> Question:
    """No two rows have the same key."""
    twice = rows.groupBy(*table.key).agg(F.count("*").alias("rows")).where("rows > 1")
    return Question(f"`{table.name}`: keys that are not unique", "0", twice.agg(F.count("*")))


def orphans(name: str, rows: DataFrame, other: DataFrame, key: Sequence[str]) -> Question:
    """Every row that has `key` finds a row of `other`."""
    asked = rows.select(*key).dropna().distinct()
    lost = asked.join(other.select(*key), [*key], "left_anti")
    return Question(f"{name}: without a row", "0", lost.agg(F.count("*")))


def slots(kind: Kind, parts: DataFrame, products: DataFrame) -> Question:
    """There are as many product rows as filled product slots."""
    filled = [
        transforms.anything([one.cms for one in kind.of(columns.PRODUCTS, slot)]).cast("int")
        for slot in range(1, kind.slots + 1)
    ]
    expected = parts.agg(F.sum(sum(filled[1:], filled[0])).alias("slots")).first()
    return Question("product slots that say anything", _text(expected, "slots"), products.agg(F.count("*")))


def counted(variants: Sequence[tuple[Table, str, DataFrame]], fact: DataFrame) -> list[Question]:
    """Each record of the fact that has the key of a table of variants is counted in exactly one of its rows."""
    names = sorted({key for _, key, _ in variants})
    expected = fact.agg(*(F.count(name).alias(name) for name in names)).first()
    return [
        Question(f"`{table.name}`: records counted", _text(expected, key), rows.agg(F.sum("records")))
        for table, key, rows in variants
    ]


def years(table: Table, rows: DataFrame, wanted: Iterable[Input]) -> Question:
    """The table has rows only of the current publications."""
    counting = [
        (F.col("payment_kind") == one.kind)
        & (F.col("program_year") == one.year)
        & (F.col("publication") == F.lit(one.publication))
        for one in wanted
    ]
    other = rows.where(~reduce(operator.or_, counting, F.lit(False)))
    return Question(f"`{table.name}`: rows of other publications", "0", other.agg(F.count("*")))


def _sum(rows: Iterable[Row], name: str) -> Decimal:
    return sum((row[name] for row in rows if row[name] is not None), NOTHING)


def _text(row: Row | None, name: str) -> str:
    return str(row[name] or 0) if row is not None else "0"
