"""Programs that never outlive the process that started them, however it ends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A shell leads the program's process group. It holds the reading end of a pipe; the kernel closes our end when we end,
# even by SIGKILL. Then the group gets SIGTERM and, after ten seconds, SIGKILL, and a folder that belongs to the program
# alone is removed.
_WATCH = """
trap : TERM INT HUP QUIT
folder=$1
shift
exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
(
    trap '' TERM INT HUP QUIT
    cat <&3 >/dev/null
    kill -TERM 0
    left=50
    while kill -0 $program 2>/dev/null && [ $left -gt 0 ]; do sleep 0.2; left=$((left - 1)); done
    [ -z "$folder" ] || rm -rf -- "$folder"
    kill -KILL 0
) &
exec 3<&-
while kill -0 $program 2>/dev/null; do wait $program; done
[ -z "$folder" ] || rm -rf -- "$folder"
kill -KILL 0
"""
# The shell above needs eleven seconds; more on a busy machine.
_PATIENCE_SECONDS = 60


@dataclass
class Guarded:
    """A running program, and the file with its output."""

    name: str
    log: Path
    _shell: subprocess.Popen[bytes]

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        user: str | None = None,
        folder: Path | None = None,
    ) -> Guarded:
        """Starts `command`, as `user` if one is given. Its output is appended to `log`; `folder` goes with it."""
        with log.open("ab") as said:
            shell = subprocess.Popen(
                ["/bin/sh", "-c", _WATCH, name, str(folder or ""), *command],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=log.parent,
                user=user,
                # Signals from the keyboard are for us, and a separate group can be stopped as a whole.
                start_new_session=True,
            )
        return cls(name, log, shell)

    def runs(self) -> bool:
        """Whether it is still running."""
        return self._shell.poll() is None

    def said(self, most: int = 3000) -> str:
        """The last lines of its output."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-most:]

    def stop(self) -> None:
        """Stops it and everything it started."""
        if self._shell.stdin is not None:
            self._shell.stdin.close()
        self._shell.wait(_PATIENCE_SECONDS)

    def kill(self) -> None:
        """Kills it like a power cut: at once and silently."""
        if self.runs():
            os.killpg(self._shell.pid, 9)
        self._shell.wait(_PATIENCE_SECONDS)
