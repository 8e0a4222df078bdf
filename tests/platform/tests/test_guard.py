"""Nothing outlives the process that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from one_machine.guard import Guarded

# A program with a child, which a signal to the program alone would leave behind.
PROGRAM = ["/bin/sh", "-c", "sleep 1000 & echo $! $$; wait"]
STARTER = """
import sys, time
from pathlib import Path
from one_machine.guard import Guarded
Guarded.start("program", sys.argv[3:], {"PATH": "/usr/bin:/bin"}, Path(sys.argv[1]), folder=Path(sys.argv[2]))
time.sleep(1000)
"""


def started(log: Path) -> list[int]:
    for _ in range(600):
        if log.exists() and (text := log.read_text()).endswith("\n"):
            return [int(word) for word in text.split()]
        time.sleep(0.05)
    pytest.fail("it did not start")


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # There may be no parent to reap it.
    return ") Z " not in Path(f"/proc/{process}/stat").read_text()


def await_end(processes: list[int]) -> None:
    for _ in range(600):
        if not any(map(lives, processes)):
            return
        time.sleep(0.05)
    pytest.fail(f"{processes} live on")


def test_what_is_stopped_is_gone_with_its_children_and_its_folder(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    log = tmp_path / "log.txt"
    guarded = Guarded.start("program", PROGRAM, dict(os.environ), log, folder=own)
    processes = started(log)
    assert guarded.runs()
    guarded.stop()
    await_end(processes)
    assert not own.exists()


def test_what_is_killed_is_gone_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    guarded = Guarded.start("program", PROGRAM, dict(os.environ), log)
    processes = started(log)
    guarded.kill()
    await_end(processes)


def test_what_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    guarded = Guarded.start("program", ["/bin/sh", "-c", "echo no such thing"], dict(os.environ), log)
    for _ in range(600):
        if not guarded.runs():
            break
        time.sleep(0.05)
    assert not guarded.runs()
    assert guarded.said() == "no such thing\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_starter_that_is_killed_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    own = tmp_path / "own"
    own.mkdir()
    log = tmp_path / "log.txt"
    command = [sys.executable, "-c", STARTER, str(log), str(own), *PROGRAM]
    starter = subprocess.Popen(command)
    processes = started(log)
    starter.send_signal(number)
    starter.wait()
    await_end(processes)
    for _ in range(600):
        if not own.exists():
            return
        time.sleep(0.05)
    pytest.fail("its folder is still there")
