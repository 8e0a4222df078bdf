"""What happens when two jobs collide, when one dies, and when a branch is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame
from support import content, curate, killed, leftovers

from assay_curated import transforms, write
from assay_curated.columns import Kind
from assay_curated.errors import Apart, ChecksFailed, Conflict, OlderPublication
from assay_curated.lake import Lake
from assay_curated.plan import Plan
from assay_curated.tables import PAYMENTS_FACT, PUBLICATIONS, TABLES, Table

NewLake = Callable[[], Lake]


def test_of_two_jobs_on_one_year_one_is_refused_and_its_retry_is_right(
    new_lake: NewLake, published: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake()
    written = write.branch

    def meanwhile(plan: Plan, step: Callable[[str], None]) -> None:
        written(plan, step)
        monkeypatch.setattr(write, "branch", written)
        curate(lake, published["2023 restated"])

    monkeypatch.setattr(write, "branch", meanwhile)
    with pytest.raises(Conflict, match="could not fast-forward main of `publications`"):
        curate(lake, published["2023"])
    after = content(lake)
    assert leftovers(lake) == []
    with pytest.raises(OlderPublication, match="it is kept as `general_2023_20240628`"):
        curate(lake, published["2023"])
    assert curate(lake, published["2023 restated"]).published == []
    assert content(lake) == after


def test_branches_are_not_made_of_half_of_what_another_job_publishes(
    new_lake: NewLake, published: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake()
    make = Lake.create_branch

    def meanwhile(own: Lake, table: Table, branch: str) -> None:
        monkeypatch.setattr(Lake, "create_branch", make)
        killed(lake, published["2022"], monkeypatch, after=1)
        make(own, table, branch)

    monkeypatch.setattr(Lake, "create_branch", meanwhile)
    with pytest.raises(Conflict, match="another job is publishing right now"):
        curate(lake, published["2021"])
    curate(lake, published["2021"])
    years = lake.read(PAYMENTS_FACT).select("program_year").distinct().collect()
    assert {row["program_year"] for row in years} == {2021, 2022}
    assert leftovers(lake) == []


def test_a_job_that_died_is_finished_by_the_next_whatever_its_year(
    new_lake: NewLake, published: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake()
    killed(lake, published["2021"], monkeypatch, after=0)
    assert all(lake.head(table) is None for table in TABLES), "nothing is public before `publications` is"
    killed(lake, published["2021"], monkeypatch, after=6)
    assert (lake.rows(PUBLICATIONS), lake.rows(PAYMENTS_FACT)) == (1, 0)
    committed = lake.head(PUBLICATIONS)
    assert committed is not None
    curate(lake, published["2022"])
    assert not [name for name in leftovers(lake) if name.endswith(committed.branch)]
    assert {row["program_year"] for row in lake.read(PAYMENTS_FACT).select("program_year").distinct().collect()} == {
        2021,
        2022,
    }
    assert all("general_2021_20220630" in lake.branches(table) for table in TABLES)
    assert curate(lake, published["2021"], published["2022"]).published == [], "it was not written once more"


def test_tables_that_are_apart_for_good_are_told_and_mended(
    new_lake: NewLake, published: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake()
    killed(lake, published["2021"], monkeypatch, after=1)
    for table in TABLES:
        for branch in lake.branches(table):
            lake.drop_branch(table, branch)
    with pytest.raises(Apart, match=r"curate general 2021 again first"):
        curate(lake, published["2022"])
    curate(lake, published["2021"])
    assert {head.inputs for table in TABLES if (head := lake.head(table))} == {lake.head(PUBLICATIONS).inputs}  # type: ignore[union-attr]


def test_what_fails_a_check_stays_on_its_branch(
    new_lake: NewLake, published: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = new_lake()
    facts = transforms.facts

    def twice(kind: Kind, parts: DataFrame) -> DataFrame:
        made = facts(kind, parts)
        return made.union(made.limit(1))

    monkeypatch.setattr(transforms, "facts", twice)
    with pytest.raises(ChecksFailed) as failed:
        curate(lake, published["2021"])
    text = str(failed.value)
    assert re.search(r"general 2021 of 2022-06-30: records: found (\d+), expected (\d+)", text)
    assert "`payments_fact`: keys that are not unique: found 1, expected 0" in text
    assert all(lake.head(table) is None for table in TABLES)
    assert len(leftovers(lake)) == len(TABLES), "somebody will want to look at it"
