"""The command line. Prints one JSON object per line, and uses the host's exit codes: 0 done, 1 refused because the
loaded data is newer or something differs (don't retry), 2 could not be done, or a conflict (retry).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
import uuid
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from botocore.exceptions import BotoCoreError, ClientError

from assay_catalog.errors import CatalogError
from assay_catalog.glue import Glue
from assay_catalog.lake import open_lake
from assay_catalog.rebuild import iceberg_catalog
from assay_platform import config
from assay_platform.model import Environment, Platform
from assay_warehouse import statements
from assay_warehouse.engine import open_engine
from assay_warehouse.errors import OlderPublication, TryAgain, WarehouseError
from assay_warehouse.load import DIMENSIONS, YEARS, Loader
from assay_warehouse.snapshot import Published
from assay_warehouse.validate import VALIDATIONS, Answer, ask, disagreeing, make_views, question
from assay_warehouse.verify import verify
from assay_warehouse.warehouse import Warehouse, open_warehouse

REFUSED, FAILED = 1, 2
# The kinds that CMS publishes. A kind that is not loaded has no rows.
KINDS = ("general", "research", "ownership")
# Two loads of one year end within minutes of each other; a conflict that lasts longer is left to the caller's retry.
TRIES, PAUSE_SECONDS = 3, 5


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="assay_warehouse", description="Load published years into the warehouse.")
    top.add_argument("--environment", help="environment of platform.json (default: the variable ASSAY_ENVIRONMENT)")
    top.add_argument("--lake", help="root of the lake (default: the environment's)")
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="make the schema, tables and views that are missing")
    load = commands.add_parser("load", help="load a kind and year from what is published")
    load.add_argument("--again", action="store_true", help="load even if that run is already loaded")
    check = commands.add_parser("verify", help="compare the warehouse with the host's audit")
    check.add_argument("--rows", type=int, help="expected rows, such as a manifest's")
    check.add_argument("--amount", type=_amount, help="expected dollars, as a decimal")
    for command in (load, check):
        command.add_argument("--kind", required=True)
        command.add_argument("--year", type=int, required=True)
    query = commands.add_parser("query", help="run an analyst's query")
    query.add_argument("name", choices=statements.names("analyst", "queries"))
    query.add_argument("--kind", choices=KINDS, default=KINDS[0], help="kind of payments (default: %(default)s)")
    query.add_argument(
        "--in-place", action="store_true", help="run it in the query engine on the bucket instead of the warehouse"
    )
    commands.add_parser("views", help="recreate the query engine's views")
    check = commands.add_parser("validate", help="ask the query engine whether every station agrees")
    check.add_argument("name", nargs="*", help=f"of {', '.join(VALIDATIONS)} (default: all)")
    check.add_argument("--snapshot", type=int, help="also run time_travel, on a snapshot that `snapshots` lists")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit code."""
    given = parser().parse_args(arguments)
    for attempt in range(1, TRIES + 1):
        try:
            return _run(given)
        except TryAgain as error:
            if attempt == TRIES:
                return _failed(FAILED, "failed", error)
            _say(f"try {attempt} of {TRIES}: {error}")
            time.sleep(PAUSE_SECONDS)
        except OlderPublication as error:
            return _failed(REFUSED, "refused", error)
        except (WarehouseError, CatalogError, config.ConfigError, BotoCoreError, ClientError) as error:
            return _failed(FAILED, "failed", error)
    return FAILED


def _failed(code: int, outcome: str, error: Exception) -> int:
    _print({"outcome": outcome, "error": type(error).__name__, "reason": str(error)})
    _say(f"error: {outcome}: {error}")
    return code


def _run(given: argparse.Namespace) -> int:
    platform = config.load()
    here = config.environment(platform, given.environment)
    if given.lake:
        here = dataclasses.replace(here, lake=given.lake.rstrip("/"))
    if given.command in {"views", "validate"}:
        return _in_place(given, platform, here)
    if given.command == "query":
        query = question(given.name, given.kind)
        engine = open_engine(here, platform) if given.in_place else _warehouse(platform, here)
        return _tell(Answer(given.name, *engine.query(query)))
    warehouse = _warehouse(platform, here)
    if given.command == "setup":
        _print({"made": setup(warehouse)})
    elif given.command == "load":
        loaded = loader(platform, here, warehouse).load(given.kind, given.year, again=given.again)
        _print(dataclasses.asdict(loaded))
    elif given.command == "verify":
        found = verify(warehouse, given.kind, given.year, rows=given.rows, amount=given.amount)
        _print(dataclasses.asdict(found))
        return REFUSED if found.differences else 0
    return 0


def _in_place(given: argparse.Namespace, platform: Platform, here: Environment) -> int:
    engine = open_engine(here, platform)
    if given.command == "views":
        _print({"made": make_views(engine)})
        return 0
    if unknown := sorted(set(given.name) - set(VALIDATIONS)):
        raise WarehouseError(f"`{unknown[0]}` is not a validation; available: {', '.join(VALIDATIONS)}")
    asked: list[tuple[str, dict[str, statements.Value]]] = [(name, {}) for name in given.name or VALIDATIONS]
    if given.snapshot is not None:
        asked.append(("time_travel", {"snapshot": given.snapshot}))
    differences: list[str] = []
    for name, values in asked:
        answer = ask(engine, name, **values)
        _tell(answer)
        if name == "reconciliation":
            differences += disagreeing(answer)
    for one in differences:
        _say(f"differs: {one}")
    return REFUSED if differences else 0


def _tell(answer: Answer) -> int:
    for one in answer.dicts():
        _print({"query": answer.name, **one})
    return 0


def _warehouse(platform: Platform, here: Environment) -> Warehouse:
    return open_warehouse(here, platform.warehouse, open_lake(here))


def setup(warehouse: Warehouse) -> list[str]:
    """Creates what is missing; returns the names of tables and views. Views are recreated: they store no data."""
    tables = statements.names("redshift", "tables")
    views = statements.names("analyst", "views")
    steps = statements.read("redshift", "schema")
    for table in tables:
        steps += statements.read("redshift", "tables", table)
    warehouse.transaction(steps, f"setup-{uuid.uuid4().hex}")
    for view in views:
        # Not `create or replace`, which cannot change a view's columns.
        steps = [f"drop view if exists {view}", *statements.read("analyst", "views", view)]
        warehouse.transaction(steps, f"view-{uuid.uuid4().hex}")
    return tables + views


def loader(platform: Platform, here: Environment, warehouse: Warehouse) -> Loader:
    """A loader of the currently published snapshots."""
    lake = open_lake(here)
    catalog = iceberg_catalog(here, Glue.of(here).client)
    published = Published.of(catalog, platform.catalog.curated.database, [*YEARS, *DIMENSIONS])
    return Loader(warehouse, lake, published, platform.lake.copy_manifests, _say)


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"`{text}` is not a decimal") from None


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _print(answer: object) -> None:
    print(json.dumps(answer, default=str))


def run() -> None:
    """The entry point of the installed command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
