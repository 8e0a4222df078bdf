"""Write, audit, publish: every table gets a branch, the branches are written and checked, and main is fast-forwarded.

`publications` goes first. Its fast-forward is the commit: it fails if anybody else published since the branches were
created, and then nothing has changed. A job that dies after it leaves checked branches, and the next job, whatever its
year, fast-forwards the other tables to them before it does anything else.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import DataFrame

from assay_curated import audit, inputs, write
from assay_curated.checks import Check, require
from assay_curated.checks import inputs as input_checks
from assay_curated.errors import Apart, Conflict, OlderPublication
from assay_curated.lake import Head, Lake
from assay_curated.manifest import Input, Manifest
from assay_curated.plan import Plan
from assay_curated.tables import PUBLICATIONS, TABLES, Table


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job did. `published` are now on main; `unchanged` already were."""

    published: list[Input] = field(default_factory=list)
    unchanged: list[Input] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """For the report."""
        return {
            "outcome": "published" if self.published else "unchanged",
            "published": [{**one.json(), "tag": one.tag} for one in self.published],
            "unchanged": [{**one.json(), "tag": one.tag} for one in self.unchanged],
            "checks": len(self.checks),
        }


@dataclass(frozen=True, slots=True)
class State:
    """Whether the tables on main agree. `apart` are inputs that some tables have and others lack; `even` means that the
    same job wrote all of them last, as is usual.
    """

    apart: frozenset[Input]
    even: bool


def curate(lake: Lake, manifests: Sequence[Manifest], *, again: bool = False, step: Callable[[str], None]) -> Outcome:
    """Publishes `manifests`, all of one kind, each for a different year. Publications already on main are left alone,
    unless `again`. Progress is reported to `step`.

    Raises `OlderPublication` if a newer publication of a year is on main: the older one is written, checked and kept by
    its tags, and the other years are published. Raises `ChecksFailed`, `Conflict` and `Apart` without touching main.
    """
    state = recover(lake, step)
    given = {(one.input.kind, one.input.year) for one in manifests}
    if missing := sorted({(one.kind, one.year) for one in state.apart} - given):
        named = ", ".join(f"{kind} {year}" for kind, year in missing)
        raise Apart(
            f"a job ended between two tables, and its branches no longer exist\n  help: curate {named} again first"
        )
    head = lake.head(PUBLICATIONS)
    held = {(one.kind, one.year): one for one in (head.inputs if head else ())}
    newer, older, same = [], [], []
    for manifest in manifests:
        there = held.get((manifest.input.kind, manifest.input.year))
        if there is not None and there.publication > manifest.input.publication:
            older.append(manifest)
        elif there == manifest.input and not again and not state.apart:
            same.append(manifest.input)
        else:
            newer.append(manifest)
    checks = _station(lake, newer, step, even=state.even, advance=True) if newer else []
    for manifest in older:
        if not _kept(lake, manifest.input):
            _station(lake, [manifest], step, even=True, advance=False)
    if older:
        raise OlderPublication("\n  ".join(_refusal(one.input, held) for one in older))
    return Outcome([one.input for one in newer], same, checks)


def recover(lake: Lake, step: Callable[[str], None]) -> State:
    """Finishes the commit of a job that died, and returns the state of the tables after that. Raises `Conflict`."""
    committed = lake.head(PUBLICATIONS)
    if committed is None:
        return State(frozenset(), even=True)
    apart: frozenset[Input] = frozenset()
    even, finished = True, False
    for table in TABLES:
        head = lake.head(table)
        if not _same(head, committed):
            branch = lake.head(table, committed.branch)
            if _same(branch, committed):
                step(f"finish `{table.name}`: a job ended before it moved main to `{committed.branch}`")
                lake.fast_forward(table, committed.branch)
                head, finished = branch, True
            else:
                even = False
                apart |= committed.inputs ^ (head.inputs if head else frozenset())
        for tag in head.tags if head else ():
            lake.tag(table, tag, head.snapshot if head else 0)
    if finished:
        _drop(lake, committed.branch)
    return State(apart, even)


def unfinished(lake: Lake) -> list[Table]:
    """Tables that lag behind the commit, and have a checked branch for it."""
    committed = lake.head(PUBLICATIONS)
    if committed is None:
        return []
    behind = (table for table in TABLES if not _same(lake.head(table), committed))
    return [table for table in behind if _same(lake.head(table, committed.branch), committed)]


def _same(head: Head | None, other: Head) -> bool:
    return head is not None and (head.inputs, head.branch) == (other.inputs, other.branch)


def _station(
    lake: Lake, manifests: Sequence[Manifest], step: Callable[[str], None], *, even: bool, advance: bool
) -> list[Check]:
    kind = manifests[0].kind
    parts: DataFrame = inputs.parts(lake.spark, manifests)
    step(f"check the parts of {_named(manifests)}")
    checks = input_checks(kind, manifests, parts)
    require(checks, "in the parts; nothing was written")

    branch = f"audit_{uuid.uuid4().hex[:16]}"
    step(f"make branch `{branch}`")
    for table in TABLES:
        lake.create_branch(table, branch)
    heads = [lake.head(table, branch) for table in TABLES]
    base = heads[0]
    if even and not all(base is not None and _same(head, base) for head in heads):
        # Some branches were created only after another job published: they would not be consistent.
        _drop(lake, branch)
        raise Conflict("another job is publishing right now\n  help: run this one again")
    given = {(one.input.kind, one.input.year) for one in manifests}
    others = frozenset(one for one in (base.inputs if base else ()) if (one.kind, one.year) not in given)
    wanted = others | {one.input for one in manifests}

    plan = Plan(lake, branch, kind, manifests, parts, wanted)
    write.branch(plan, step)
    step(f"check branch `{branch}`")
    checks += audit.branch(plan)
    require(checks, f"on branch `{branch}`, which is kept; main is as it was")
    if advance:
        step("publish")
        try:
            lake.fast_forward(PUBLICATIONS, branch)
        except Conflict:
            _drop(lake, branch)
            raise
        for table in TABLES[1:]:
            lake.fast_forward(table, branch)
    for table in TABLES:
        head = lake.head(table, branch)
        for manifest in manifests:
            if head is not None:
                lake.tag(table, manifest.input.tag, head.snapshot)
    _drop(lake, branch)
    return checks


def _drop(lake: Lake, branch: str) -> None:
    for table in TABLES:
        lake.drop_branch(table, branch)


def _kept(lake: Lake, wanted: Input) -> bool:
    heads = [lake.head(table, wanted.tag) for table in TABLES]
    return all(head is not None and wanted in head.inputs for head in heads)


def _named(manifests: Sequence[Manifest]) -> str:
    return ", ".join(f"{one.input.kind} {one.input.year} of {one.input.publication}" for one in manifests)


def _refusal(older: Input, held: dict[tuple[str, int], Input]) -> str:
    newer = held[older.kind, older.year].publication
    return (
        f"publication {older.publication} of {older.kind} {older.year} is older than {newer}, which is on main; "
        f"it is kept as `{older.tag}`"
    )
