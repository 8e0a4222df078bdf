"""DuckDB in Athena's place: what is translated, what is refused, and its notice."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import DATABASE, PLATFORM, World
from from_lake import LakeYear, judge

from assay_catalog.glue import Glue
from assay_catalog.lake import key_of
from assay_catalog.register import Registry
from assay_platform import config
from assay_platform.model import Part
from assay_warehouse import __main__ as program
from assay_warehouse import duck_sql
from assay_warehouse.duck import NOTICE
from assay_warehouse.duck_sql import Reference, translate
from assay_warehouse.engine import Engine, open_engine
from assay_warehouse.errors import WarehouseError
from assay_warehouse.validate import VALIDATIONS


@pytest.mark.parametrize(
    ("statement", "text", "reads"),
    [
        ("select 1 from a", 'SELECT 1 FROM "db"."a"', [("db", "a", "")]),
        ("with a as (select 1 as x from b) select x from a", "FROM a", [("db", "b", "")]),
        ("create or replace view v as select x from o.t", 'VIEW v AS SELECT x FROM "o"."t"', [("o", "t", "")]),
        ("select x from t for version as of 7 where y > 0", 'FROM "db"."t@7" AS t WHERE', [("db", "t", "7")]),
        ("select x from t for version as of 'tag' as u", 'FROM "db"."t@tag" AS u', [("db", "t", "tag")]),
        (
            'select x from o."t$refs" as r, t as r2',
            'FROM "o"."t$refs" AS r, "db"."t" AS r2',
            [("db", "t", ""), ("o", "t$refs", "")],
        ),
        (
            "select f.x from t cross join unnest(t.many) as f (x, y)",
            "CROSS JOIN LATERAL (SELECT UNNEST(t.many, max_depth := 2)) AS f(x, y)",
            [("db", "t", "")],
        ),
        (
            "select transform_keys(m, (k, v) -> lower(k)) from t",
            "MAP_FROM_ENTRIES(LIST_TRANSFORM(MAP_ENTRIES(m), LAMBDA entry : ROW(LOWER(entry.key), entry.value)))",
            [("db", "t", "")],
        ),
    ],
)
def test_statements_are_translated(statement: str, text: str, reads: list[tuple[str, str, str]]) -> None:
    found = translate(statement, "db")
    assert text in found.text
    assert found.reads == tuple(Reference(*one) for one in reads)


@pytest.mark.parametrize("statement", ["vacuum t", "select from where", "msck repair table t"])
def test_what_is_not_understood_is_not_passed_on(statement: str) -> None:
    with pytest.raises(WarehouseError, match="cannot be parsed"):
        translate(statement, "db")


@pytest.mark.parametrize(
    ("hive", "expected"),
    [
        ("binary", "BLOB"),
        ("decimal(14,2)", "DECIMAL(14, 2)"),
        ("array<struct<rule:string,n:bigint>>", "STRUCT(rule TEXT, n BIGINT)[]"),
        ("map<string,map<string,bigint>>", "MAP(TEXT, MAP(TEXT, BIGINT))"),
    ],
)
def test_types_of_hive_tables(hive: str, expected: str) -> None:
    assert duck_sql.type_of(hive) == expected


def test_names_and_values_cannot_end_early() -> None:
    assert (duck_sql.name('a"b'), duck_sql.text("it's\\")) == ('"a""b"', "'it''s\\'")


@pytest.fixture
def engine(world: World, capsys: pytest.CaptureFixture[str]) -> Engine:
    opened = open_engine(replace(world.here, query=Part("duckdb", {})), PLATFORM)
    assert capsys.readouterr().err == f"{NOTICE}\n", "whoever opens it is told what it is"
    assert "NOT Athena's engine" in NOTICE
    return opened


def test_tables_are_read_as_they_are_now_and_as_they_were(world: World, engine: Engine) -> None:
    with pytest.raises(WarehouseError, match=r"`op_curated.payments_fact` is not in the catalog"):
        engine.query("select 1 from payments_fact")
    world.publish(2023, "2024-06-28", rows=60)
    table = world.tables.table("payments_fact")
    first = table.current_snapshot()
    assert first is not None
    table.manage_snapshots().create_tag(first.snapshot_id, "general_2023_20240628").commit()
    world.publish(2023, "2025-01-30", seed=2, rows=41)

    def count(of: str) -> object:
        return engine.query(f"select count(*) from payments_fact{of}")[1][0][0]

    assert count("") == 41
    assert count(f" for version as of {first.snapshot_id}") == 60
    assert count(" for version as of 'general_2023_20240628'") == 60
    with pytest.raises(WarehouseError, match="no snapshot and no tag `general_1999_20240628`"):
        count(" for version as of 'general_1999_20240628'")
    refs = engine.query(f'select name, type from {DATABASE}."payments_fact$refs" order by name')
    assert refs == (["name", "type"], [("general_2023_20240628", "TAG"), ("main", "BRANCH")])
    with pytest.raises(WarehouseError, match=r"no_such_column(.|\n)*\(DuckDB, asked for `SELECT"):
        engine.query("select no_such_column from payments_fact")


def test_what_it_needs_is_not_fetched_from_anywhere(engine: Engine) -> None:
    settings = "select name, value from duckdb_settings() where name like 'auto%known_extensions' order by name"
    found = engine.query(settings)[1]
    assert found == [("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false")]


def test_validate_over_a_lake_that_is_a_folder(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = replace(world.here, query=Part("duckdb", {}))
    monkeypatch.setattr(config, "environment", lambda *_: here)
    lake = Path(world.here.lake.removeprefix("file://"))
    report = judge(str(lake), tmp_path, 2023, "2024-06-28")
    manifest = key_of(world.lake, report["manifest"])
    Registry(Glue.of(here), world.lake, PLATFORM.catalog.staging, PLATFORM.lake).register(manifest)
    year = LakeYear.of(world.lake, manifest)
    world.tables.publish(year)

    def called(code: int, *arguments: str) -> list[dict[str, Any]]:
        assert program.main(arguments) == code
        out, err = capsys.readouterr()
        assert NOTICE in err
        return [json.loads(line) for line in out.splitlines()]

    assert "payments" in called(0, "views")[0]["made"]
    snapshot = called(0, "validate", "snapshots")[-1]["snapshot_id"]
    answers = called(0, "validate", "--snapshot", str(snapshot))
    stations = {one["station"]: (one["records"], one["agrees"]) for one in answers if one["query"] == "reconciliation"}
    assert stations["curated"] == stations["validated"] == (year.count, True)
    assert [one["payments"] for one in answers if one["query"] == "time_travel"] == [year.count]
    assert {one["query"] for one in answers} == {*VALIDATIONS, "time_travel"}
    assert called(0, "query", "by_year", "--in-place")[0]["payments"] == year.count
    part = next(lake.glob("staging/validated/**/part-*.parquet"))
    part.unlink()
    assert [one["station"] for one in called(1, "validate", "reconciliation") if not one["agrees"]] == ["validated"]
