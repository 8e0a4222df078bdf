"""What can go wrong, by what the caller has to do next. The exit codes are those of the host."""

from __future__ import annotations

import sys
import traceback
from typing import ClassVar


class CuratedError(Exception):
    """A run that did not end well. `code` is the exit code; `label` begins the line that says why."""

    code: ClassVar[int] = 2
    label: ClassVar[str] = "could not run"


class Refused(CuratedError):
    """Running again gives the same answer: the input or what was made of it is not right. Don't retry."""

    code = 1
    label = "refused"


class OlderPublication(Refused):
    """A newer publication of the year is on main. The older one is kept by its tags only."""


class ChecksFailed(Refused):
    """The branch does not agree with what the host published. The branch is kept."""


class Unreadable(CuratedError):
    """A file that a manifest names cannot be read, or a manifest is not one."""


class Conflict(CuratedError):
    """Another job published in the meantime, or the tables are being published right now. Retry: it starts again."""

    label = "conflict"


class Apart(CuratedError):
    """A job ended between two tables and its branches no longer exist: its years must first be curated again."""

    label = "tables are apart"


def told(error: Exception) -> dict[str, str]:
    """The text of an error for a report."""
    label = error.label if isinstance(error, CuratedError) else CuratedError.label
    return {"outcome": label, "error": type(error).__name__, "reason": str(error)}


def failure(error: Exception) -> int:
    """Prints the error to standard error and returns the exit code. An unexpected error counts as `could not run`: it
    is printed with its traceback, and retried.
    """
    if type(error).__module__.split(".")[0] not in ("assay_curated", "assay_platform"):
        traceback.print_exception(error)
    said = told(error)
    sys.stderr.write(f"error: {said['outcome']}: {said['reason']}\n")
    return error.code if isinstance(error, CuratedError) else CuratedError.code
