"""Runs the task of `killed.py` as a worker does: with Airflow's own supervisor, and the task in a separate process. The
simulated API server reports the task as marked failed once the file `KILLED_MARK` exists."""

import os
import sys
import uuid
from pathlib import Path

import httpx
from airflow.executors.workloads.base import BundleInfo
from airflow.sdk.api.client import Client, noop_handler
from airflow.sdk.api.datamodels._generated import TaskInstance
from airflow.sdk.execution_time.supervisor import supervise_task


def server(request: httpx.Request) -> httpx.Response:
    """Answers a request of the supervisor."""
    if request.url.path.endswith("/heartbeat") and Path(os.environ["KILLED_MARK"]).exists():
        return httpx.Response(409, json={"detail": {"reason": "not_running", "current_state": "failed"}})
    answer = noop_handler(request)
    if not request.url.path.endswith("/run"):
        return answer
    run = answer.json()
    # Missing from Airflow's own answer, although its client requires it.
    lacking = ("data_interval_start", "data_interval_end", "end_date", "partition_key")
    run["dag_run"] |= {"state": "running", **dict.fromkeys(lacking)}
    return httpx.Response(200, json=run)


task = TaskInstance(
    id=uuid.uuid4(), task_id="judge", dag_id="killed", run_id="r", try_number=1, dag_version_id=uuid.uuid4()
)
sys.exit(
    supervise_task(
        ti=task,
        bundle_info=BundleInfo(name="killed"),
        dag_rel_path="killed.py",
        token="",
        client=Client(base_url=None, token="", dry_run=True, transport=httpx.MockTransport(server)),
        subprocess_logs_to_stdout=True,
    )
)
