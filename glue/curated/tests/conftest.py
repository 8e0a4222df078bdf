"""One small Spark session for all tests, and lakes written by the real host.

They need Java 17, the jar of Iceberg (`ASSAY_SPARK_JARS`, or Maven's folder), and `assay` (`ASSAY_BIN`, or the one
that was built in this checkout). If something is missing, the run fails and says what to do: nothing is skipped.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from assay_curated import session
from assay_curated.columns import GENERAL
from assay_curated.lake import Lake
from assay_curated.migrate import migrate
from assay_platform import config

CHECKOUT = Path(__file__).resolve().parents[3]
COORDINATE = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0"
CATALOG = "spark.sql.catalog.lake"


def iceberg_jar() -> str:
    if named := os.environ.get(session.JARS_VARIABLE):
        return named
    group, name, version = COORDINATE.split(":")
    jar = Path.home() / ".m2/repository" / group.replace(".", "/") / name / version / f"{name}-{version}.jar"
    if not jar.is_file():
        pytest.exit(
            f"the jar of Iceberg is missing: `{jar}`\n"
            f"  help: mvn dependency:get -Dtransitive=false -Dartifact={COORDINATE}, or set {session.JARS_VARIABLE}",
            returncode=2,
        )
    return str(jar)


def binary() -> str:
    program = os.environ.get("ASSAY_BIN") or str(CHECKOUT / "target/debug/assay")
    if shutil.which(program) is None:
        pytest.exit(f"`{program}` is missing\n  help: cargo xtask setup && cargo build, or name it in ASSAY_BIN", 2)
    return program


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    java = os.environ.get("JAVA_HOME", "")
    if shutil.which(f"{java}/bin/java" if java else "java") is None:
        pytest.exit("Java 17 is missing: Spark 3.5 runs on it\n  help: apt-get install openjdk-17-jre-headless", 2)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    platform = config.load()
    folder = tmp_path_factory.mktemp("spark")
    wanted = session.settings(platform, replace(platform.environments["local"], lake=f"file://{folder}"))
    small = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        # Frames here have few rows: compiling each query would cost more than running it.
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        # Each sort and each hash table takes a page and fills it with zeros.
        "spark.buffer.pageSize": "256k",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.autoBroadcastJoinThreshold": "-1",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    made = session.start("tests", {**wanted, **small}, iceberg_jar())
    made.sparkContext.setLogLevel("ERROR")
    yield made
    made.stop()


@dataclass(frozen=True)
class Staging:
    """A lake's folder, and a way to have the host publish into it."""

    root: Path
    inputs: Path

    @property
    def url(self) -> str:
        return f"file://{self.root}"

    def publish(
        self,
        year: int,
        *,
        publication: str = "",
        rows: int = 120,
        change: Callable[[dict[str, str]], None] | None = None,
    ) -> str:
        """Has `assay` publish a generated file, and returns the key of its manifest. `publication` (`2025-01-30`)
        replaces the usual one; `change` changes a record.
        """
        self.inputs.mkdir(parents=True, exist_ok=True)
        usual = self.inputs / f"{year}.csv"
        shape = ("--year", str(year), "--rows", str(rows), "--defects", "3%", "-o", usual)
        host("sample", "open-payments", "general", *shape)
        with usual.open(encoding="utf-8", newline="") as file:
            records = list(csv.DictReader(file))
        stamp = records[0]["Payment_Publication_Date"]
        if publication:
            stamp = date.fromisoformat(publication).strftime("%m/%d/%Y")
        for record in records:
            record["Payment_Publication_Date"] = stamp
            if change:
                change(record)
        named = self.inputs / f"OP_DTL_GNRL_PGYR{year}_P{stamp.replace('/', '')}.csv"
        with named.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
        host("run", named, "--root", self.root)
        month, day, of = stamp.split("/")
        folder = f"staging/validated/dataset=open-payments/kind=general/year={year}/publication={of}-{month}-{day}"
        return f"{folder}/_commit/manifest.json"


def restate(record: dict[str, str]) -> None:
    """A new name for each company, a cent more, and no products at all."""
    record["Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name"] += " Holdings"
    with contextlib.suppress(InvalidOperation):
        amount = "Total_Amount_of_Payment_USDollars"
        record[amount] = str(Decimal(record[amount]) + Decimal("0.01"))
    record["Related_Product_Indicator"] = "No"
    for column in GENERAL.columns:
        if column.slot:
            record[column.cms] = ""


def host(*arguments: str | Path) -> None:
    done = subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    folder = tmp_path_factory.mktemp("staging")
    return Staging(folder / "lake", folder / "inputs")


@pytest.fixture(scope="session")
def published(staging: Staging) -> dict[str, str]:
    """Three years, and 2023 a second time: by name, the keys of their manifests."""
    return {
        "2021": staging.publish(2021),
        "2022": staging.publish(2022),
        "2023": staging.publish(2023),
        "2023 restated": staging.publish(2023, publication="2025-01-30", rows=100, change=restate),
    }


@pytest.fixture(scope="session")
def new_lake(spark: SparkSession, staging: Staging, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Lake]:
    """Creates empty curated tables over the same staging area, in a separate catalog."""
    numbers = itertools.count()

    def make() -> Lake:
        own = spark.newSession()
        own.conf.set(f"{CATALOG}.warehouse", f"file://{tmp_path_factory.mktemp(f'curated{next(numbers)}')}")
        lake = Lake(own, staging.url, "lake", config.load().catalog.curated.database)
        migrate(lake, None)
        return lake

    return make
