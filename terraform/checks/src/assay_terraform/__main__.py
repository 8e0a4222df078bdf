"""`python -m assay_terraform check`: everything that can be checked of `terraform/` without an account."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from assay_terraform import docs, steps, tools


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit code: 0 passed, 1 failed, or with `--all` also 1 if a step could not run."""
    top = argparse.ArgumentParser(prog="assay_terraform", description="Check terraform/ without an account.")
    commands = top.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="run the checks, and say which ran and which could not")
    names = [step.name for step in steps.all_steps()]
    check.add_argument("step", nargs="*", choices=[[], *names], help=f"of {', '.join(names)} (default: all)")
    check.add_argument("--all", action="store_true", help="fail if a check could not run")
    commands.add_parser("list", help="print the checks")
    tables = commands.add_parser("docs", help="tables of inputs and outputs in READMEs")
    tables.add_argument("--write", action="store_true", help="bring them up to date")
    given = top.parse_args(arguments)
    if given.command == "docs":
        return _docs(write=given.write)
    chosen = [one for one in steps.all_steps() if given.command == "list" or not given.step or one.name in given.step]
    if given.command == "list":
        for one in chosen:
            print(f"{one.name:10} {one.what}")
        return 0
    return _check(chosen, must_all_run=given.all)


def _check(chosen: list[steps.Step], *, must_all_run: bool) -> int:
    outcomes = []
    for one in steps.run(chosen):
        print(f"{one.result:8} {one.step.name:10} {one.seconds:6.0f} s  {one.step.what}", flush=True)
        if one.told:
            print(one.told, flush=True)
        outcomes.append(one)
    failed = [one.step.name for one in outcomes if one.result == "FAILED"]
    skipped = [one.step.name for one in outcomes if one.result == "SKIPPED"]
    print(f"\nran: {', '.join(one.step.name for one in outcomes if one.result == 'passed') or 'nothing'}")
    for what, which in (("FAILED", failed), ("SKIPPED, so not checked", skipped)):
        if which:
            print(f"{what}: {', '.join(which)}")
    return 1 if failed or (skipped and must_all_run) else 0


def _docs(*, write: bool) -> int:
    found = docs.write() if write else docs.stale()
    for path in found:
        print(f"{'written' if write else 'stale'}: {path.relative_to(tools.ROOT)}")
    return 0 if write or not found else 1


if __name__ == "__main__":
    sys.exit(main())
