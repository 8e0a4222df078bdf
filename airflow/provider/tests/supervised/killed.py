"""A task that judges the file named by the environment."""

import os

from airflow.sdk import DAG

from assay_provider.operators.assay import AssayRunOperator

with DAG(dag_id="killed", schedule=None):
    AssayRunOperator(task_id="judge", file=os.environ["KILLED_FILE"], root=os.environ["KILLED_ROOT"], threads=1)
