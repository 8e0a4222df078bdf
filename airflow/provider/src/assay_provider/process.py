"""A child process in the task's own process group, whose standard output is the result and whose standard error is
the log. It uses no threads: Linux signals the child at the end of each thread of its parent (see `tether`), and on a
second signal assay ends without an audit record."""

from __future__ import annotations

import contextlib
import os
import selectors
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")
# Time to end between two slabs and to write the audit record; Airflow's own grace period is 60 s.
GRACE_SECONDS = 30.0
# The supervisor sends SIGKILL 5 s after its signal: half of that is for its own signal to work, half for ours.
PAUSE_SECONDS = 2.5
# How soon the end of the supervisor, or of a pause, is noticed.
TICK_SECONDS = 0.5
# The size of a pipe buffer on Linux.
BLOCK_BYTES = 64 << 10
# Parts of variable names that suggest secrets.
SECRET = ("KEY", "SECRET", "TOKEN", "PASSWORD", "CREDENTIAL")


def shown(env: Mapping[str, str]) -> dict[str, str]:
    """Variables for a log: names of all, values only of those that are not secret."""
    return {name: "…" if any(part in name.upper() for part in SECRET) else value for name, value in env.items()}


def printed(command: Sequence[str], env: Mapping[str, str]) -> str:
    """A command as typed into a shell, preceded by its variables."""
    assigned = [f"{name}={shlex.quote(value)}" for name, value in shown(env).items()]
    return " ".join([*assigned, shlex.join(command)])


@dataclass
class Child:
    """Runs a command. `end` may be called from a signal handler while `run` waits."""

    say: Callable[[str], None]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    # When the end was requested, by the monotonic clock, and the signals still to be sent.
    _ending: float | None = field(default=None, init=False)
    _signals: list[tuple[float, signal.Signals]] = field(default_factory=list, init=False)

    def run(self, command: Sequence[str], extra: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Exit code (negative: the signal's number) and standard output. Lines of standard error are logged at once."""
        tethered = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *command]
        output = bytearray()
        with subprocess.Popen(
            tethered,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(extra or {})},
            start_new_session=False,  # In a new session, the child would escape the supervisor's kill.
        ) as process:
            self._process = process
            try:
                self._serve(process, output)
            except BaseException:
                # A time-out or a signal may unwind through here: no child may stay behind.
                self.end()
                self._serve(process, output)
                raise
        return process.returncode, output.decode("utf-8", "replace")

    def end(self) -> None:
        """Asks the child to end, and returns at once: a signal handler must not wait for anything that the interrupted
        code may hold. The supervisor usually signals the whole process group, and a second signal would end assay
        without its audit record; so SIGTERM is sent only if the child has not ended after a pause, and SIGKILL after
        another."""
        if self._ending is None:
            self._signals = [(PAUSE_SECONDS, signal.SIGTERM), (GRACE_SECONDS, signal.SIGKILL)]
            self._ending = time.monotonic()

    def _serve(self, process: subprocess.Popen[bytes], output: bytearray) -> None:
        """Reads the child's output until it has ended."""
        supervisor, line = os.getppid(), bytearray()
        with selectors.DefaultSelector() as pipes:
            for pipe in (process.stdout, process.stderr):
                if pipe is not None and not pipe.closed:
                    pipes.register(pipe, selectors.EVENT_READ)
            while pipes.get_map():
                for key, _ in pipes.select(TICK_SECONDS):
                    block = os.read(key.fd, BLOCK_BYTES)
                    if not block:
                        pipes.unregister(key.fileobj)
                    elif key.fileobj is process.stdout:
                        output += block
                    else:
                        self._say_lines(line, block)
                self._tick(process, supervisor)
        self._say_lines(line, b"\n" if line else b"")
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(TICK_SECONDS)
                return
            self._tick(process, supervisor)

    def _tick(self, process: subprocess.Popen[bytes], supervisor: int) -> None:
        """Also ends the child when the task's parent is gone: the scheduler then restarts the task elsewhere, and
        nobody would learn the result of this one."""
        if self._ending is None and os.getppid() != supervisor:
            self.end()
            self._say("the task's supervisor is gone; ending the command")
        while self._ending is not None and self._signals and time.monotonic() >= self._ending + self._signals[0][0]:
            process.send_signal(self._signals.pop(0)[1])

    def _say_lines(self, line: bytearray, block: bytes) -> None:
        line += block
        *whole, rest = bytes(line).split(b"\n")
        line[:] = rest
        for one in whole:
            self._say(one.decode("utf-8", "replace").rstrip("\r"))

    def _say(self, text: str) -> None:
        # The log ends with the supervisor; a child whose output nobody reads would block forever.
        with contextlib.suppress(OSError):
            self.say(text)
