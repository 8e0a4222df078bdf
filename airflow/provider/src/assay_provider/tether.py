"""Runs a command so that it ends with the task that started it: `python -I -S tether.py PARENT COMMAND…`.

Airflow's supervisor kills the task's process group, which includes the command, since it has no session of its own. If
only the task's process is killed (by the kernel, out of memory), nobody is left to do that. On Linux, the kernel then
sends SIGTERM to the command, and assay ends between two slabs and publishes nothing. It does so once per thread of the
parent, so the task must have only one (see `process`). On other systems, only the process group is available.
"""

from __future__ import annotations

import os
import signal
import sys

# <linux/prctl.h>
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Binds this process to its parent, and becomes the command."""
    parent, command = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 (needed here only)

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # The parent may have ended before the line above.
        if os.getppid() != parent:
            sys.exit(128 + signal.SIGTERM)
    try:
        os.execvp(command[0], command)  # noqa: S606 (deliberately without a shell)
    except OSError as error:
        sys.stderr.write(f"cannot start `{command[0]}`: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
