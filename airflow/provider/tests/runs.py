"""Runs DAGs with `dag.test()`, also for a partition; `python runs.py` does so in a separate process."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock


class Made(NamedTuple):
    """State and number of tries, and the result, of each task."""

    tasks: dict[str, tuple[str, int]]
    results: dict[str, Any]


def run(folder: Path, dag_id: str, partition: str | None = None, **params: Any) -> tuple[str, dict[str, str], Made]:
    """State of the run, and of each task, and results by task. A run of a partition consumes the events that Airflow
    keeps for the DAG and that key."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.definitions.mappedoperator import MappedOperator
    from airflow.serialization.definitions.dag import SerializedDAG
    from airflow.utils.session import create_session

    # A run's parameters stay in the DAG as new defaults, so the DAG is read again for each run.
    dag = DagBag(dag_folder=str(folder)).dags[dag_id]
    for one in dag.tasks:
        # Retried as usual, but without the wait.
        if isinstance(one, MappedOperator):
            one.partial_kwargs["retry_delay"] = timedelta(0)
        else:
            one.retry_delay = timedelta(0)
    create = SerializedDAG.create_dagrun

    def create_for_partition(self: Any, *, session: Any, **given: Any) -> Any:
        made = create(self, partition_key=partition, session=session, **given)
        if partition is not None:
            made.consumed_asset_events.extend(queued(session, dag_id, partition))
            session.flush()
        return made

    # `dag.test` has no parameter for the key.
    with mock.patch.object(SerializedDAG, "create_dagrun", create_for_partition):
        made = dag.test(run_conf=params)
    with create_session() as session:
        found = session.query(TaskInstance).filter_by(dag_id=dag_id, run_id=made.run_id).all()
        tasks = {one.task_id: (str(one.state), one.try_number) for one in found}
        results = {one.task_id: one.xcom_pull(task_ids=one.task_id, session=session) for one in found}
    return str(made.state), {name: state for name, (state, _) in tasks.items()}, Made(tasks, results)


def queued(session: Any, dag_id: str, partition: str) -> list[Any]:
    """Events for which the scheduler would start a run of this DAG and partition."""
    from airflow.models.asset import AssetEvent, AssetPartitionDagRun, PartitionedAssetKeyLog

    waiting = session.query(AssetPartitionDagRun).filter_by(target_dag_id=dag_id, partition_key=partition).all()
    logged = [
        one.asset_event_id
        for run in waiting
        for one in session.query(PartitionedAssetKeyLog).filter_by(asset_partition_dag_run_id=run.id)
    ]
    return list(session.query(AssetEvent).filter(AssetEvent.id.in_(logged)).all()) if logged else []


if __name__ == "__main__":
    import conftest

    for text in sys.argv[1:]:
        state, tasks, _ = run(conftest.AIRFLOW / "dags", "open_payments_year", **json.loads(text))
        print(json.dumps({"state": state, "tasks": tasks}))
