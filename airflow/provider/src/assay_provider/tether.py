"""Runs a command so that it ends with the task that started it: `python -I -S tether.py PARENT COMMAND…`.

Airflow's supervisor kills the task's process group, which the command is in, as no session of its own is made. Where
only the task's process is killed (the kernel, out of memory), nobody is left to do that: Linux then sends SIGTERM to
the command, by which assay ends between two slabs and publishes nothing; once for each thread that the parent has, so
the task must have one only (see `process`). Elsewhere the process group has to do.
"""

from __future__ import annotations

import os
import signal
import sys

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Ties this process to its parent, and becomes the command."""
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 (needed here only)

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # The parent may have ended before the line above.
        if os.getppid() != parent:
            sys.exit(128 + signal.SIGTERM)
    try:
        os.execvp(command[0], command)  # noqa: S606 (there is no shell, and none is wanted)
    except OSError as error:
        sys.stderr.write(f"cannot start `{command[0]}`: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
