"""`python -m assay_curated.job`: curates the given publications, both locally and on Glue.

It takes manifests of one kind, each for a different year, and ends with the host's exit codes: 0 all of them are on
main, 1 refused (an older publication, a check that fails: don't retry), 2 could not run, or another job published in
between (retry). The last line on standard output is the report, one JSON object; steps go to standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from assay_curated import files, inputs, publish, session
from assay_curated.drift import drift
from assay_curated.errors import Refused, failure, told
from assay_curated.lake import Lake
from assay_curated.tables import TABLES


def curate(lake: Lake, kind: str, places: Sequence[str], *, again: bool, step: Callable[[str], None]) -> dict[str, Any]:
    """Publishes the manifests at `places` and returns the report. Raises `CuratedError`."""
    manifests = inputs.read(lake.spark, lake.root, places)
    if others := [one for one in manifests if one.input.kind != kind]:
        raise Refused(f"`{others[0].url}` has kind `{others[0].input.kind}`; this job curates `{kind}`")
    outcome = publish.curate(lake, manifests, again=again, step=step)
    heads = {table.name: lake.head(table) for table in TABLES}
    return {
        **outcome.json(),
        "kind": kind,
        "tables": {
            table.name: {"snapshot": head.snapshot if (head := heads[table.name]) else None, "rows": lake.rows(table)}
            for table in TABLES
        },
        "inputs": [
            {
                **one.input.json(),
                "attempt": one.attempt,
                "manifest": one.url,
                "audit": one.audit_url,
                "records": {
                    "read": one.sums.read,
                    "validated": one.sums.validated,
                    "quarantined": one.sums.quarantined,
                },
                "amount": str(one.sums.amount_validated),
                "null_drift": found.json() if (found := drift(lake, one.input)) else None,
            }
            for one in manifests
        ],
    }


def run(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code."""
    given = _arguments(arguments)
    lake: Lake | None = None
    try:
        lake, _ = session.lake(given.environment, given.lake, "assay curate")
        places = [place for listed in given.manifests for place in listed.split(",") if place]
        report = curate(lake, given.kind, places, again=given.again, step=_told())
        code = 0
    except Exception as error:  # noqa: BLE001 - Python's own exit code would say that the input was refused
        code, report = failure(error), {"kind": given.kind, **told(error)}
    text = json.dumps(report)
    if given.report and lake is not None:
        files.write(lake.spark, given.report, text)
    sys.stdout.write(f"{text}\n")
    return code


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m assay_curated.job", description="Curate validated publications")
    parser.add_argument("--environment", help="Name of an environment in platform.json (default: ASSAY_ENVIRONMENT)")
    parser.add_argument("--lake", help="URL of the lake (default: the environment's)")
    parser.add_argument("--kind", required=True, help="Kind of payments, such as `general`")
    parser.add_argument(
        "--manifests",
        required=True,
        nargs="+",
        help="URLs of manifests, or their keys in the lake; separated by commas or spaces, one per year",
    )
    parser.add_argument("--report", help="URL of a file to write the report to as well")
    # It takes a value, because Glue passes one with every argument.
    parser.add_argument(
        "--again", choices=("yes", "no"), default="no", help="Rewrite what is already on main (default: no)"
    )
    # Glue adds its own arguments.
    given, _ = parser.parse_known_args(arguments)
    given.again = given.again == "yes"
    return given


def _told() -> Callable[[str], None]:
    start = time.monotonic()

    def step(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - start:7.1f} s  {what}\n")
        sys.stderr.flush()

    return step


if __name__ == "__main__":
    # Glue treats any `SystemExit` as a failure, even with code 0.
    if code := run():
        sys.exit(code)
