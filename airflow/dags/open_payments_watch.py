"""Measures the age of the newest publication that readers see. The alarm also fires if the metric is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from open_payments import commands, metrics, settings

with DAG(
    dag_id="open_payments_watch",
    doc_md=__doc__,
    # The alarm's period is a day, so a single late or failed run does not raise it.
    schedule=CronTriggerTimetable("0 */6 * * *", timezone="UTC", run_immediately=False),
    catchup=False,
    max_active_runs=1,
    default_args=settings.DEFAULTS,
    tags=["open-payments"],
    params=settings.parameters(),
) as dag:

    @task
    def measure() -> dict[str, Any]:
        """Asks the catalog for the newest publication of each kind; the oldest of these counts."""
        context = get_current_context()
        command = commands.module("assay_catalog", *settings.options(context), "newest")
        (answer,) = commands.run(command, settings.variables(context))
        newest: dict[str, str | None] = answer["publications"]
        there = [date.fromisoformat(one) for one in newest.values() if one]
        if not there:
            raise AirflowSkipException("nothing is registered, so there is no publication to measure the age of")
        days, names = (datetime.now(UTC).date() - min(there)).days, settings.PLATFORM.metrics
        metrics.put(settings.environment(context), names, names.age, days)
        return {"publications": newest, "days": days}

    measure()
