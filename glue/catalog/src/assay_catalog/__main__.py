"""The command line. Prints one JSON object per line, and uses the host's exit codes: 0 done, 1 a newer publication
exists (the older one is registered as history; don't retry), 2 could not be done (retry).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence

from assay_catalog import content, rebuild
from assay_catalog.errors import CatalogError
from assay_catalog.glue import Glue
from assay_catalog.lake import open_lake
from assay_catalog.register import Registry
from assay_platform import config

OLDER, FAILED = 1, 2


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="assay_catalog", description="Keep the Glue Data Catalog in step with committed manifests."
    )
    top.add_argument("--environment", help="environment of platform.json (default: the variable ASSAY_ENVIRONMENT)")
    top.add_argument("--lake", help="root of the lake (default: the environment's)")
    commands = top.add_subparsers(dest="command", required=True)
    register = commands.add_parser("register", help="register what manifests commit, or folders of audit records")
    register.add_argument("place", nargs="+", help="URL or key of a manifest.json, or of an audit record")
    anew = commands.add_parser("rebuild-catalog", help="rebuild the whole catalog from the bucket alone")
    anew.add_argument(
        "--metadata", action="append", default=[], metavar="TABLE=URL", help="metadata file of an Iceberg table"
    )
    commands.add_parser("newest", help="print the newest publication that is registered, by kind")
    commands.add_parser("show", help="print what the catalog says, to compare two")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit code."""
    given = parser().parse_args(arguments)
    try:
        platform = config.load()
        here = config.environment(platform, given.environment)
        if given.lake:
            here = dataclasses.replace(here, lake=given.lake.rstrip("/"))
        staging, curated = platform.catalog.staging, platform.catalog.curated
        registry = Registry(Glue.of(here), open_lake(here), staging, platform.lake)
        if given.command == "show":
            _print(content.content(registry.glue, [staging.database, curated.database]))
        elif given.command == "newest":
            _print({"publications": content.newest(registry.glue, staging, platform.kinds)})
        elif given.command == "register":
            return _register(registry, given.place)
        else:
            named = dict(_pair(text) for text in given.metadata)
            _print(dataclasses.asdict(rebuild.rebuild(registry, curated, here, named)))
    except Exception as error:  # noqa: BLE001 - Python's own exit code, 1, would mean that a newer publication exists
        _print({"outcome": "failed", "error": type(error).__name__, "reason": str(error)})
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    return 0


def _register(registry: Registry, places: Sequence[str]) -> int:
    older = False
    for place in places:
        if "/_commit/" not in place:
            _print({"audit": registry.register_audit(place)})
            continue
        done = registry.register(place)
        _print(dataclasses.asdict(done))
        if not done.newest:
            older = True
            print(
                f"publication {done.partition} is older than {done.superseded_by}, which stays the newest; it is "
                "registered as history",
                file=sys.stderr,
            )
    return OLDER if older else 0


def _pair(text: str) -> tuple[str, str]:
    table, equals, place = text.partition("=")
    if not equals:
        raise CatalogError(f"`{text}` is not TABLE=URL")
    return table, place


def _print(answer: object) -> None:
    print(json.dumps(answer))


def run() -> None:
    """The entry point of the installed command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
