"""Checks a file, and publishes it if it is accepted."""

from __future__ import annotations

import logging
from datetime import timedelta

from airflow.sdk import DAG, Asset, Param

from assay_provider.operators.assay import AssayCheckOperator, AssayRunOperator
from assay_provider.report import Report

validated = Asset(uri="x-assay://example/validated", name="example_validated")


def tell(report: Report) -> None:
    """Called when records are held back."""
    logging.getLogger(__name__).warning("%s", report.summary())


with DAG(
    dag_id="example_assay",
    schedule=None,
    catchup=False,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30), "retry_exponential_backoff": True},
    params={"file": Param("", type="string"), "root": Param("", type="string")},
    tags=["example"],
) as dag:
    check = AssayCheckOperator(task_id="check", file="{{ params.file }}")
    run = AssayRunOperator(
        task_id="run",
        file="{{ params.file }}",
        root="{{ params.root }}",
        outlets=[validated],
        on_warning_callback=tell,
    )
    check >> run
