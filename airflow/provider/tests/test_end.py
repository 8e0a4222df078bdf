"""However a task ends, no host stays behind: with Airflow's own supervisor, a task in a separate process, and a host
that is judging a file."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "supervised"
# 120 MB: seconds of work for one thread.
ROWS = 200_000
SECONDS = 60

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@dataclass
class Worker:
    """A supervisor's process, and the way to mark its task failed."""

    process: subprocess.Popen[str]
    mark: Path
    root: Path

    def below(self, parent: int) -> int | None:
        """The child of a process, if there is one."""
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return int(found[0]) if found else None

    @property
    def task(self) -> int | None:
        return self.below(self.process.pid)

    @property
    def host(self) -> int | None:
        found = None if self.task is None else self.below(self.task)
        # Before that, it is Python that becomes the host.
        return found if found is not None and Path(f"/proc/{found}/comm").read_text() == "assay\n" else None


def until(what: Callable[[], Any], reason: str) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := what()):
        assert time.monotonic() < deadline, reason
        time.sleep(0.005)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def told_to_end(pid: int) -> bool:
    """Whether SIGTERM is pending for a stopped process, or it has ended."""
    if not alive(pid):
        return True
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    pending = sum(int(line.split()[1], 16) for line in lines if line.startswith(("SigPnd", "ShdPnd")))
    return bool(pending >> (signal.SIGTERM - 1) & 1)


@pytest.fixture(scope="module")
def file(sample: Any) -> Path:
    found: Path = sample(2023, "06282024", rows=ROWS)
    return found


@pytest.fixture
def worker(file: Path, tmp_path: Path) -> Iterator[Worker]:
    """The host is in the middle of its work: the file has been read once for its digest, and is being judged."""
    root, mark = tmp_path / "lake", tmp_path / "mark"
    bundle = {
        "name": "killed",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(FOLDER), "refresh_interval": 0},
    }
    env = {
        **os.environ,
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle]),
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "KILLED_FILE": str(file),
        "KILLED_ROOT": str(root),
        "KILLED_MARK": str(mark),
    }
    command = [sys.executable, str(FOLDER / "run.py")]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        there = Worker(process, mark, root)
        host = until(lambda: there.host, "the host did not start")
        work = 1.3 * file.stat().st_size
        until(lambda: int(Path(f"/proc/{host}/io").read_text().split()[1]) > work, "the host does not judge")
        try:
            yield there
        finally:
            for pid in (host, process.pid):
                if alive(pid):
                    os.kill(pid, signal.SIGKILL)


def kill_task(worker: Worker) -> None:
    os.kill(worker.task or 0, signal.SIGKILL)


def kill_group(worker: Worker) -> None:
    os.killpg(worker.task or 0, signal.SIGKILL)


def kill_supervisor(worker: Worker) -> None:
    worker.process.kill()
    worker.process.wait()


def end_supervisor(worker: Worker) -> None:
    worker.process.terminate()


def mark_failed(worker: Worker) -> None:
    worker.mark.touch()


@pytest.mark.parametrize(
    ("end", "waits", "recorded", "said"),
    [
        # Nobody is left to report anything.
        (kill_group, False, False, ""),
        (kill_task, False, True, ""),
        (kill_supervisor, True, True, ""),
        (end_supervisor, True, True, "exit code: 143"),
        (mark_failed, True, True, "exit code: 143"),
    ],
)
def test_no_host_outlives_its_task(
    worker: Worker, end: Callable[[Worker], None], waits: bool, recorded: bool, said: str
) -> None:
    host, task = worker.host or 0, worker.task or 0
    assert os.getpgid(host) == task, "the host is in the task's process group, which the supervisor kills"
    end(worker)
    if waits:
        # Until it gets the signal, which may take longer than the rest of the file.
        os.kill(host, signal.SIGSTOP)
        until(lambda: told_to_end(host), "nobody told the host to end")
        os.kill(host, signal.SIGCONT)
    until(lambda: not alive(host), "the host outlived its task")
    until(lambda: not alive(task), "the task outlived its host")
    output = worker.process.stdout.read() if worker.process.stdout else ""
    assert list(worker.root.rglob("manifest.json")) == [], output
    audits = [json.loads(path.read_text()) for path in (worker.root / "metadata" / "ingestion_audit").rglob("*.json")]
    assert [one["failure"]["code"] for one in audits] == ["interrupted"] * recorded, output
    assert said in output
