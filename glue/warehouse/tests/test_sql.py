"""Every SQL file parses in its dialect, and tables have the same columns wherever they are declared."""

import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from conftest import PLATFORM, ROOT
from pyiceberg.schema import Schema
from pyiceberg.types import DateType, FixedType, LongType, NestedField, StringType
from sqlglot import exp

import curated
from assay_catalog import hive
from assay_warehouse import statements, tables
from assay_warehouse.errors import WarehouseError
from assay_warehouse.load import DIMENSIONS, YEARS

FILES = sorted(statements.CHECKOUT.rglob("*.sql"))
DIALECTS = {"redshift": ("redshift",), "athena": ("athena",), "analyst": ("redshift", "athena")}
LOADED = [*YEARS, *DIMENSIONS]
SPARK = {"string": "varchar", "int": "integer", "bigint": "bigint", "date": "date", "timestamp": "timestamp"}


def below(path: Path) -> str:
    return path.relative_to(statements.CHECKOUT).as_posix()


@pytest.mark.parametrize(
    ("path", "dialect"),
    [(path, dialect) for path in FILES for dialect in DIALECTS[below(path).partition("/")[0]]],
    ids=lambda one: below(one) if isinstance(one, Path) else one,
)
def test_every_statement_is_understood(path: Path, dialect: str) -> None:
    whole = statements.split(path.read_text())
    assert whole, "there is no statement"
    for statement in whole:
        parsed = sqlglot.parse_one(statement, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE)
        assert not parsed.find(exp.Command), f"not understood: {statement[:80]}"


@pytest.mark.parametrize("path", FILES, ids=below)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    copies = path.parent.parent.name == "load"
    assert copies or path.read_text().startswith("-- "), "a file begins with a comment"


def test_names_are_those_of_the_platform() -> None:
    staging, published = PLATFORM.catalog.staging, PLATFORM.catalog.curated
    here = {staging.database, published.database, PLATFORM.warehouse.schema}
    for path in FILES:
        for statement in statements.split(path.read_text()):
            dialect = DIALECTS[below(path).partition("/")[0]][0]
            found = {one.db for one in sqlglot.parse_one(statement, dialect=dialect).find_all(exp.Table)} - {""}
            assert found <= here, below(path)
    made = {staging.quarantine, staging.findings, staging.repairs}
    assert made <= set(statements.names("athena", "views"))
    assert sorted(LOADED) == sorted(published.tables), "every curated table is loaded"


def test_every_kind_is_reconciled() -> None:
    (query,) = statements.read("athena", "validation", "reconciliation")
    read = {one.name for one in sqlglot.parse_one(query, dialect="athena").find_all(exp.Table)}
    assert {PLATFORM.catalog.staging.validated_table(kind) for kind in PLATFORM.kinds} <= read


def declared() -> dict[str, Any]:
    """The curated tables by name, as the job declares them. The parts of that module that need Spark are not called."""

    class Types(ModuleType):
        def __getattr__(self, name: str) -> Any:
            return lambda *_: name

    path = ROOT / "glue" / "curated" / "src" / "assay_curated" / "tables.py"
    spec = importlib.util.spec_from_file_location("curated_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    stand_in = {"pyspark": ModuleType("pyspark"), "pyspark.sql": ModuleType("x"), "pyspark.sql.types": Types("x")}
    with pytest.MonkeyPatch.context() as patch:
        for name, one in {**stand_in, spec.name: module}.items():
            patch.setitem(sys.modules, name, one)
        spec.loader.exec_module(module)
    return {table.name: table for table in module.TABLES}


@pytest.mark.parametrize("name", LOADED)
def test_columns_are_those_of_the_curated_table_in_its_order(name: str) -> None:
    wanted = []
    for one in declared()[name].ddl.split(", "):
        column, kind, *null = one.split(" ", 2)
        wanted.append(tables.Column(column, SPARK.get(kind, kind), null == ["not null"]))
    assert tables.columns(name) == wanted


def test_what_is_loaded_by_year_is_partitioned_by_year() -> None:
    there = declared()
    assert {name for name in LOADED if there[name].years} == set(YEARS)
    assert set(PLATFORM.catalog.curated.tables) == set(there)


@pytest.mark.parametrize(("name", "wanted"), [("rejected", hive.REJECTED), ("ingestion_audit", hive.AUDIT)])
def test_tables_of_athena_are_those_that_are_registered(name: str, wanted: dict[str, str]) -> None:
    assert athena(name) == list(wanted.items())


def test_athenas_table_of_validated_records_has_the_columns_of_the_rules() -> None:
    sys.path.insert(0, str(ROOT / "glue" / "catalog" / "tests"))
    import tomllib  # noqa: PLC0415

    schema = tomllib.loads((ROOT / "rules" / PLATFORM.dataset / "general" / "schema.toml").read_text())
    names = [one["name"].lower() for one in schema["columns"]] + ["_record", "_line", "_offset"]
    found = athena("validated_general")
    assert [name for name, _ in found] == names
    types = dict(found)
    assert types["total_amount_of_payment_usdollars"] == "decimal(14,2)"
    assert types["date_of_payment"] == "date"
    assert types["record_id"] == "string"


def athena(name: str) -> list[tuple[str, str]]:
    """Columns of a table's DDL, without its partition keys."""
    (statement,) = statements.read("athena", "tables", name)
    lines = statement.partition("(\n")[2].partition("\n)")[0].splitlines()
    pairs = (line.strip().rstrip(",").partition(" ") for line in lines)
    return [(column.strip("`"), kind) for column, _, kind in pairs]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([("record_id", StringType()), ("amount", LongType())], r"column 1 of `load_state` is `record_id varchar` in"),
        ([("payment_kind", StringType()), ("program_year", LongType())], "`program_year bigint` in the lake and"),
        ([("payment_kind", StringType())], "has 1 columns in the lake and 6 in the warehouse"),
        ([("payment_kind", FixedType(3))], "has no corresponding type in the warehouse"),
    ],
)
def test_a_table_that_has_other_columns_is_not_loaded(fields: list[tuple[str, Any]], expected: str) -> None:
    schema = Schema(*(NestedField(index, name, kind) for index, (name, kind) in enumerate(fields, 1)))
    with pytest.raises(WarehouseError, match=expected):
        tables.agree("load_state", schema)


def parquet(table: str) -> pa.Schema:
    """The schema of a table's file, as read from its bytes."""
    written = io.BytesIO()
    pq.write_table(curated.schema(table).empty_table(), written)
    return pq.read_schema(written)


@pytest.mark.parametrize("name", LOADED)
def test_columns_are_those_of_parquet_files(name: str) -> None:
    tables.file_agrees(name, parquet(name))


def test_a_file_that_is_older_than_a_column_is_loaded() -> None:
    fields = list(parquet("companies_dim"))
    tables.file_agrees("companies_dim", pa.schema(fields[:-1]))
    with pytest.raises(WarehouseError, match="column 1 of a file of `companies_dim` is `canonical_name varchar`; exp"):
        tables.file_agrees("companies_dim", pa.schema([fields[1], fields[0]]))
    with pytest.raises(WarehouseError, match="is `company_id bigint`; expected `company_id varchar`"):
        tables.file_agrees("companies_dim", pa.schema([pa.field("company_id", pa.int64())]))
    with pytest.raises(WarehouseError, match="has 11 columns and the warehouse 10"):
        tables.file_agrees("companies_dim", pa.schema([*fields, pa.field("more", pa.string())]))
    with pytest.raises(WarehouseError, match="`double` in a file has no corresponding type"):
        tables.file_agrees("companies_dim", pa.schema([pa.field("company_id", pa.float64())]))


@pytest.mark.parametrize(
    ("statement", "values", "expected"),
    [
        ("x = :a", {"a": "it's"}, "x = 'it''s'"),
        ("x = :a and y = ':a' -- :a\n", {"a": 1}, "x = 1 and y = ':a' -- :a\n"),
        ("cast(x as y)::date", {}, "cast(x as y)::date"),
    ],
)
def test_values_are_put_in_as_literals(statement: str, values: dict[str, Any], expected: str) -> None:
    assert statements.fill(statement, values) == expected


@pytest.mark.parametrize("value", ["a\\", "a\0", True])
def test_what_cannot_be_a_literal_is_refused(value: Any) -> None:
    with pytest.raises(WarehouseError, match="cannot be written as a literal"):
        statements.fill(":a", {"a": value})


def test_a_name_without_a_value_is_told() -> None:
    with pytest.raises(WarehouseError, match="`:b` has no value"):
        statements.fill("select :b", {"a": 1})


def test_dates_have_no_column_of_their_own() -> None:
    assert tables.type_of(DateType()) == "date"
