"""A year: land, judge, gate, register. The year is the run's partition key."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import DAG, CronPartitionTimetable, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from assay_provider import places
from open_payments import commands, events, gate, host, metrics, raw, settings

validated = settings.asset("validated")
log = logging.getLogger(__name__)

with DAG(
    dag_id="open_payments_year",
    doc_md=__doc__,
    # Each year on its first day; earlier years by `airflow backfill create`.
    schedule=CronPartitionTimetable("0 0 1 1 *", timezone="UTC", key_format="%Y"),
    catchup=False,
    # Concurrent years; a year's files share the host's pool with those of other years.
    max_active_runs=4,
    default_args=settings.DEFAULTS,
    tags=["open-payments"],
    params=settings.of_a_year(
        kinds=Param(
            list(settings.PLATFORM.kinds), type="array", items={"type": "string"}, description="Kinds of files"
        ),
        publication=Param(None, type=["null", "string"], format="date", description="Publication (default: newest)"),
        pack=Param(None, type=["null", "string"], description="Pack (default: found by header and year)"),
        origins=Param([], type="array", items={"type": "string"}, description="Files to land first: paths or URLs"),
        most_quarantined=Param(
            0.05, type="number", minimum=0, maximum=1, description="Maximum share of records held back"
        ),
    ),
) as dag:

    @task
    def plan() -> dict[str, Any]:
        """The year and environment of the run."""
        context = get_current_context()
        lake = settings.lake(context)
        below = f"{lake}/{settings.PLATFORM.lake.raw}"
        return {
            "year": settings.year(context),
            "lake": lake,
            "raw": below,
            "root": places.local(lake),
            "env": settings.variables(context),
            "origins": context["params"]["origins"],
        }

    @task
    def origins(planned: Any) -> list[str]:
        """The origins to land."""
        found: list[str] = planned["origins"]
        return found

    @task(max_active_tis_per_dagrun=2)  # To be polite to the publisher's server.
    def land(origin: str, planned: dict[str, Any]) -> str:
        """Lands a file, create-only. 1: not the expected file, or a different one is already there."""
        command = commands.own_module(
            "assay_provider.landing", "--raw", places.local(planned["raw"]), "--year", planned["year"], origin
        )
        return str(commands.run(command, planned["env"], permanent={1})[-1]["url"])

    @task(trigger_rule="none_failed")
    def files(planned: Any) -> list[dict[str, str]]:
        """The landed files to judge, one per kind; logs missing ones. Skips a year without files."""
        from assay_provider.landing.land import landed  # noqa: PLC0415

        params, year = get_current_context()["params"], planned["year"]
        there = raw.files(landed(places.open_place(planned["raw"], env=planned["env"]), year), year)
        for kind in raw.LISTING.missing(year, [one.name for one in there], params["kinds"]):
            log.warning("MISSING year=%s kind=%s: no file has landed", year, kind)
        chosen = raw.choose(there, params["kinds"], params["publication"])
        if not chosen:
            raise AirflowSkipException(f"no files of {year} are landed below {planned['raw']}")
        for one in chosen:
            log.info("chosen: %s of %s, landed at %s", one.name, one.publication, one.landed_at)
        return [one.arguments for one in chosen]

    @task
    def check_gate(results: Any, planned: Any) -> list[dict[str, Any]]:
        """Holds the year, with the reasons, unless all of it may be published."""
        found, context = list(results), get_current_context()
        share, names = context["params"]["most_quarantined"], settings.PLATFORM.metrics
        metrics.put(settings.environment(context), names, names.rejects, gate.held_back(found))
        if reasons := gate.faults(found, planned["year"], share):
            raise AirflowFailException("the year is held:\n" + "\n".join(reasons))
        return found

    @task(outlets=[validated])
    def register(results: Any) -> list[dict[str, Any]]:
        """Registers what was published, and triggers the next DAG. 1: a newer publication exists, and stays."""
        context = get_current_context()
        told = settings.options(context)
        newest = []
        for one in results:
            command = commands.module("assay_catalog", *told, "register", one["manifest"], one["audit"])
            registered, *_ = commands.run(command, settings.variables(context), fine=(0, 1))
            # From the catalog, not from the host, which does not say so for a run published earlier.
            if registered["newest"]:
                newest.append(one)
        if not newest:
            raise AirflowSkipException("newer publications of this year exist; nothing to curate")
        return events.tell(context, validated, newest)

    planned: Any = plan()  # a result that exists at run time
    listed = files(planned)
    land.partial(planned=planned).expand(origin=origins(planned)) >> listed
    judged = host.judge(
        settings.HERE,
        task_id="judge",
        root=planned["root"],
        pack="{{ params.pack or '' }}",
        env=planned["env"],
        pool=settings.PLATFORM.airflow.pool,
        max_active_tis_per_dagrun=2,
    ).expand_kwargs(listed)
    register(check_gate(judged.output, planned))
