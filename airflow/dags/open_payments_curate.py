"""Curates a validated year: writes to a branch, checks it, publishes it. Triggered for each year."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import DAG, Param, PartitionedAssetTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from open_payments import commands, events, metrics, settings

CURATE = commands.Job("assay_curated.job", settings.PLATFORM.jobs.curate)
curated = settings.asset("curated")
log = logging.getLogger(__name__)

with DAG(
    dag_id="open_payments_curate",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=settings.asset("validated")),
    # One writer at a time: a second one would only be refused and retried.
    max_active_runs=1,
    default_args=settings.DEFAULTS,
    tags=["open-payments"],
    params=settings.of_a_year(
        results=Param([], type="array", description="For a manual run: results of a year's `register` task"),
    ),
) as dag:

    @task
    def inputs() -> list[dict[str, Any]]:
        """The manifests of each kind."""
        context = get_current_context()
        found = events.results(context)
        if not found:
            raise AirflowFailException(
                "no manifests: neither the triggering events nor the parameter `results` names one"
            )
        newest: dict[str, dict[str, Any]] = {}
        for one in sorted(found, key=lambda one: (one["publication"], one["attempt"])):
            newest[one["kind"]] = one
        return list(newest.values())

    @task(max_active_tis_per_dagrun=1)
    def curate(one: dict[str, Any]) -> dict[str, Any]:
        """Runs the job; returns what the next station needs."""
        context = get_current_context()
        here = settings.environment(context)
        arguments = [*settings.options(context), "--kind", one["kind"], "--manifests", one["manifest"]]
        place = settings.report(context, f"{one['kind']}-{one['attempt']}")
        report = commands.spark(here, CURATE, arguments, settings.variables(context), place)
        for published in report.get("inputs", ()):
            if drift := published.get("null_drift"):
                log.info("blanks: `%s` has %s more than in %s", drift["column"], drift["rise"], drift["since"])
                metrics.put(here, settings.PLATFORM.metrics, settings.PLATFORM.metrics.null_drift, float(drift["rise"]))
        return {**one, "curated": report["outcome"]}

    @task(outlets=[curated])
    def publish(done: Any) -> list[dict[str, Any]]:
        """Triggers the next DAG."""
        return events.tell(get_current_context(), curated, list(done))

    publish(curate.expand(one=inputs()))
