"""The single table of columns, compared with the host's schema and the curated tables."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pyspark.sql.types import DataType, DateType, DecimalType, LongType, StringType

from assay_curated import columns, inputs, tables
from assay_curated.columns import GENERAL, KINDS, Kind
from assay_platform import config

RULES = Path(__file__).resolve().parents[3] / "rules/open-payments"
HOST = {"text": StringType(), "date": DateType(), "integer": LongType(), "decimal": DecimalType(14, 2)}


def host_columns(kind: str) -> list[tuple[str, DataType]]:
    schema = tomllib.loads((RULES / kind / "schema.toml").read_text())["columns"]
    sizes = {(one["precision"], one["scale"]) for one in schema if one.get("type") == "decimal"}
    assert sizes == {(14, 2)}
    return [(one["name"], HOST[one.get("type", "text")]) for one in schema]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_column_of_the_host_is_declared_once_in_its_order_and_type(kind: Kind) -> None:
    declared = [(field.name, field.dataType) for field in inputs.schema(kind)][: -len(inputs.POSITION)]
    assert declared == host_columns(kind.name)
    assert len({one.cms for one in kind.columns}) == len(kind.columns)


def test_general_payments_have_91_columns() -> None:
    assert len(GENERAL.columns) == 91


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_column_is_in_the_tables_that_it_names(kind: Kind) -> None:
    schemas = {table.name: table.schema for table in tables.TABLES}
    types = dict(host_columns(kind.name))
    for column in kind.columns:
        assert column.tables, column
        for table in column.tables:
            field = schemas[table][column.name]
            # As a partition key, the year is an `int`.
            wanted = types[column.cms] if column.name != "program_year" else field.dataType
            assert field.dataType == wanted, (table, column)


def test_names_are_lower_snake_case_and_no_amount_is_repeated() -> None:
    for table in tables.TABLES:
        assert all(name == name.lower() and name.isidentifier() for name in table.schema.names)
        assert set(table.key) <= set(table.schema.names)
        money = [name for name in table.schema.names if "amount" in name]
        assert bool(money) == (table.name in ("payments_fact", "publications")), table.name
        assert all(isinstance(table.schema[name].dataType, DecimalType) for name in money)


def test_every_column_of_a_table_is_made_of_something() -> None:
    made = {
        columns.FACT: {"payment_kind", "run_id", "source_record", "source_line", "recipient_key"},
        columns.PRODUCTS: {"slot"},
    }
    for table in tables.TABLES:
        if any(table.name in one.tables for one in GENERAL.columns):
            own = {one.name for one in GENERAL.columns if table.name in one.tables}
            rest = set(table.schema.names) - own - made.get(table.name, set())
            assert rest <= {"payment_kind", "program_year", "publication", "records"}, table.name


def test_the_platform_knows_all_tables_in_the_order_of_publication() -> None:
    assert config.load().catalog.curated.tables == tuple(table.name for table in tables.TABLES)
