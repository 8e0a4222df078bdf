"""What is removed from the tables, what is kept, and what is only shown."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import content, curate, killed

from assay_curated import maintain, session
from assay_curated.errors import Conflict
from assay_curated.lake import Lake
from assay_curated.maintain import Swept
from assay_curated.tables import PAYMENTS_FACT, TABLES

FACT = PAYMENTS_FACT.name


def sweep(lake: Lake, *, age: timedelta = timedelta(0), delete: bool) -> dict[str, Swept]:
    """Like the command, but for snapshots of any age, because a test's are seconds old."""
    now = datetime.now(UTC)
    orphans = now - timedelta(days=maintain.ORPHAN_DAYS)
    return maintain.maintain(lake, before=now - age, orphans_before=orphans, delete=delete, step=lambda _: None)


@dataclass(frozen=True)
class Files:
    """Two files in the fact's folder that no snapshot names."""

    old: Path
    young: Path

    @classmethod
    def put(cls, lake: Lake) -> Files:
        folder = Path(str(lake.loaded(PAYMENTS_FACT).location()).removeprefix("file:"), "data")
        made = cls(folder / "00000-killed.parquet", folder / "00000-running.parquet")
        folder.mkdir(parents=True, exist_ok=True)
        made.old.write_bytes(b"left by a killed job")
        made.young.write_bytes(b"being written")
        days_ago = time.time() - 5 * 24 * 3600
        os.utime(made.old, (days_ago, days_ago))
        return made


def tagged(lake: Lake, tag: str) -> list[str]:
    return sorted(map(str, lake.spark.table(f"{lake.name(PAYMENTS_FACT)}.tag_{tag}").collect()))


def snapshots(lake: Lake) -> dict[str, list[int]]:
    return {table.name: [int(one.snapshotId()) for one in lake.loaded(table).snapshots()] for table in TABLES}


def test_only_what_nobody_reads_goes(
    new_lake: Callable[[], Lake], published: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake()
    curate(lake, published["2023"])
    curate(lake, published["2023 restated"])
    curate(lake, published["2023 restated"], again=True)
    lake.create_branch(PAYMENTS_FACT, "audit_failed_long_ago")
    lake.loaded(PAYMENTS_FACT).manageSnapshots().setMaxRefAgeMs("audit_failed_long_ago", 1).commit()
    lake.create_branch(PAYMENTS_FACT, "audit_failed_today")
    files = Files.put(lake)
    before, all_snapshots = content(lake), snapshots(lake)
    tags = ("general_2023_20240628", "general_2023_20250130")
    kept = {tag: tagged(lake, tag) for tag in tags}

    with monkeypatch.context() as patch:
        patch.setattr(maintain, "TABLES", [PAYMENTS_FACT])
        assert sweep(lake, age=timedelta(days=1), delete=False)[FACT].snapshots == [], "none is a day old"
    shown = sweep(lake, delete=False)
    assert (snapshots(lake), files.old.exists()) == (all_snapshots, True), "it is only shown"

    done = sweep(lake, delete=True)
    assert {name: one.snapshots for name, one in done.items()} == {name: one.snapshots for name, one in shown.items()}
    assert all(one.snapshots and one.files and one.tags == len(tags) for one in done.values())
    left = {name: sorted(set(ids) - set(done[name].snapshots)) for name, ids in all_snapshots.items()}
    assert {name: sorted(ids) for name, ids in snapshots(lake).items()} == left
    assert {name: len(ids) for name, ids in left.items()} == {name: one.kept for name, one in done.items()}
    assert content(lake) == before
    assert {tag: tagged(lake, tag) for tag in tags} == kept, "both publications are read by their tags"
    assert kept[tags[0]] != kept[tags[1]]
    assert done[FACT].branches == ["audit_failed_long_ago"]
    assert lake.branches(PAYMENTS_FACT) == ["audit_failed_today", *tags]
    assert [Path(one).name for one in done[FACT].orphans] == [files.old.name]
    assert (files.old.exists(), files.young.exists()) == (False, True)

    monkeypatch.setattr(maintain, "TABLES", [PAYMENTS_FACT])
    assert sweep(lake, delete=True)[FACT] == Swept([], done[FACT].kept, [], len(tags), []), "nothing is left to do"


def test_branches_of_a_job_that_died_are_not_touched(
    new_lake: Callable[[], Lake], published: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake()
    killed(lake, published["2021"], monkeypatch, after=1)
    with pytest.raises(Conflict, match="published `publications` but not yet `physician_names`"):
        sweep(lake, delete=True)


@pytest.mark.parametrize("given", [("--keep-days", "0"), ("--orphan-days", "0")])
def test_what_may_be_under_way_is_not_asked_for(given: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert maintain.run(("--environment", "local", *given)) == 1
    assert "must be at least 1" in json.loads(capsys.readouterr().out)["reason"]


def test_the_command_shows_by_itself_and_removes_when_told(
    new_lake: Callable[[], Lake], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = new_lake()
    monkeypatch.setattr(session, "lake", lambda *_: (lake, None))
    monkeypatch.setattr(maintain, "TABLES", [PAYMENTS_FACT])
    files = Files.put(lake)
    assert maintain.run(("--environment", "local", "--JOB_NAME", "assay-maintain")) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["outcome"], len(shown["tables"][FACT]["orphans"]), files.old.exists()) == ("would remove", 1, True)
    assert maintain.run(("--environment", "local", "--delete", "yes")) == 0
    assert (json.loads(capsys.readouterr().out)["outcome"], files.old.exists()) == ("removed", False)
