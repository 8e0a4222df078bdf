"""However a task ends, nothing of it stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

GENERAL = "06282024"

TASK = """
import os, signal, sys
from assay_provider.process import Child
os.setpgid(0, 0)
child = Child(print)
signal.signal(signal.SIGTERM, lambda *_: child.end())
print("ended", child.run(sys.argv[1:])[0], flush=True)
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGKILL, False), (signal.SIGTERM, False), (signal.SIGKILL, True), (signal.SIGTERM, True)],
)
def test_the_end_of_a_task_leaves_no_assay(assay: str, tmp_path: Path, number: int, group: bool) -> None:
    """The host waits for standard input of a pipe that never ends; then task, or its group, is killed."""
    pipe = tmp_path / f"OP_DTL_GNRL_PGYR2023_P{GENERAL}.csv"
    os.mkfifo(pipe)
    command = [sys.executable, "-c", TASK, assay, "check", str(pipe), "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as task:
        children = Path(f"/proc/{task.pid}/task/{task.pid}/children")
        deadline = time.monotonic() + 30
        while not (found := children.read_text().split()) or "assay" not in Path(f"/proc/{found[0]}/comm").read_text():
            assert time.monotonic() < deadline, "assay did not start"
            time.sleep(0.05)
        host = int(found[0])
        assert os.getpgid(host) == task.pid, "the host is in the task's process group"
        if group:
            os.killpg(task.pid, number)
        else:
            task.send_signal(number)
        while alive(host) or task.poll() is None:
            assert time.monotonic() < deadline, "assay outlived its task"
            time.sleep(0.05)
