"""Curated rows from validated records. DataFrames in, DataFrames out: nothing here reads, writes or counts.

Rows of a year are made from that year's records alone, and a dimension from all years' variants, regardless of
their order. So tables are the same for any order of years and any repetition.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the usual name

from assay_curated import columns, tables
from assay_curated.columns import Kind
from assay_curated.tables import Table


def facts(kind: Kind, parts: DataFrame) -> DataFrame:
    """`payments_fact`: one row per record."""
    made = {
        **_year(),
        **{one.name: F.col(one.cms) for one in kind.of(columns.FACT) if one.name not in _year()},
        "run_id": F.col("run"),
        "source_record": F.col("_record"),
        "source_line": F.col("_line"),
    }
    made["recipient_key"] = F.coalesce(person_key(made["profile_id"]), hospital_key(made["teaching_hospital_ccn"]))
    return _ordered(tables.PAYMENTS_FACT, parts, made)


def products(kind: Kind, parts: DataFrame) -> DataFrame:
    """`payment_products`: a row for each filled product slot. The amount stays with the payment."""
    record = next(one.cms for one in kind.of(columns.PRODUCTS) if one.name == "record_id")
    slots = [_slot(kind, parts, record, slot) for slot in range(1, kind.slots + 1)]
    return reduce(DataFrame.unionByName, slots)


def _slot(kind: Kind, parts: DataFrame, record: str, slot: int) -> DataFrame:
    own = kind.of(columns.PRODUCTS, slot)
    filled = anything([one.cms for one in own])
    made = {**_year(), "record_id": F.col(record), "slot": F.lit(slot), **{one.name: F.col(one.cms) for one in own}}
    return _ordered(tables.PAYMENT_PRODUCTS, parts.where(filled), made)


def variants(kind: Kind, parts: DataFrame, table: Table, key: str) -> DataFrame:
    """A table of variants: each spelling for the key `key`, by year, and how many records have it."""
    made = {**_year(), **{one.name: F.col(one.cms) for one in kind.of(table.name)}}
    rows = parts.select(*(column.alias(name) for name, column in made.items())).where(F.col(key).isNotNull())
    return rows.groupBy(*made).agg(F.count("*").alias("records")).select(*table.schema.names)


def canonical(rows: DataFrame, key: str, values: Sequence[str]) -> DataFrame:
    """One row of `values` for each `key`, by a fixed rule: the most frequent values in the newest publication; in a
    tie, the first in byte order, with blanks first. Rows without any value are ignored.
    """
    counted = rows.where(anything(values)).groupBy(key, "publication", *values).agg(F.sum("records").alias("_records"))
    rank = F.struct(
        (-F.unix_date("publication")).alias("_age"), (-F.col("_records")).alias("_few"), *(F.col(one) for one in values)
    )
    best = counted.groupBy(key).agg(F.min(rank).alias("_best"))
    return best.select(key, *(F.col(f"_best.{value}").alias(value) for value in values))


def physicians(names: DataFrame, addresses: DataFrame, credentials: DataFrame) -> DataFrame:
    """`physicians_dim`: a row for each profile, from the variants of all years."""
    key = "profile_id"
    spelled = ("first_name", "middle_name", "last_name", "name_suffix")
    placed = _values(tables.PHYSICIAN_ADDRESSES, key)
    skilled = [one for one in _values(tables.PHYSICIAN_CREDENTIALS, key) if one != "npi"]
    known = _seen(names, key)
    for found in (
        canonical(names, key, spelled),
        canonical(addresses, key, placed),
        canonical(credentials, key, ["npi"]),
        canonical(credentials, key, skilled),
        _count(names, key, spelled, "name_variants"),
        _count(addresses, key, placed, "address_variants"),
        _count(credentials, key, ["npi"], "npi_variants"),
    ):
        known = known.join(found, key, "left")
    return _dimension(tables.PHYSICIANS_DIM, known, {"recipient_key": person_key(F.col(key))})


def companies(names: DataFrame) -> DataFrame:
    """`companies_dim`: a row for each company id, from the variants of all years."""
    key = "company_id"
    known = _seen(names, key)
    for found in (
        canonical(names, key, ["company_name"]),
        canonical(names, key, ["company_state", "company_country"]),
        _count(names, key, ["company_name"], "name_variants"),
    ):
        known = known.join(found, key, "left")
    return _dimension(tables.COMPANIES_DIM, known, {"canonical_name": F.col("company_name")})


def hospitals(names: DataFrame) -> DataFrame:
    """`teaching_hospitals_dim`: a row for each CCN, from the variants of all years."""
    key, name = "teaching_hospital_ccn", "teaching_hospital_name"
    placed = [one for one in _values(tables.TEACHING_HOSPITAL_NAMES, key) if one.startswith("recipient_")]
    known = _seen(names, key)
    for found in (
        canonical(names, key, [name]),
        canonical(names, key, ["teaching_hospital_id"]),
        canonical(names, key, placed),
        _count(names, key, [name], "name_variants"),
        _count(names, key, placed, "address_variants"),
    ):
        known = known.join(found, key, "left")
    return _dimension(tables.TEACHING_HOSPITALS_DIM, known, {"recipient_key": hospital_key(F.col(key))})


def person_key(profile: Column) -> Column:
    """The recipient's key for a profile id. Both keys have a prefix, because a profile id may equal a CCN."""
    return F.concat(F.lit("person-"), profile)


def hospital_key(ccn: Column) -> Column:
    """The recipient's key for a teaching hospital's CCN."""
    return F.concat(F.lit("hospital-"), ccn)


def anything(names: Sequence[str]) -> Column:
    """Whether any of these columns, all of one type, is filled."""
    return F.coalesce(*(F.col(name) for name in names)).isNotNull()


def _year() -> dict[str, Column]:
    # From the manifest, not from the cells, which may be blank.
    return {
        "payment_kind": F.col("payment_kind"),
        "program_year": F.col("year"),
        "publication": F.col("published"),
    }


def _values(table: Table, key: str) -> list[str]:
    return [one for one in table.key if one not in (*tables.PARTITION, key)]


def _seen(rows: DataFrame, key: str) -> DataFrame:
    return rows.groupBy(key).agg(
        F.sum("records").alias("records"),
        F.min("program_year").alias("first_year"),
        F.max("program_year").alias("last_year"),
        F.min("publication").alias("first_publication"),
        F.max("publication").alias("last_publication"),
    )


def _count(rows: DataFrame, key: str, values: Sequence[str], name: str) -> DataFrame:
    return rows.where(anything(values)).select(key, *values).distinct().groupBy(key).agg(F.count("*").alias(name))


def _dimension(table: Table, known: DataFrame, made: dict[str, Column]) -> DataFrame:
    counts = {name: F.coalesce(F.col(name), F.lit(0)) for name in known.columns if name.endswith("_variants")}
    own = {name: F.col(name) for name in table.schema.names if name in known.columns}
    return _ordered(table, known, {**own, **counts, **made})


def _ordered(table: Table, rows: DataFrame, made: dict[str, Column]) -> DataFrame:
    return rows.select(*(made[name].alias(name) for name in table.schema.names))
