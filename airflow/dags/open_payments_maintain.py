"""Removes unused data of the curated tables: old snapshots, and files that no snapshot names.

It first lists what would be removed. If there are more orphans than killed jobs would leave, it removes nothing:
somebody may have moved a table.
"""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from open_payments import commands, settings, sweep

MAINTAIN = commands.Job("assay_curated.maintain", settings.PLATFORM.jobs.maintain)
log = logging.getLogger(__name__)


def _run(delete: str) -> dict[str, Any]:
    context = get_current_context()
    params = context["params"]
    limits = ["--keep-days", str(params["keep_days"]), "--orphan-days", str(params["orphan_days"])]
    arguments = [*settings.options(context), *limits, "--delete", delete]
    place = settings.report(context, "curated")
    here = settings.environment(context)
    report = commands.spark(here, MAINTAIN, arguments, settings.variables(context), place)
    for line in sweep.lines(report["tables"]):
        log.info("%s: %s", report["outcome"], line)
    return sweep.totals(report["tables"])


with DAG(
    dag_id="open_payments_maintain",
    doc_md=__doc__,
    # Sundays, because years are published on other days. A new deployment waits for the next Sunday.
    schedule=CronTriggerTimetable("0 5 * * 0", timezone="UTC", run_immediately=False),
    catchup=False,
    max_active_runs=1,
    default_args=settings.DEFAULTS,
    tags=["open-payments"],
    params=settings.parameters(
        dry_run=Param(False, type="boolean", description="Only list what would be removed"),
        keep_days=Param(30, type="integer", minimum=1, description="Days to keep snapshots"),
        orphan_days=Param(3, type="integer", minimum=1, description="Minimum age of orphans to remove, in days"),
        most_orphans=Param(
            1000, type="integer", minimum=0, description="Maximum number of orphans removed without confirmation"
        ),
    ),
) as dag:

    @task
    def look() -> dict[str, Any]:
        """Shows what would be removed."""
        return _run("no")

    @task
    def remove(found: dict[str, Any]) -> dict[str, Any]:
        """Removes it, unless it is too much. Skipped in a dry run, and if there is nothing to remove."""
        params = get_current_context()["params"]
        if params["dry_run"]:
            raise AirflowSkipException("dry run: the log of `look` lists what would be removed")
        if not any(found.values()):
            raise AirflowSkipException("nothing to remove")
        if found["orphans"] > params["most_orphans"]:
            raise AirflowFailException(
                f"{found['orphans']} files belong to no snapshot; "
                f"at most {params['most_orphans']} are removed without confirmation\n"
                "  help: the log of `look` lists the first of each table; "
                "to remove them, run again with a higher `most_orphans`"
            )
        return _run("yes")

    remove(look())  # type: ignore[arg-type]  # a result that exists at run time
