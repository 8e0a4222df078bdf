"""The alarms' metrics are put into the namespace that the file names, and read back from there."""

import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from conftest import AIRFLOW, PLATFORM
from runs import run

from assay_platform import config
from assay_platform.model import Environment

pytestmark = pytest.mark.usefixtures("database", "assay", "stations")
FOLDER = AIRFLOW / "dags"
NAMES: dict[str, str] = PLATFORM["metrics"]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moto: str) -> str:
    """The URL of an empty lake, with an empty catalog and no metrics."""
    monkeypatch.setenv("STATIONS_LOG", str(tmp_path / "stations.jsonl"))
    urlopen(Request(f"{moto}/moto-api/reset", method="POST")).close()
    return (tmp_path / "lake").as_uri()


def measured(moto: str, number: str) -> list[float]:
    """The greatest value of a metric in the last minutes; without dimensions, as the alarms query it."""
    client, now = boto3.client("cloudwatch", endpoint_url=moto, region_name="us-east-1"), datetime.now(UTC)
    found = client.get_metric_statistics(
        Namespace=NAMES["namespace"],
        MetricName=NAMES[number],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=7200,
        Statistics=["Maximum"],
    )
    return [one["Maximum"] for one in found["Datapoints"]]


def test_a_year_measures_what_is_held_back_blank_and_old(lake: str, moto: str, sample: Any) -> None:
    given: dict[str, Any] = {"lake": lake, "origins": [str(sample(2023, "06282024"))]}
    state, tasks, made = run(FOLDER, "open_payments_watch", lake=lake)
    assert (state, tasks, measured(moto, "age")) == ("success", {"measure": "skipped"}, []), "nothing is published yet"
    state, tasks, made = run(FOLDER, "open_payments_year", "2023", **given)
    assert state == "success", tasks
    counts = made.results["register"][0]["records"]
    assert measured(moto, "rejects") == [counts["quarantined"] / counts["read"]]
    assert counts["quarantined"] > 0
    state, tasks, _ = run(FOLDER, "open_payments_curate", "2023", lake=lake)
    assert (state, measured(moto, "null_drift")) == ("success", [0.25]), tasks
    state, tasks, _ = run(FOLDER, "open_payments_watch", lake=lake)
    assert state == "success", tasks
    assert measured(moto, "age") == [(datetime.now(UTC).date() - date(2024, 6, 28)).days]
    assert measured(moto, "failures") == []


def test_a_held_year_measures_its_share_and_its_failure(lake: str, moto: str, sample: Any) -> None:
    given: dict[str, Any] = {"year": "2023", "lake": lake, "origins": [str(sample(2023, "06282024"))]}
    state, tasks, _ = run(FOLDER, "open_payments_year", **given, most_quarantined=0.0001)
    assert (state, tasks["check_gate"]) == ("failed", "failed")
    assert measured(moto, "rejects") != []
    assert measured(moto, "failures") == [1]


@pytest.mark.parametrize(
    ("endpoints", "said"),
    [
        ({"cloudwatch": "http://127.0.0.1:9"}, "NOT MEASURED OtherRejectShare=0.5: Could not connect"),
        ({"s3": "http://127.0.0.1:9"}, "no CloudWatch endpoint is configured"),
    ],
)
def test_what_cannot_be_told_is_no_failure(
    endpoints: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    from open_payments import metrics

    part = config.load().environments["local"].host
    here = Environment("there", "s3://lake", "us-east-1", endpoints, part, part, part, part)
    names = config.load().metrics
    with caplog.at_level(logging.INFO):
        metrics.put(here, names, names.rejects, 0.5)
    assert said in caplog.text
