"""`python -m assay_curated.maintain`: shows, and on request removes, unused snapshots and files of the curated tables.

Two things pile up. Snapshots: every job leaves the earlier ones, with the files that it replaced. Orphans: files that
no snapshot names, left by killed jobs. Tags keep publications whatever their age, and main is always kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from assay_curated import files, publish, session
from assay_curated.errors import Conflict, Refused, failure, told
from assay_curated.lake import MAIN, Lake, commits
from assay_curated.tables import TABLES, Table

# A month: long enough to notice that a job was wrong and to go back to the snapshot before it.
KEEP_DAYS = 30
# No snapshot names the files of a running job yet. A job ends within hours; three days is also Iceberg's
# default.
ORPHAN_DAYS = 3
# A load reads from a snapshot for at most an hour, and Iceberg removes no orphan younger than a day.
LEAST_DAYS = 1


@dataclass(frozen=True, slots=True)
class Swept:
    """What is removed of a table. `snapshots` are ids, `branches` those of failed jobs, `orphans` URLs; `files` counts
    the files removed with the snapshots (data, manifests and manifest lists), which is known only afterwards.
    """

    snapshots: list[int]
    kept: int
    branches: list[str]
    tags: int
    orphans: list[str]
    files: int = field(default=0)


def maintain(
    lake: Lake, *, before: datetime, orphans_before: datetime, delete: bool, step: Callable[[str], None]
) -> dict[str, Swept]:
    """Finds, and with `delete` removes, snapshots older than `before` and orphans older than `orphans_before`. Returns
    the findings by table. Raises `Conflict` if a job is publishing, or died meanwhile: its branches are still needed.
    """
    if unfinished := publish.unfinished(lake):
        raise Conflict(
            f"a job published `publications` but not yet `{unfinished[0].name}`\n"
            "  help: if no job is running, curate any year: that job completes the interrupted one; then run this again"
        )
    return {table.name: _sweep(lake, table, before, orphans_before, delete, step) for table in TABLES}


def _sweep(
    lake: Lake, table: Table, before: datetime, orphans_before: datetime, delete: bool, step: Callable[[str], None]
) -> Swept:
    loaded = lake.loaded(table)
    expired = loaded.expireSnapshots().expireOlderThan(_millis(before)).retainLast(1).apply()
    snapshots = sorted(int(one.snapshotId()) for one in expired)
    references = dict(loaded.refs())
    tags = sum(bool(one.isTag()) for one in references.values())
    branches = sorted(str(name) for name, one in references.items() if name != MAIN and _aged(loaded, one))
    kept = len(list(loaded.snapshots())) - len(snapshots)
    files = 0
    if delete and (snapshots or branches):
        step(f"expire {len(snapshots)} snapshots of `{table.name}`")
        with commits(table, "expire snapshots"):
            (removed,) = _call(lake, table, "expire_snapshots", before, "retain_last => 1")
        files = sum(int(count) for count in removed)
    step(f"{'remove' if delete else 'look for'} orphans of `{table.name}`")
    # Through the table's own file IO: the alternative is Hadoop, which may know the bucket under another scheme.
    options = f"dry_run => {str(not delete).lower()}, prefix_listing => true"
    orphans = sorted(str(one[0]) for one in _call(lake, table, "remove_orphan_files", orphans_before, options))
    return Swept(snapshots, kept, branches, tags, orphans, files)


def _aged(loaded: Any, reference: Any) -> bool:  # noqa: ANN401 - Java objects
    """Whether expiry drops a branch: that of a failed or killed job, after a week."""
    life = reference.maxRefAgeMs()
    since = _millis(datetime.now(UTC)) - int(loaded.snapshot(reference.snapshotId()).timestampMillis())
    return life is not None and since > int(life)


def _call(lake: Lake, table: Table, procedure: str, before: datetime, options: str) -> Sequence[Sequence[Any]]:
    moment = f"timestamp '{before.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
    name = f"{lake.database}.{table.name}"
    call = f"call {lake.catalog}.system.{procedure}(table => '{name}', older_than => {moment}, {options})"
    return lake.spark.sql(call).collect()


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def run(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m assay_curated.maintain", description="Remove old snapshots and orphans of the curated tables"
    )
    parser.add_argument("--environment", help="Name of an environment in platform.json (default: ASSAY_ENVIRONMENT)")
    parser.add_argument("--lake", help="URL of the lake (default: the environment's)")
    keep, orphan = f"(default: {KEEP_DAYS})", f"(default: {ORPHAN_DAYS})"
    parser.add_argument("--keep-days", type=int, default=KEEP_DAYS, help=f"Days to keep snapshots {keep}")
    parser.add_argument(
        "--orphan-days", type=int, default=ORPHAN_DAYS, help=f"Minimum age of orphans to remove, in days {orphan}"
    )
    # It takes a value, because Glue passes one with every argument.
    parser.add_argument(
        "--delete", choices=("yes", "no"), default="no", help="Remove instead of only listing (default: no)"
    )
    parser.add_argument("--report", help="URL of a file to write the report to as well")
    # Glue adds its own arguments.
    given, _ = parser.parse_known_args(arguments)
    lake: Lake | None = None
    try:
        lake, _ = session.lake(given.environment, given.lake, "assay maintain")
        report = _maintained(lake, given.keep_days, given.orphan_days, given.delete == "yes")
        code = 0
    except Exception as error:  # noqa: BLE001 - Python's own exit code would say that the arguments were refused
        code, report = failure(error), {**told(error)}
    text = json.dumps(report)
    if given.report and lake is not None:
        files.write(lake.spark, given.report, text)
    sys.stdout.write(f"{text}\n")
    return code


def _maintained(lake: Lake, keep: int, orphan: int, delete: bool) -> dict[str, Any]:
    if min(keep, orphan) < LEAST_DAYS:
        raise Refused(
            f"`--keep-days` and `--orphan-days` must be at least {LEAST_DAYS}, because jobs and loads may be running"
        )
    now = datetime.now(UTC)
    before, orphans_before = now - timedelta(days=keep), now - timedelta(days=orphan)
    found = maintain(lake, before=before, orphans_before=orphans_before, delete=delete, step=_say)
    return {
        "outcome": "removed" if delete else "would remove",
        "before": before.isoformat(timespec="seconds"),
        "tables": {table: asdict(one) for table, one in found.items()},
    }


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


if __name__ == "__main__":
    # Glue treats any `SystemExit` as a failure, even with code 0.
    if code := run():
        sys.exit(code)
