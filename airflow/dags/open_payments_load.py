"""Loads a curated year into the warehouse and verifies it. Triggered for each year."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Param, PartitionedAssetTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from open_payments import commands, events, settings

loaded = settings.asset("loaded")

with DAG(
    dag_id="open_payments_load",
    doc_md=__doc__,
    schedule=PartitionedAssetTimetable(assets=settings.asset("curated")),
    # Loads of different years are separate transactions, but share the dimensions, so one at a time.
    max_active_runs=1,
    default_args=settings.DEFAULTS,
    tags=["open-payments"],
    params=settings.of_a_year(
        results=Param([], type="array", description="For a manual run: results of a year's `publish` task"),
    ),
) as dag:

    @task
    def inputs() -> list[dict[str, Any]]:
        """The curated results."""
        found = events.results(get_current_context())
        if not found:
            raise AirflowFailException("nothing to load: neither the triggering events nor `results` names a manifest")
        return found

    @task(max_active_tis_per_dagrun=1)
    def load(one: dict[str, Any]) -> dict[str, Any]:
        """Loads a kind of the year. 1: the loaded data is newer. 2 is retried: the network may be the cause."""
        context = get_current_context()
        told = settings.options(context)
        command = commands.module("assay_warehouse", *told, "load", "--kind", one["kind"], "--year", one["year"])
        commands.run(command, settings.variables(context), permanent={1})
        return one

    @task
    def verify(one: dict[str, Any]) -> dict[str, Any]:
        """Compares rows and cents with the host's. 1: they differ."""
        context = get_current_context()
        told = settings.options(context)
        expected = ["--rows", str(one["records"]["validated"])]
        expected += ["--amount", one["amount"]] if one["amount"] is not None else []
        asked = ["verify", "--kind", one["kind"], "--year", one["year"], *expected]
        commands.run(commands.module("assay_warehouse", *told, *asked), settings.variables(context), permanent={1})
        return one

    @task(outlets=[loaded])
    def publish(done: Any) -> list[dict[str, Any]]:
        """Triggers whatever waits for the year."""
        return events.tell(get_current_context(), loaded, list(done))

    publish(verify.expand(one=load.expand(one=inputs())))
