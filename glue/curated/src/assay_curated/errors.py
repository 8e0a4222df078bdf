"""What can go wrong, by what the caller has to do next. The exit codes are those of the host."""

from __future__ import annotations

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
    """A newer publication of the year is on main. The older one is kept by its tags and is not on main."""


class ChecksFailed(Refused):
    """What was written to the branch does not agree with what the host published. The branch is kept."""


class Unreadable(CuratedError):
    """A file that a manifest names cannot be read, or a manifest is not one."""


class Conflict(CuratedError):
    """Another job published in the meantime, or the tables are being published right now. Retry: it starts anew."""

    label = "conflict"


class Apart(CuratedError):
    """A job ended between two tables and its branches are gone: its years must be curated again first."""

    label = "tables are apart"
