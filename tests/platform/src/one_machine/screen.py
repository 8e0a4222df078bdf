"""Progress for a person: each step with the time since the start."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Screen:
    """Writes to standard output, a whole line at a time. May be used by several threads."""

    begun: float = field(default_factory=time.monotonic)
    lines: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.begun

    def step(self, what: str) -> None:
        """A new part of the story."""
        self._say(f"\n{self._clock()}  {what}")

    def say(self, what: str) -> None:
        """Something that happened in it."""
        self._say(f"{self._clock()}    {what}")

    def plain(self, text: str) -> None:
        """Lines without a time."""
        self._say(text)

    def _clock(self) -> str:
        minutes, seconds = divmod(int(self.seconds()), 60)
        return f"{minutes:3d}:{seconds:02d}"

    def _say(self, line: str) -> None:
        with self._lock:
            self.lines.append(line)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
