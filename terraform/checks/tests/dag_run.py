"""Runs a DAG with Airflow's interpreter, which differs from these tests': `dag_run.py DAG PARAMETERS`. The last line
gives the outcome."""

import json
import os
import sys

from airflow.dag_processing.dagbag import DagBag
from airflow.models.pool import Pool
from airflow.models.taskinstance import TaskInstance
from airflow.utils.db import initdb
from airflow.utils.session import create_session


def main(dag_id: str, parameters: str) -> None:
    """Creates the database, and runs the DAG in this process."""
    initdb()
    with create_session() as session:
        pool = json.loads(open(os.environ["ASSAY_PLATFORM"], encoding="utf-8").read())["airflow"]["pool"]  # noqa: PTH123, SIM115
        Pool.create_or_update_pool(pool, slots=2, description="", include_deferred=False, session=session)
    bag = DagBag(dag_folder=os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    made = bag.dags[dag_id].test(run_conf=json.loads(parameters))
    with create_session() as session:
        found = session.query(TaskInstance).filter_by(dag_id=dag_id, run_id=made.run_id).all()
        tasks = {one.task_id: str(one.state) for one in found}
        (results,) = (
            one.xcom_pull(task_ids=one.task_id, session=session) for one in found if one.task_id == "register"
        )
    sys.stdout.write(json.dumps({"state": str(made.state), "tasks": tasks, "results": results}))


if __name__ == "__main__":
    main(*sys.argv[1:])
