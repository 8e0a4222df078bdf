"""Athena's SQL on its replacements: over a real lake, the Glue catalog and Iceberg tables, in a bucket. Its
answers equal the warehouse's, and every station of the lake agrees.

DuckDB always runs. Trino is 800 MB and needs Java 24 or newer: `ASSAY_TRINO` names the folder of trino-server 476,
`JAVA24_HOME` a Java (otherwise one is looked for beside the default one). Without them its tests are skipped, and the
run says so.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import psycopg
import pytest
from conftest import DATABASE, PLATFORM
from from_lake import LakeYear, judge

import curated
from assay_catalog.glue import Glue
from assay_catalog.lake import open_lake
from assay_catalog.rebuild import iceberg_catalog, rebuild
from assay_catalog.register import Registry
from assay_platform.model import Part
from assay_warehouse import statements
from assay_warehouse.__main__ import setup
from assay_warehouse.engine import Engine, open_engine
from assay_warehouse.errors import WarehouseError
from assay_warehouse.load import DIMENSIONS, YEARS, Loader
from assay_warehouse.postgresql import PostgreSQL
from assay_warehouse.snapshot import Published
from assay_warehouse.validate import VALIDATIONS, ask, disagreeing, make_views, question
from one_machine.trino import Trino as Settings
from one_machine.trino import write

SERVER = os.environ.get("ASSAY_TRINO")
JVMS = Path(shutil.which("java") or "/usr/bin/java").resolve().parents[2]
JAVA = os.environ.get("JAVA24_HOME") or next((str(one) for one in JVMS.glob("temurin-2[4-9]*")), None)


@pytest.fixture(scope="module", params=["duckdb", "trino"])
def query(request: pytest.FixtureRequest, moto: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    """The replacements for Athena."""
    if request.param == "duckdb":
        yield Part("duckdb", {})
    elif not (SERVER and JAVA):
        pytest.skip("ASSAY_TRINO or Java 24 is missing: Athena's SQL ran in translation only")
    else:
        with trino(moto, tmp_path_factory) as address:
            yield Part("trino", {"address": address})


@contextmanager
def trino(moto: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Trino server on loopback, whose bucket and catalog are moto's."""
    assert SERVER is not None
    assert JAVA is not None
    work = tmp_path_factory.mktemp("trino")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = write(work, Path(SERVER), Settings(port, moto, moto, "us-east-1", "key", "secret"))
    environment = os.environ | {"JAVA_HOME": JAVA, "PATH": f"{JAVA}/bin:{os.environ['PATH']}"}
    with (work / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            for _ in range(180):
                if b"SERVER STARTED" in (work / "log").read_bytes():
                    break
                assert server.poll() is None, (work / "log").read_text()[-3000:]
                time.sleep(1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


@dataclass(frozen=True)
class Chain:
    """Two years and a restatement, from the host to the warehouse."""

    runner: str
    engine: Engine
    warehouse: PostgreSQL
    tables: curated.Tables
    registry: Registry
    lake: str

    def one(self, query: str) -> tuple[object, ...]:
        return self.engine.query(query)[1][0]


@pytest.fixture(scope="module")
def chain(query: Part, server: str, moto: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    urlopen(Request(f"{moto}/moto-api/reset", method="POST")).close()  # noqa: S310 - loopback
    boto3.client("s3", endpoint_url=moto, region_name="us-east-1").create_bucket(Bucket="lake")
    scratch = tmp_path_factory.mktemp("scratch")
    local = PLATFORM.environments["local"]
    here = replace(local, lake="s3://lake", endpoints={"s3": moto, "glue": moto}, query=query)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop schema if exists open_payments cascade")
    lake, glue = open_lake(here), Glue.of(here)
    registry = Registry(glue, lake, PLATFORM.catalog.staging, PLATFORM.lake)
    glue.database(DATABASE, "s3://lake/curated")
    catalog = iceberg_catalog(here, glue.client)
    tables = curated.Tables(catalog, DATABASE, "s3://lake/curated")
    warehouse = PostgreSQL(server, PLATFORM.warehouse.schema, lake)
    setup(warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", moto)
        for year, publication, seed in ((2022, "2024-06-28", 1), (2023, "2024-06-28", 2), (2023, "2025-01-30", 3)):
            report = judge(here.lake, scratch, year, publication, seed=seed)
            done = registry.register(report["manifest"])
            tables.publish(LakeYear.of(lake, report["manifest"].removeprefix("s3://lake/")))
            published = Published.of(catalog, DATABASE, [*YEARS, *DIMENSIONS])
            Loader(warehouse, lake, published, PLATFORM.lake.copy_manifests, print).load("general", year)
            assert done.newest
        refused = judge(here.lake, scratch, 2022, "2025-01-30", seed=4, defects="90%")
        registry.register_audit(refused["report"])
        engine = open_engine(here, PLATFORM)
        make_views(engine)
        yield Chain(query.runner, engine, warehouse, tables, registry, here.lake)


def rows(answer: tuple[list[str], list[tuple[object, ...]]]) -> list[dict[str, object]]:
    """Rows by name, with values in a form common to both databases."""
    return [dict(zip(answer[0], (str(value) for value in row), strict=True)) for row in answer[1]]


@pytest.mark.parametrize("name", statements.names("analyst", "queries"))
def test_answers_are_the_warehouses(chain: Chain, name: str) -> None:
    query = question(name, "general")
    found, wanted = rows(chain.engine.query(query)), rows(chain.warehouse.query(query))
    assert found == wanted
    assert bool(found) == (name != "ownership")


@pytest.mark.parametrize("name", VALIDATIONS)
def test_every_validation_runs(chain: Chain, name: str) -> None:
    assert ask(chain.engine, name).rows


def test_every_station_agrees(chain: Chain) -> None:
    answer = ask(chain.engine, "reconciliation")
    stations = [(one["year"], one["station"]) for one in answer.dicts()]
    names = ("read", "quarantined", "validated", "published", "curated")
    assert stations == [(year, name) for year in ("2022", "2023") for name in names]
    assert disagreeing(answer) == []
    curated_rows = {
        one["year"]: (one["records"], one["amount"]) for one in answer.dicts() if one["station"] == "curated"
    }
    loaded = chain.warehouse.query("select program_year, count(*), sum(amount) from payments_fact group by 1")[1]
    assert curated_rows == {str(year): (count, amount) for year, count, amount in loaded}


def test_a_station_that_lost_a_cent_is_found(chain: Chain) -> None:
    year = chain.tables.held["general", 2022]
    payments = year.payments()
    payments[0]["amount"] += Decimal("0.01")
    chain.tables.write("payments_fact", payments, year)
    try:
        (told,) = disagreeing(ask(chain.engine, "reconciliation"))
        assert told.startswith("general 2022 curated: ")
    finally:
        chain.tables.write("payments_fact", year.payments(), year)


def test_only_the_committed_attempt_is_read(chain: Chain) -> None:
    table = f"{PLATFORM.catalog.staging.database}.validated_general"
    years = chain.engine.query(f"select year, publication, count(*) from {table} group by 1, 2 order by 1, 2")[1]
    held = chain.tables.held["general", 2023].count
    assert [(year, publication) for year, publication, _ in years] == [
        ("2022", "2024-06-28"),
        ("2023", "2024-06-28"),
        ("2023", "2025-01-30"),
    ]
    assert years[-1][2] == held
    assert chain.one(f"select count(*) from {table}_newest where year = '2023'") == (held,)


def test_rejects_by_rule_are_the_reports(chain: Chain) -> None:
    found: dict[str, int] = {}
    for one in ask(chain.engine, "rejects_by_rule").dicts():
        if one["year"] == "2022":
            found[str(one["rule"])] = int(str(one["records"]))
    where = "where year = '2022' and publication = '2024-06-28'"
    report = chain.one(f"select cast(findings as json) from op_staging.ingestion_audit {where}")
    counted = {rule: levels["error"] for rule, levels in json.loads(str(report[0])).items() if "error" in levels}
    assert found.keys() == counted.keys()
    assert all(found[rule] <= counted[rule] for rule in found)


def test_refused_attempts_are_there(chain: Chain) -> None:
    outcomes = {(one["year"], one["publication"], one["outcome"]) for one in ask(chain.engine, "attempts").dicts()}
    assert ("2022", "2025-01-30", "refused") in outcomes


def test_time_travel_reads_the_publication_before(chain: Chain) -> None:
    snapshots = [int(str(one["snapshot_id"])) for one in ask(chain.engine, "snapshots").dicts()]
    seen = []
    for snapshot in dict.fromkeys(snapshots):
        answer = ask(chain.engine, "time_travel", snapshot=snapshot)
        seen += [str(one["publication"]) for one in answer.dicts() if one["program_year"] == 2023]
    assert {"2024-06-28", "2025-01-30"} <= set(seen)


def test_a_lost_catalog_is_rebuilt_and_answers_the_same(chain: Chain, moto: str) -> None:
    before = ask(chain.engine, "reconciliation").rows
    client = chain.registry.glue.client
    for database in client.get_databases()["DatabaseList"]:
        client.delete_database(Name=database["Name"])
    with pytest.raises(WarehouseError):
        ask(chain.engine, "reconciliation")
    here = replace(PLATFORM.environments["local"], lake=chain.lake, endpoints={"s3": moto, "glue": moto})
    assert rebuild(chain.registry, PLATFORM.catalog.curated, here).manifests == 3
    make_views(chain.engine)
    assert ask(chain.engine, "reconciliation").rows == before


def columns(chain: Chain, name: str) -> list[Any]:
    return chain.engine.query(f"show columns from {name}")[1]


def test_views_are_what_the_catalog_keeps(chain: Chain) -> None:
    if chain.runner == "duckdb":
        pytest.skip("DuckDB keeps no views in the catalog")
    names = {one["Name"]: one["TableType"] for one in chain.registry.glue.tables(DATABASE)}
    assert names["payments"] == "VIRTUAL_VIEW"
    assert columns(chain, "payments")
