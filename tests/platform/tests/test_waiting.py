"""The story waits for the runs that it triggered, whatever a schedule starts meanwhile."""

import pytest

from one_machine.airflow import Run
from one_machine.waiting import named

WATCH = "open_payments_watch"


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([], []),
        # At six o'clock, before anything was registered: success, because there was nothing to measure.
        ([("scheduled__2026-11-29T18:00:00+00:00", "success"), ("story__7", "running")], []),
        ([("scheduled__2026-11-29T18:00:00+00:00", "success"), ("story__7", "success")], ["story__7"]),
        ([("story__7", "failed")], []),
        # Of two, one is still running.
        ([("story__7", "success"), ("story__8", "queued")], ["story__7"]),
    ],
)
def test_a_run_of_the_schedule_is_not_mistaken_for_the_triggered_one(
    runs: list[tuple[str, str]], found: list[str]
) -> None:
    given = [Run(WATCH, name, state, None, 1.0) for name, state in runs]
    assert [run.name for run in named(given, ("story__7", "story__8"))] == found
