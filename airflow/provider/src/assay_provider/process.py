"""A child process in the task's own process group, whose standard output is the result and whose standard error is
the log."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

TETHER = Path(__file__).with_name("tether.py")
# Time to end between two slabs and to write the audit record; Airflow's own grace is 60 s.
GRACE_SECONDS = 30.0
# The supervisor kills what is left 5 s after its signal.
PAUSE_SECONDS = 1.0
# A supervisor that is gone is noticed after this: seconds of work that nobody waits for any more.
WATCH_SECONDS = 1.0
# Parts of names of variables that hold what a log must not.
SECRET = ("KEY", "SECRET", "TOKEN", "PASSWORD", "CREDENTIAL")


def shown(env: Mapping[str, str]) -> dict[str, str]:
    """Variables for a log: secret ones are named, and their values are not shown."""
    return {name: "…" if any(part in name.upper() for part in SECRET) else value for name, value in env.items()}


def printed(command: Sequence[str], env: Mapping[str, str]) -> str:
    """A command as it is typed into a shell, with its variables before it."""
    assigned = [f"{name}={shlex.quote(value)}" for name, value in shown(env).items()]
    return " ".join([*assigned, shlex.join(command)])


@dataclass
class Child:
    """Runs a command. `end` may be called from a signal handler while `run` waits."""

    say: Callable[[str], None]
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def run(self, command: Sequence[str], extra: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Exit code (negative: the signal's number) and standard output. Lines of standard error are said at once."""
        tethered = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *command]
        with subprocess.Popen(
            tethered,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **(extra or {})},
            start_new_session=False,  # A session of its own would escape the supervisor's kill.
        ) as process:
            self._process = process
            if process.stdout is None or process.stderr is None:
                raise RuntimeError("pipes were asked for")
            lines = threading.Thread(target=self._say_all, args=(process.stderr,), daemon=True)
            lines.start()
            over = threading.Event()
            threading.Thread(target=self._watch, args=(os.getppid(), over), daemon=True).start()
            try:
                output = process.stdout.read()
                code = process.wait()
                lines.join()
            finally:
                over.set()
                # A time-out or a signal may be on its way through here: nothing of ours stays behind.
                if process.poll() is None:
                    self.end()
                    process.wait()
        return code, output

    def end(self) -> None:
        """Has the child end, and returns at once: in a signal handler nothing may wait for what the interrupted code
        may hold. The supervisor mostly signals the whole process group, and a second signal would end assay without
        its audit record; so SIGTERM is sent only to a child that has not ended after a pause, and SIGKILL after
        another."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        for seconds, number in ((PAUSE_SECONDS, signal.SIGTERM), (GRACE_SECONDS, signal.SIGKILL)):
            timer = threading.Timer(seconds, process.send_signal, [number])
            timer.daemon = True
            timer.start()

    def _watch(self, supervisor: int, over: threading.Event) -> None:
        """Ends the child when the task's own parent is gone: the scheduler then starts the task again elsewhere, and
        nobody would learn what comes of this one."""
        while not over.wait(WATCH_SECONDS):
            if os.getppid() != supervisor:
                self.say("the task's supervisor is gone; ending the command")
                self.end()
                return

    def _say_all(self, stream: IO[str]) -> None:
        for line in stream:
            self.say(line.rstrip("\n"))
