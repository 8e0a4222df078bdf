"""The story of the platform: three years, one of them bad; a correction and a restatement; an older publication that
arrives late; and a catalog that loses all its data."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from one_machine import commands
from one_machine.publisher import FIRST, SECOND, Publisher, Truth
from one_machine.rough import Rough
from one_machine.screen import Screen
from one_machine.start import Platform
from one_machine.stations import Stations
from one_machine.waiting import UnexpectedError, Watch, failed, succeeded

YEAR, CURATE, LOAD = "open_payments_year", "open_payments_curate", "open_payments_load"
MAINTAIN, WATCH = "open_payments_maintain", "open_payments_watch"
DAGS = {YEAR, CURATE, LOAD, MAINTAIN, WATCH}
# Restated, bad, and left alone.
RESTATED, POISONED, PLAIN = "2019", "2020", "2021"
YEARS = (RESTATED, POISONED, PLAIN)
# About one record in seven of such a file is held back, and the gate lets one in twenty through.
GOOD, BAD = "1%", "40%"


@dataclass
class Story:
    """What happened, for the page."""

    platform: Platform
    rows: int
    truths: dict[str, Truth] = field(default_factory=dict)
    first: dict[str, Truth] = field(default_factory=dict)
    held: str = ""
    refused: list[str] = field(default_factory=list)
    took: dict[str, float] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        """Begins to watch."""
        self.watch = Watch(self.platform.airflow, self.screen)

    @property
    def screen(self) -> Screen:
        """Where it is displayed."""
        return self.platform.screen

    def tell(self) -> None:
        """Runs all of it. Raises `UnexpectedError` if the platform does not do what it promises."""
        self._part("three years are published and landed; 2020 is poisoned", self._land)
        self._part("backfill of 2019 to 2021: two years arrive, one is held", self._backfill)
        self._part("2020 is corrected, and 2019 is restated, by the publisher's next files", self._correct)
        self._part("an older publication of 2019 is asked for: each station refuses it", self._older)
        self._part("the catalog loses everything, and is rebuilt from the bucket alone", self._rebuild)
        self._part("what a week of it asks for: old snapshots, and how old the data is", self._look_after)

    def tell_roughly(self) -> None:
        """The same, while tasks and servers are killed. `spared` lists what was not killed, or how that failed."""
        rough = Rough(self.platform)
        rough.begin()
        try:
            self.tell()
        finally:
            rough.end()
            self.spared = rough.missed() + rough.failed

    def _part(self, title: str, act: Callable[[], None]) -> None:
        begun = time.monotonic()
        self.screen.step(title)
        act()
        self.took[title] = time.monotonic() - begun

    def _land(self) -> None:
        publisher: Publisher = self.platform.publisher
        rows = {RESTATED: self.rows, POISONED: self.rows * 4 // 5, PLAIN: self.rows * 6 // 5}
        for seed, year in enumerate(YEARS, 1):
            defects = BAD if year == POISONED else GOOD
            truth = publisher.publish(year, FIRST, rows=rows[year], seed=seed, defects=defects)
            self.truths[year] = self.first[year] = truth
            (landed,) = commands.land(self.platform.world, year, publisher.url(truth)).answers
            self.screen.say(f"{truth.name}: {truth.read.records:,} records, {landed['size']:,} bytes, {landed['url']}")

    def _backfill(self) -> None:
        self._await_dags()
        self._airflow("backfill", "create", "--dag-id", YEAR, "--from-date", "2019-01-01", "--to-date", "2021-01-01")
        self.watch.until(
            "2019 and 2021 to be loaded, and 2020 to be held",
            lambda runs: (
                all(succeeded(runs, LOAD, year) for year in (RESTATED, PLAIN)) and failed(runs, YEAR, POISONED) > 0
            ),
            may_fail=(POISONED,),
        )
        self.held = self.watch.failures[YEAR, POISONED]
        commands.python(self.platform.world, "assay_warehouse", "views")
        self._held_everywhere()

    def _held_everywhere(self) -> None:
        """Nothing of the bad year is visible, and the other years are complete."""
        found = Stations.open(self.platform.world).loaded()
        expected = {year: self.truths[year].validated for year in (RESTATED, PLAIN)}
        if found != expected:
            raise UnexpectedError(f"the warehouse has {found}; expected {expected}")
        self.screen.say("the warehouse has 2019 and 2021 to the cent, and nothing for 2020")

    def _correct(self) -> None:
        publisher = self.platform.publisher
        for year, rows, seed in ((POISONED, self.rows, 12), (RESTATED, self.rows * 11 // 10, 11)):
            self.truths[year] = publisher.publish(year, SECOND, rows=rows, seed=seed, defects=GOOD)
        conf = json.dumps({"origins": [publisher.url(self.truths[POISONED])]})
        days = ["--from-date", "2020-01-01", "--to-date", "2020-01-01"]
        self._airflow(
            "backfill", "create", "--dag-id", YEAR, *days, "--reprocess-behavior", "failed", "--dag-run-conf", conf
        )
        self._trigger(YEAR, {"year": RESTATED, "origins": [publisher.url(self.truths[RESTATED])]})
        self.watch.until(
            "2020 to be loaded, and 2019 to be loaded once more",
            lambda runs: succeeded(runs, LOAD, POISONED) > 0 and succeeded(runs, LOAD, RESTATED) > 1,
        )

    def _older(self) -> None:
        triggered = self._trigger(YEAR, {"year": RESTATED, "publication": FIRST})
        world = self.platform.world
        with ThreadPoolExecutor() as several:
            manifest = f"{world.names.lake.validated}/dataset={world.names.dataset}/kind=general"
            manifest += f"/year={RESTATED}/publication={FIRST}"
            job = several.submit(
                commands.python,
                world,
                "assay_curated.job",
                *("--kind", "general", "--manifests", f"{manifest}/_commit/manifest.json"),
                fine=(1,),
            )
            (run,) = self.watch.until_done("the older publication", triggered)
            report = job.result().answers[-1]
        states = {task["task_id"]: task["state"] for task in self.platform.airflow.tasks(run)}
        if states["register"] != "skipped":
            raise UnexpectedError(f"an older publication was registered as the newest: {states}")
        self.refused = ["register: newer publications of this year are there", f"curate: {report['reason']}"]
        for one in self.refused:
            self.screen.say(one)

    def _rebuild(self) -> None:
        world = self.platform.world
        stations = Stations.open(world)
        before = stations.engine.query("select table_schema, table_name from information_schema.tables")[1]
        self.platform.forget_catalog()
        empty = stations.engine.query("select table_schema, table_name from information_schema.tables")[1]
        (done,) = commands.python(world, "assay_catalog", "rebuild-catalog").answers
        commands.python(world, "assay_warehouse", "views")
        after = stations.engine.query("select table_schema, table_name from information_schema.tables")[1]
        if set(map(tuple, before)) != set(map(tuple, after)) or len(empty) >= len(before):
            raise UnexpectedError(f"the catalog had {before}, then {empty}, and has {after}")
        self.screen.say(f"{len(after) - len(empty)} tables and views were rebuilt: {_counts(done)}")

    def _look_after(self) -> None:
        triggered = [self._trigger(dag) for dag in (MAINTAIN, WATCH)]
        self.watch.until_done("tables to be maintained, and the age of what is published to be measured", *triggered)
        measured = Stations.open(self.platform.world).measured()
        if not measured:
            raise UnexpectedError("no alarm metric was measured")
        self.screen.say(f"measured for alarms: {', '.join(measured)}")

    def _await_dags(self) -> None:
        self.watch.until("the DAGs to be parsed", lambda _: self.platform.airflow.dags() >= DAGS)

    def _trigger(self, dag: str, conf: dict[str, Any] | None = None) -> str:
        """Triggers a run; returns its name."""
        name = f"story__{len(self.typed)}"
        given = ["--conf", json.dumps(conf)] if conf else []
        self._airflow("dags", "trigger", dag, "--run-id", name, *given)
        return name

    def _airflow(self, *words: str) -> None:
        typed = shlex.join(["airflow", *words])
        self.typed.append(typed)
        self.screen.say(f"$ {typed}")
        self.platform.airflow.command(*words)


def _counts(done: dict[str, Any]) -> str:
    sizes = {name: len(value) if isinstance(value, list | dict) else value for name, value in done.items()}
    return ", ".join(f"{name} {size}" for name, size in sizes.items())
