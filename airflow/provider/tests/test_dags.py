"""Each DAG, with the real host and the real register; `stations/` replaces Spark and the warehouse, and records their
commands."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from conftest import AIRFLOW, HOME, RAW, STAGING
from runs import run

from assay_provider.landing.land import land
from assay_provider.places import Folder

pytestmark = pytest.mark.usefixtures("database", "assay", "stations")
FOLDER = AIRFLOW / "dags"
DAGS = ("open_payments_year", "open_payments_curate", "open_payments_load")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moto: str) -> Path:
    """An empty lake in a folder, and an empty catalog."""
    monkeypatch.setenv("STATIONS_LOG", str(tmp_path / "stations.jsonl"))
    urlopen(Request(f"{moto}/moto-api/reset", method="POST")).close()
    return tmp_path / "lake"


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: pytest.FixtureRequest, lake: Path, moto: str) -> str:
    """The URL of an empty lake: in a folder, and below a prefix of a bucket."""
    if request.param == "folder":
        return lake.as_uri()
    boto3.client("s3", endpoint_url=moto, region_name="us-east-1").create_bucket(Bucket="lake")
    return "s3://lake/below/it"


def told(folder: Path) -> list[list[str]]:
    """The commands given to the replaced stations."""
    path = folder / "stations.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def registered(moto: str, year: str) -> dict[str, str]:
    """Locations of a year's partitions by publication, from the catalog."""
    glue = boto3.client("glue", endpoint_url=moto, region_name="us-east-1")
    found = glue.get_partitions(DatabaseName=STAGING, TableName="validated_general")["Partitions"]
    return {one["Values"][1]: one["StorageDescriptor"]["Location"] for one in found if one["Values"][0] == year}


def test_structure() -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(FOLDER))
    assert bag.import_errors == {}
    assert set(bag.dags) == {*DAGS, "open_payments_maintain", "open_payments_watch"}
    for dag in bag.dags.values():
        assert dag.max_active_runs in {1, 4}
        for one in dag.tasks:
            assert (one.retries or 0) >= 2, f"{dag.dag_id}.{one.task_id} is not retried"
            assert one.retry_exponential_backoff
            assert one.execution_timeout is not None
            assert one.on_failure_callback
            assert one.retry_policy is not None


def test_a_partition_goes_through_all_three(
    anywhere: str, tmp_path: Path, moto: str, sample: Any, capfd: pytest.CaptureFixture[str], caplog: Any
) -> None:
    """The year comes only from the run's key; each DAG uses the events of the previous one."""
    year, published = ("2023", "06282024") if anywhere.startswith("file") else ("2022", "06302023")
    origins = [str(sample(int(year), published))]
    answers = {}
    for dag_id in DAGS:
        given = {"origins": origins} if dag_id == "open_payments_year" else {}
        state, tasks, made = run(FOLDER, dag_id, year, lake=anywhere, **given)
        assert state == "success", tasks
        answers[dag_id] = made.results
    (result,) = answers["open_payments_year"]["register"]
    assert (result["year"], result["records"]["read"]) == (year, 300)
    place = registered(moto, year)[result["publication"]]
    assert place.startswith(anywhere)
    assert f"/run={result['run_id']}/attempt={result['attempt']}" in place
    options = ["--environment", "local", "--lake", anywhere]
    one = ["--kind", "general", "--year", year]
    stood_for = [
        ["assay_curated.job", *options, "--kind", "general", "--manifests", result["manifest"]],
        ["assay_warehouse", *options, "load", *one],
        ["assay_warehouse", *options, "verify", *one]
        + ["--rows", str(result["records"]["validated"]), "--amount", result["amount"]],
    ]
    assert told(tmp_path) == stood_for
    # Operators and functions log in different ways.
    host = re.findall(r"(command: .*? assay run .*?)(?: +\[[\w.]+\].*)?$", "".join(capfd.readouterr()), re.MULTILINE)
    by_hand([*host, *caplog.messages], result)
    assert told(tmp_path) == stood_for * 2


def by_hand(log: list[str], result: dict[str, Any]) -> None:
    """Each command in the log, typed into a shell without any address set, does what the task did."""
    commands = [line.removeprefix("command: ") for line in log if line.startswith("command: ")]
    stations = ("assay run", "assay_provider.landing", "assay_catalog", "assay_curated", "load", "verify")
    assert len(commands) == len(stations), log
    answers = []
    for station, command in zip(stations, commands, strict=True):
        assert station in command
        done = subprocess.run(["sh", "-c", command], cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        answers.append(json.JSONDecoder().raw_decode(done.stdout)[0])
    judged, landed, known = answers[:3]
    assert landed["size"] > 0
    assert (judged["run_id"], judged["already_published"]) == (result["run_id"], True)
    assert (known["run_id"], known["newest"], known["changes"]) == (result["run_id"], True, {})


def test_a_year_without_files_is_skipped(lake: Path) -> None:
    state, tasks, _ = run(FOLDER, "open_payments_year", "2030", lake=lake.as_uri())
    assert (state, tasks["files"], tasks["register"]) == ("success", "skipped", "skipped")


def test_a_poisoned_year_is_held_and_released(
    lake: Path, moto: str, sample: Any, caplog: pytest.LogCaptureFixture
) -> None:
    whole = sample(2020, "06302021")
    cut = lake.parent / whole.name
    cut.write_bytes(whole.read_bytes()[:50_000])
    land(str(cut), Folder(lake / RAW), "2020")
    state, tasks, made = run(FOLDER, "open_payments_year", "2020", lake=lake.as_uri())
    assert (state, tasks["judge"], tasks["register"]) == ("failed", "failed", "upstream_failed")
    assert made.tasks["judge"] == ("failed", 1), "it is not tried again"
    log = caplog.text
    assert "FAILED year=2020 dag=open_payments_year task=judge" in log
    assert "csv.truncated" in log
    # Nothing in raw/ is replaced: the whole file is landed beside the truncated one, and the last one counts.
    command = [sys.executable, "-m", "assay_provider.landing", "--raw", str(lake / RAW), "--year", "2020", str(whole)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "differs from" in json.loads(done.stdout)["reason"]) == (1, True)
    subprocess.run([*command, "--name", f"{whole.stem}_again.csv"], check=True)
    state, tasks, made = run(FOLDER, "open_payments_year", "2020", lake=lake.as_uri())
    assert state == "success", tasks
    assert list(registered(moto, "2020")) == ["2021-06-30"]


def test_too_many_held_back_hold_the_year(lake: Path, sample: Any) -> None:
    origins, few = [str(sample(2023, "06282024"))], 0.0001
    given: dict[str, Any] = {"year": "2023", "lake": lake.as_uri(), "origins": origins}
    state, tasks, _ = run(FOLDER, "open_payments_year", **given, most_quarantined=few)
    assert (state, tasks["judge"], tasks["check_gate"]) == ("failed", "success", "failed")
    state, tasks, _ = run(FOLDER, "open_payments_year", **given)
    assert state == "success", tasks


def test_a_restated_publication_is_a_run_of_its_own(lake: Path, moto: str, sample: Any) -> None:
    raw = Folder(lake / RAW)
    for published in ("06282024", "01302025"):
        land(str(sample(2023, published)), raw, "2023")
    found = []
    for publication in ("2024-06-28", None, "2024-06-28"):
        state, tasks, made = run(FOLDER, "open_payments_year", year="2023", lake=lake.as_uri(), publication=publication)
        assert state == "success", tasks
        found.append((tasks["register"], [one["publication"] for one in made.results["register"] or []]))
    # The older one again: it is registered as history, and nothing is curated.
    assert found == [("success", ["2024-06-28"]), ("success", ["2025-01-30"]), ("skipped", [])]
    assert sorted(registered(moto, "2023")) == ["2024-06-28", "2025-01-30"]


def test_a_run_by_hand_starts_the_next_dag_for_its_year(lake: Path, sample: Any) -> None:
    """It has no key: the parameter becomes the next DAG's partition."""
    origins = [str(sample(2021, "06302022"))]
    state, tasks, _ = run(FOLDER, "open_payments_year", year="2021", lake=lake.as_uri(), origins=origins)
    assert state == "success", tasks
    state, tasks, made = run(FOLDER, "open_payments_curate", "2021", lake=lake.as_uri())
    assert state == "success", tasks
    assert [one["year"] for one in made.results["publish"]] == ["2021"]


def test_a_station_that_is_not_there_says_so(
    lake: Path, sample: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    origins = [str(sample(2023, "06282024"))]
    for python, tries, reason in [("/no/python", 1, "cannot start `/no/python`"), ("true", 4, "see the log above")]:
        monkeypatch.setenv("ASSAY_PYTHON", python)
        _, tasks, made = run(FOLDER, "open_payments_year", year="2023", lake=lake.as_uri(), origins=origins)
        assert made.tasks["register"] == ("failed", tries), tasks
        assert reason in caplog.text


def test_another_pack_is_a_manual_run(lake: Path, sample: Any) -> None:
    land(str(sample(2023, "06282024")), Folder(lake / RAW), "2023")
    pack = AIRFLOW.parent / "rules" / "open-payments" / "general" / "2022.toml"
    state, tasks, _ = run(FOLDER, "open_payments_year", year="2023", lake=lake.as_uri(), pack=str(pack))
    assert tasks["judge"] == "failed", "the pack of 2022 refuses a file of 2023"
    assert state == "failed"


def test_the_example(lake: Path, sample: Any) -> None:
    from airflow.dag_processing.dagbag import DagBag

    folder = AIRFLOW / "provider" / "src" / "assay_provider" / "example_dags"
    examples = DagBag(dag_folder=str(folder))
    assert examples.import_errors == {}
    assert set(examples.dags) == {"example_assay"}
    file = sample(2023, "06282024")
    state, tasks, _ = run(folder, "example_assay", file=str(file), root=str(lake))
    assert state == "success", tasks
    assert os.environ["AIRFLOW_HOME"] == str(HOME)
