"""The command: its report, its exit codes, its arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from conftest import CATALOG, Staging
from pyspark.sql import SparkSession

from assay_curated import job, migrate, session
from assay_curated.errors import Conflict, CuratedError
from assay_curated.lake import Lake
from assay_curated.tables import TABLES
from assay_platform import config


@pytest.fixture
def command(
    spark: SparkSession, staging: Staging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """The job's command over this session, with a catalog of its own."""
    own = spark.newSession()
    own.conf.set(f"{CATALOG}.warehouse", f"file://{tmp_path}/curated")

    def start(_name: str, _wanted: Mapping[str, str], _jars: str | None = None) -> SparkSession:
        return own

    monkeypatch.setattr(session, "start", start)
    where = ("--environment", "local", "--lake", staging.url)
    assert migrate.run(where) == 0
    # As Glue calls it, with Glue's own arguments.
    return lambda *more: job.run((*where, "--kind", "general", *more, "--JOB_NAME", "assay-curate"))


def test_reports_and_exit_codes(
    command: Callable[..., int],
    published: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def report() -> dict[str, object]:
        return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))

    capsys.readouterr()
    file = tmp_path / "report.json"
    assert (
        command("--manifests", f"{published['2021']},{published['2023 restated']}", "--report", f"file://{file}") == 0
    )
    done = report()
    assert done == json.loads(file.read_text())
    assert done["outcome"] == "published"
    assert [one["tag"] for one in done["published"]] == ["general_2021_20220630", "general_2023_20250130"]  # type: ignore[attr-defined]
    assert set(done["tables"]) == {table.name for table in TABLES}  # type: ignore[call-overload]
    rows = sum(one["records"]["validated"] for one in done["inputs"])  # type: ignore[attr-defined]
    assert done["tables"]["payments_fact"]["rows"] == rows  # type: ignore[index]

    assert [one["null_drift"] for one in done["inputs"]] == [None, None], "no year was published before"  # type: ignore[attr-defined]

    assert command("--manifests", published["2021"]) == 0
    assert report()["outcome"] == "unchanged"
    assert command("--manifests", published["2023"]) == 1
    refused = report()
    assert (refused["outcome"], refused["error"]) == ("refused", "OlderPublication")
    assert command("--manifests", "staging/gone.json") == 2

    for error, expected in (
        (Conflict("another job published"), ("conflict", "Conflict", "another job published")),
        (ConnectionError("no route"), ("could not run", "ConnectionError", "no route")),
    ):
        monkeypatch.setattr(job, "curate", Mock(side_effect=error))
        assert command("--manifests", published["2021"]) == 2
        found = report()
        assert (found["outcome"], found["error"], found["reason"]) == expected


def test_addresses_alone_tell_environments_apart() -> None:
    platform = config.load()
    made = {name: session.settings(platform, one) for name, one in platform.environments.items()}
    aws = made["prod"]
    assert aws[f"{CATALOG}.type"] == "glue"
    assert not [name for name in aws if "endpoint" in name or "path-style" in name or "fs.s3" in name]
    assert {name: value for name, value in made["local"].items() if name in aws} == {
        **aws,
        f"{CATALOG}.warehouse": "s3://lake/curated",
    }
    folder = session.settings(platform, replace(platform.environments["local"], lake="file:///lake"))
    assert folder[f"{CATALOG}.type"] == "hadoop"
    assert "credential" not in json.dumps(made)
    assert "secret" not in json.dumps(made)


def test_a_jar_that_is_missing_is_told_with_what_to_fetch() -> None:
    with pytest.raises(CuratedError, match=r"`/gone\.jar` of `ASSAY_SPARK_JARS` is not a file\n  help: Maven fetches"):
        session.start("x", {}, "/gone.jar")


def test_a_table_that_was_never_made_is_told(spark: SparkSession, tmp_path: Path) -> None:
    own = spark.newSession()
    own.conf.set(f"{CATALOG}.warehouse", f"file://{tmp_path}")
    own.sql("create namespace lake.op_curated")
    with pytest.raises(CuratedError, match=r"help: `python -m assay_curated\.migrate` creates the tables"):
        Lake(own, "file:///lake", "lake", "op_curated").head(TABLES[0])
