"""Maintenance looks before it removes, and removes only what it was told to."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from conftest import AIRFLOW
from runs import run

from assay_platform import config

pytestmark = pytest.mark.usefixtures("database", "moto")
FOLDER = AIRFLOW / "dags"


@pytest.mark.parametrize(
    ("given", "orphans", "state", "removed", "deletes"),
    [
        ({}, 7, "success", "success", ["no", "yes"]),
        ({"dry_run": True}, 7, "success", "skipped", ["no"]),
        ({}, -1, "success", "skipped", ["no"]),
        ({"most_orphans": 6}, 7, "failed", "failed", ["no"]),
        ({"most_orphans": 7}, 7, "success", "success", ["no", "yes"]),
        ({"keep_days": 90, "orphan_days": 5}, 7, "success", "success", ["no", "yes"]),
    ],
    ids=["weekly", "dry run", "nothing to remove", "too many orphans", "as many as may go", "other limits"],
)
def test_it_looks_first(
    given: dict[str, Any],
    orphans: int,
    state: str,
    removed: str,
    deletes: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("STATIONS_LOG", str(tmp_path / "stations.jsonl"))
    monkeypatch.setenv("STATIONS_ORPHANS", str(orphans))
    lake = (tmp_path / "lake").as_uri()
    with caplog.at_level(logging.INFO):
        ended, tasks, made = run(FOLDER, "open_payments_maintain", lake=lake, **given)
    assert (ended, tasks) == (state, {"look": "success", "remove": removed}), caplog.text
    assert made.tasks["remove"][1] <= 1, "what is held is not tried again"
    told = [json.loads(line) for line in (tmp_path / "stations.jsonl").read_text().splitlines()]
    limits = ["--keep-days", str(given.get("keep_days", 30)), "--orphan-days", str(given.get("orphan_days", 3))]
    options = ["--environment", "local", "--lake", lake, *limits]
    assert told == [["assay_curated.maintain", *options, "--delete", delete] for delete in deletes]
    some = orphans > 0
    counts = {"snapshots": 3 * some, "branches": 1 * some, "orphans": orphans * some}
    assert made.results["look"] == counts
    if orphans > 0:
        assert "payments_fact: 1 snapshots (5 stay), 1 branches, 7 orphans; 2 publications stay" in caplog.text
        assert "payments_fact: and 2 orphans more" in caplog.text


def test_its_defaults_are_the_programs() -> None:
    """The DAG cannot import modules that need Spark."""
    from airflow.dag_processing.dagbag import DagBag

    params = DagBag(dag_folder=str(FOLDER)).dags["open_payments_maintain"].params
    source = (AIRFLOW.parent / "glue/curated/src/assay_curated/maintain.py").read_text()
    assert f"\nKEEP_DAYS = {params['keep_days']}\n" in source
    assert f"\nORPHAN_DAYS = {params['orphan_days']}\n" in source


def test_on_glue_the_job_is_started_by_its_name_and_its_report_is_read(
    moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto's jobs succeed without running: the report is put where the job would have left it."""
    import boto3

    from open_payments import commands

    platform = config.load()
    here = platform.environments["local"]
    glue = boto3.client("glue", endpoint_url=moto, region_name="us-east-1")
    glue.create_job(Name=platform.jobs.maintain, Role="r", Command={"Name": "glueetl"})
    report = tmp_path / "report.json"
    report.write_text('{"outcome": "would remove", "tables": {}}')
    monkeypatch.setattr(commands, "POLL_SECONDS", 0.1)
    job = commands.Job("assay_curated.maintain", platform.jobs.maintain)
    arguments = ["--environment", "local", "--delete", "no"]
    answer = commands.SPARK["glue"](here, job, arguments, {}, str(report))
    assert answer["outcome"] == "would remove"
    (started,) = glue.get_job_runs(JobName=platform.jobs.maintain)["JobRuns"]
    assert started["Arguments"] == {"--environment": "local", "--delete": "no", "--report": str(report)}
