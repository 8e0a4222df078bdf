"""OpenLineage events of a whole DAG run, as a real transport receives them, compared with the host's audit."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
pytestmark = pytest.mark.usefixtures("database", "assay", "stations")


@pytest.fixture(scope="module")
def events(sample: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The lake, and all events of two runs: a year accepted with records held back, and a truncated file."""
    folder = tmp_path_factory.mktemp("lineage")
    whole = sample(2020, "06302021")
    cut = folder / whole.name
    cut.write_bytes(whole.read_bytes()[:50_000])
    given = [
        {"year": year, "lake": (folder / "lake").as_uri(), "origins": [str(file)]}
        for year, file in (("2023", sample(2023, "06282024", defects="3%")), ("2020", cut))
    ]
    transport = {"type": "file", "log_file_path": str(folder / "events.jsonl"), "append": True}
    # Airflow reads the transport once per process.
    done = subprocess.run(
        [sys.executable, str(TESTS / "runs.py"), *map(json.dumps, given)],
        env={**os.environ, "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Airflow's own log output may be on the same line.
    states = re.findall(r'{"state": "(\w+)", "tasks": {', done.stdout)
    assert states == ["success", "failed"], done.stdout
    return folder / "lake", [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def judged(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (found,) = [one for one in events if one["eventType"] == kind and one["job"]["name"] == "open_payments_year.judge"]
    return found


def audit(lake: Path, year: int) -> dict[str, Any]:
    (path,) = (lake / "metadata" / "ingestion_audit").rglob(f"year={year}/**/*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def check(event: dict[str, Any], audit: dict[str, Any]) -> None:
    """Row counts of input and outputs, and an assertion for each rule that was evaluated."""
    (read,) = event["inputs"]
    records = audit["records"]
    assert read["name"] == audit["source"]["location"]
    assert read["inputFacets"]["dataQualityMetrics"]["rowCount"] == records["read"]
    assert read["inputFacets"]["dataQualityMetrics"]["bytes"] == audit["source"]["bytes"]
    told = {
        one["assertion"]: (one["success"], one["actual"])
        for one in read["inputFacets"]["dataQualityAssertions"]["assertions"]
    }
    assert told == {
        code: (not one["failed"] and not one["errored"], f"{one['failed']} of {one['evaluated']} failed")
        for code, one in audit["rules"].items()
        if one["level"] != "off"
    }
    written = {one["name"]: one["outputFacets"]["outputStatistics"]["rowCount"] for one in event["outputs"]}
    assert sum(written.values()) == (records["validated"] if audit["manifest"] else 0) + records["quarantined"]


def test_counts_and_assertions_are_the_audits(events: tuple[Path, list[dict[str, Any]]]) -> None:
    lake, told = events
    event, record = judged(told, "COMPLETE"), audit(lake, 2023)
    check(event, record)
    counts = {Path(one["name"]).parts[-1].partition("=")[0]: one for one in event["outputs"]}
    rows = {name: one["outputFacets"]["outputStatistics"]["rowCount"] for name, one in counts.items()}
    assert rows == {"publication": record["records"]["validated"], "attempt": record["records"]["quarantined"]}
    assert record["records"]["quarantined"] > 0
    held = {one["success"] for one in event["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]}
    assert held == {True, False}


def test_a_refused_file_says_why(events: tuple[Path, list[dict[str, Any]]]) -> None:
    lake, told = events
    event, record = judged(told, "FAIL"), audit(lake, 2020)
    check(event, record)
    assert record["refusal"]["message"] in event["run"]["facets"]["errorMessage"]["message"]
