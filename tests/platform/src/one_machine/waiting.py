"""Waits for DAG runs, reports how each ends, and quotes the failed task's error."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from one_machine.airflow import Airflow, Run
from one_machine.screen import Screen

_POLL_SECONDS = 1.0
# A year takes two minutes on two cores; on a busy machine several times that.
_PATIENCE_SECONDS = 900.0
DONE = {"success", "failed"}
# The line that the DAGs' failure callback writes, on which alerts are based.
_FAILED = re.compile(r"FAILED year=(?P<year>\S+) dag=\S+ task=(?P<task>\S+) .*?reason=(?P<reason>.*)", re.DOTALL)


class UnexpectedError(Exception):
    """A run did not end as it should, or not at all."""


@dataclass
class Watch:
    """Watches runs, and reports each only once."""

    airflow: Airflow
    screen: Screen
    told: set[tuple[str, str]] = field(default_factory=set)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)

    def until(self, what: str, met: Callable[[list[Run]], bool], *, may_fail: tuple[str, ...] = ()) -> list[Run]:
        """Returns all runs as soon as `met` holds for them. Raises `UnexpectedError` if a run fails whose year is not
        in `may_fail`, or if it takes too long."""
        begun = time.monotonic()
        while True:
            runs = self.airflow.runs()
            for run in runs:
                if run.state in DONE and (run.dag, run.name) not in self.told:
                    self._tell(run, may_fail)
            if met(runs):
                return runs
            for process in self.airflow.processes:
                if not process.runs():
                    raise UnexpectedError(f"{process.name} ended:\n{process.said()}")
            if time.monotonic() - begun > _PATIENCE_SECONDS:
                states = "\n".join(f"  {run.dag} {run.year}: {run.state}" for run in runs)
                raise UnexpectedError(f"after {_PATIENCE_SECONDS:.0f} s still waiting for {what}:\n{states}")
            time.sleep(_POLL_SECONDS)

    def until_done(self, what: str, *names: str) -> list[Run]:
        """Returns the runs of these names as soon as all succeeded. Schedules go on meanwhile: another run of the
        same DAG does not count. Raises `UnexpectedError` as `until` does."""
        runs = self.until(what, lambda runs: len(named(runs, names)) == len(names))
        return named(runs, names)

    def _tell(self, run: Run, may_fail: tuple[str, ...]) -> None:
        self.told.add((run.dag, run.name))
        took = f"{run.seconds or 0:5.0f} s"
        if run.state == "success":
            skipped = " (nothing to do)" if self._skipped(run) else ""
            self.screen.say(f"{run.dag:<22} {run.year or '':<4}  done {took}{skipped}")
            return
        reason = "\n".join(self.reasons(run)) or "no task says why"
        self.failures[run.dag, str(run.year)] = reason
        if run.year not in may_fail:
            raise UnexpectedError(f"{run.dag} of {run.year} failed:\n{reason}\n  see {self.airflow.link(run)}")
        self.screen.say(f"{run.dag:<22} {run.year or '':<4}  HELD {took}")
        for line in reason.splitlines():
            self.screen.say(f"    {line}")

    def _skipped(self, run: Run) -> bool:
        return any(task["state"] == "skipped" and task["task_id"] != "land" for task in self.airflow.tasks(run))

    def reasons(self, run: Run) -> Iterator[str]:
        """The failure callback's lines."""
        logs = Path(self.airflow.settings["AIRFLOW__LOGGING__BASE_LOG_FOLDER"])
        for file in sorted((logs / f"dag_id={run.dag}" / f"run_id={run.name}").rglob("*.log")):
            for line in file.read_text(encoding="utf-8").splitlines():
                event = json.loads(line).get("event", "") if line.startswith("{") else ""
                if found := _FAILED.match(str(event)):
                    yield f"{found['task']} of {found['year']}: {found['reason']}"


def named(runs: list[Run], names: tuple[str, ...]) -> list[Run]:
    """The runs of these names that succeeded."""
    return [run for run in runs if run.name in names and run.state == "success"]


def succeeded(runs: list[Run], dag: str, year: str) -> int:
    """How many runs of a year succeeded."""
    return sum(run.dag == dag and run.year == year and run.state == "success" for run in runs)


def failed(runs: list[Run], dag: str, year: str) -> int:
    """How many runs of a year failed."""
    return sum(run.dag == dag and run.year == year and run.state == "failed" for run in runs)
