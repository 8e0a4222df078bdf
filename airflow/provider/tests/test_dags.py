"""Each DAG, with the real host. `stations/` stands for the other stations' commands: it keeps what they were given."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import AIRFLOW, HOME

from assay_provider.landing.land import land
from assay_provider.places import Folder

pytestmark = pytest.mark.usefixtures("database", "assay")
DAGS = ("open_payments_year", "open_payments_curate", "open_payments_load")


@pytest.fixture(scope="module")
def bag(database: None) -> Any:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session

    with create_session() as session:
        Pool.create_or_update_pool("assay_host", slots=2, description="", include_deferred=False, session=session)
    return DagBag(dag_folder=str(AIRFLOW / "dags"))


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STATIONS_LOG", str(tmp_path / "stations.jsonl"))
    return tmp_path / "lake"


class Made(NamedTuple):
    """State and number of tries, and the result, of each task."""

    tasks: dict[str, tuple[str, int]]
    results: dict[str, Any]


def run(bag: Any, dag_id: str, **params: Any) -> tuple[str, dict[str, str], Made]:
    """State of the run, and of each task, and results by task."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.definitions.mappedoperator import MappedOperator
    from airflow.utils.session import create_session

    # A run's parameters stay in the DAG as new defaults: each run is of a DAG that was read anew.
    dag = DagBag(dag_folder=bag.dag_folder).dags[dag_id]
    for one in dag.tasks:
        # Retried as ever, but without the wait.
        if isinstance(one, MappedOperator):
            one.partial_kwargs["retry_delay"] = timedelta(0)
        else:
            one.retry_delay = timedelta(0)
    made = dag.test(run_conf=params)
    with create_session() as session:
        found = session.query(TaskInstance).filter_by(dag_id=dag_id, run_id=made.run_id).all()
        tasks = {one.task_id: (str(one.state), one.try_number) for one in found}
        results = {one.task_id: one.xcom_pull(task_ids=one.task_id, session=session) for one in found}
    return str(made.state), {name: state for name, (state, _) in tasks.items()}, Made(tasks, results)


def stations(lake: Path) -> list[list[str]]:
    path = lake.parent / "stations.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def pull(made: Made, task: str) -> Any:
    return made.results[task]


def test_structure(bag: Any) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == set(DAGS)
    for dag in bag.dags.values():
        assert dag.max_active_runs <= 4
        for one in dag.tasks:
            assert one.retries >= 2, f"{dag.dag_id}.{one.task_id} is not retried"
            assert one.retry_exponential_backoff
            assert one.execution_timeout is not None
            assert one.on_failure_callback
            assert one.retry_policy is not None


def test_a_year_goes_through_all_three(bag: Any, lake: Path, sample: Any) -> None:
    origins = [str(sample(2023, "06282024"))]
    state, tasks, made = run(bag, "open_payments_year", year="2023", lake=lake.as_uri(), origins=origins)
    assert state == "success", tasks
    (result,) = pull(made, "register")
    assert (result["year"], result["publication"], result["records"]["read"]) == ("2023", "2024-06-28", 300)
    state, tasks, made = run(bag, "open_payments_curate", year="2023", lake=lake.as_uri(), results=[result])
    assert state == "success", tasks
    state, tasks, made = run(bag, "open_payments_load", year="2023", lake=lake.as_uri(), results=pull(made, "publish"))
    assert state == "success", tasks
    told = ["--environment", "local", "--lake", lake.as_uri()]
    assert stations(lake) == [
        ["assay_catalog", *told, "register", result["manifest"], result["audit"]],
        ["assay_curated.job", *told, "--kind", "general", "--manifests", result["manifest"]],
        ["assay_warehouse", *told, "load", "--kind", "general", "--year", "2023"],
        ["assay_warehouse", *told, "verify", "--kind", "general", "--year", "2023"]
        + ["--rows", str(result["records"]["validated"]), "--amount", result["amount"]],
    ]


def test_a_year_without_files_is_skipped(bag: Any, lake: Path) -> None:
    state, tasks, _ = run(bag, "open_payments_year", year="2030", lake=lake.as_uri())
    assert (state, tasks["files"], tasks["register"]) == ("success", "skipped", "skipped")


def test_a_poisoned_year_fails_at_once_and_tells_nobody(
    bag: Any, lake: Path, sample: Any, caplog: pytest.LogCaptureFixture
) -> None:
    whole = sample(2020, "06302021")
    cut = lake.parent / whole.name
    cut.write_bytes(whole.read_bytes()[:50_000])
    land(str(cut), Folder(lake / "raw"), "2020")
    state, tasks, made = run(bag, "open_payments_year", year="2020", lake=lake.as_uri())
    assert (state, tasks["judge"], tasks["register"]) == ("failed", "failed", "upstream_failed")
    assert made.tasks["judge"] == ("failed", 1)
    log = caplog.text
    assert "FAILED year=2020 dag=open_payments_year task=judge" in log
    assert "csv.truncated" in log
    assert stations(lake) == []


def test_too_many_held_back_hold_the_year(bag: Any, lake: Path, sample: Any) -> None:
    origins = [str(sample(2023, "06282024"))]
    state, tasks, _ = run(
        bag, "open_payments_year", year="2023", lake=lake.as_uri(), origins=origins, most_quarantined=0.0001
    )
    assert (state, tasks["judge"], tasks["check_gate"]) == ("failed", "success", "failed")


def test_a_restated_publication_is_a_run_of_its_own(bag: Any, lake: Path, sample: Any) -> None:
    raw = Folder(lake / "raw")
    for published in ("06282024", "01302025"):
        land(str(sample(2023, published)), raw, "2023")
    found = []
    for publication in ("2024-06-28", None, "2024-06-28"):
        state, tasks, made = run(bag, "open_payments_year", year="2023", lake=lake.as_uri(), publication=publication)
        assert state == "success", tasks
        found.append((tasks["register"], [one["publication"] for one in pull(made, "register") or []]))
    # The older one again: it is registered as history, and nothing is curated.
    assert found == [("success", ["2024-06-28"]), ("success", ["2025-01-30"]), ("skipped", [])]


def test_another_pack_is_a_manual_run(bag: Any, lake: Path, sample: Any) -> None:
    land(str(sample(2023, "06282024")), Folder(lake / "raw"), "2023")
    pack = AIRFLOW.parent / "rules" / "open-payments" / "general" / "2022.toml"
    state, tasks, _ = run(bag, "open_payments_year", year="2023", lake=lake.as_uri(), pack=str(pack))
    assert tasks["judge"] == "failed", "the pack of 2022 refuses a file of 2023"
    assert state == "failed"


def test_the_example(lake: Path, sample: Any, database: None) -> None:
    from airflow.dag_processing.dagbag import DagBag

    folder = AIRFLOW / "provider" / "src" / "assay_provider" / "example_dags"
    examples = DagBag(dag_folder=str(folder))
    assert examples.import_errors == {}
    assert set(examples.dags) == {"example_assay"}
    file = sample(2023, "06282024")
    state, tasks, _ = run(examples, "example_assay", file=str(file), root=str(lake))
    assert state == "success", tasks
    assert os.environ["AIRFLOW_HOME"] == str(HOME)
