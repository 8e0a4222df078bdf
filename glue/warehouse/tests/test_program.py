"""The command line on PostgreSQL, and Athena's client against a service that answers as AWS documents it."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from conftest import PLATFORM, World

from assay_platform import config
from assay_platform.model import Part
from assay_warehouse import __main__ as program
from assay_warehouse import engine
from assay_warehouse.errors import WarehouseError
from assay_warehouse.warehouse import open_warehouse


def test_load_verify_and_query(
    world: World, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = replace(world.here, warehouse=Part("postgresql", {"dsn": server}))
    monkeypatch.setattr(config, "environment", lambda *_: here)
    monkeypatch.setattr(program, "PAUSE_SECONDS", 0)

    def called(code: int, *arguments: str) -> list[Any]:
        assert program.main(arguments) == code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    year = ("--kind", "general", "--year", "2023")
    assert "payments" in called(0, "setup")[0]["made"]
    assert called(2, "load", *year)[0]["outcome"] == "failed"
    world.publish(2023, "2025-01-30")
    (done,) = called(0, "load", *year)
    assert (done["outcome"], done["rows"]) == ("loaded", 60)
    assert called(0, "load", *year)[0]["outcome"] == "unchanged"
    assert called(0, "verify", *year, "--rows", "60", "--amount", done["amount"])[0]["differences"] == []
    (found,) = called(1, "verify", *year, "--rows", "61", "--amount", "0.01")
    assert [one.partition(":")[0] for one in found["differences"]] == [
        "rows and those expected",
        "dollars and those expected",
    ]
    assert called(1, "verify", "--kind", "general", "--year", "2019")[0]["rows"] == 0
    assert called(0, "query", "by_year")[0]["payments"] == 60
    world.publish(2023, "2024-06-28", seed=2)
    assert called(1, "load", *year)[0]["outcome"] == "refused"
    world.tables.held.clear()
    world.tables.write("companies_dim", [])
    assert called(2, "load", *year)[0]["error"] == "TryAgain"


def test_runners_that_are_not_known_are_told(world: World) -> None:
    here = replace(world.here, warehouse=Part("oracle", {}), query=Part("oracle", {}))
    with pytest.raises(WarehouseError, match="`oracle` is not a warehouse; expected redshift-data or postgresql"):
        open_warehouse(here, PLATFORM.warehouse, world.lake)
    with pytest.raises(WarehouseError, match="`oracle` is not a query engine; expected athena, trino or duckdb"):
        engine.open_engine(here, PLATFORM)


def test_a_warehouse_that_does_not_answer_is_told(world: World) -> None:
    gone = replace(world.warehouse, dsn="postgresql://assay@127.0.0.1:1/postgres")
    for ask in (lambda: gone.query("select 1"), lambda: gone.transaction(["select 1"], "t")):
        with pytest.raises(WarehouseError, match=r"127\.0\.0\.1"):
            ask()
    with pytest.raises(WarehouseError, match="no_such_table"):
        world.warehouse.query("select * from no_such_table")


class Service:
    """Athena."""

    def __init__(self, *states: dict[str, str]) -> None:
        self.states = list(states)

    def start_query_execution(self, **asked: Any) -> dict[str, str]:
        self.asked = asked
        return {"QueryExecutionId": "id"}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        return {"QueryExecution": {"Status": self.states.pop(0)}}

    def get_paginator(self, _: str) -> "Service":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        columns = [{"Name": "n", "Type": "bigint"}, {"Name": "m", "Type": "decimal"}, {"Name": "b", "Type": "boolean"}]

        def row(*texts: str | None) -> dict[str, Any]:
            return {"Data": [{} if text is None else {"VarCharValue": text} for text in texts]}

        page = {"ResultSetMetadata": {"ColumnInfo": columns}}
        return [
            {"ResultSet": page | {"Rows": [row("n", "m", "b"), row("7", "8.75", "true")]}},
            {"ResultSet": page | {"Rows": [row("-8", None, "false")]}},
        ]


def test_athenas_answers_have_their_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSE_SECONDS", 0.001)
    client: Any = Service({"State": "QUEUED"}, {"State": "RUNNING"}, {"State": "SUCCEEDED"})
    found = engine.Athena(client, "assay", "op_curated").query("select 1")
    assert found == (["n", "m", "b"], [(7, Decimal("8.75"), True), (-8, None, False)])
    assert client.asked["WorkGroup"] == "assay"
    assert client.asked["QueryExecutionContext"] == {"Catalog": "awsdatacatalog", "Database": "op_curated"}
    failing: Any = Service({"State": "FAILED", "StateChangeReason": "no such table"})
    with pytest.raises(WarehouseError, match=r"no such table \(query `id`\)"):
        engine.Athena(failing, "assay", "op_curated").query("select 1")
