"""Kills tasks and servers during the story: each station's command once midway, and each server once."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from one_machine import commands
from one_machine.start import Platform

_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Blow:
    """Strikes `after` seconds after the `nth` matching command line was seen: that process, or what `act` names."""

    name: str
    command: str
    nth: int
    after: float
    act: Callable[[Platform], None] | None = None


def _scheduler(platform: Platform) -> None:
    platform.airflow.restart("scheduler")


def _catalog(platform: Platform) -> None:
    platform.forget_catalog()
    # As in the runbook. Whatever was running fails, and is retried.
    commands.python(platform.world, "assay_catalog", "rebuild-catalog")


JUDGING = r"^\S*/assay run s3://"
# Not the launcher, which only finds out how to start it.
SPARK = r"^\S*java (?!.*launcher\.Main).*deploy\.SparkSubmit"
BLOWS = (
    # Judging a small file takes a third of a second.
    Blow("assay, judging", JUDGING, 1, 0.05),
    Blow("the bucket's server, while it is read", JUDGING, 3, 0.05, Platform.restart_bucket),
    Blow("register", r"^\S*python\S* -m assay_catalog .*register", 1, 0.5),
    Blow("Spark, on its branch", SPARK, 1, 20),
    Blow("the scheduler", SPARK, 2, 15, _scheduler),
    Blow("the load", r"^\S*python\S* -m assay_warehouse .*load", 1, 1.5),
    Blow("the verification", r"^\S*python\S* -m assay_warehouse .*verify", 1, 0.5),
    Blow("the landing", r"^\S*python\S* -m assay_provider\.landing .*P01202023", 1, 0.5),
    Blow("the catalog's server, while Spark works", SPARK, 5, 20, _catalog),
)


@dataclass
class Rough:
    """Watches the processes of one platform. `fallen` lists what was killed."""

    platform: Platform
    blows: tuple[Blow, ...] = BLOWS
    fallen: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Starts watching, until `end`."""
        thread = threading.Thread(target=self._watch, daemon=True)
        self._threads.append(thread)
        thread.start()

    def end(self) -> None:
        """Waits for blows that have begun."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def missed(self) -> list[str]:
        """Blows that never struck."""
        return [blow.name for blow in self.blows if blow.name not in self.fallen]

    def _watch(self) -> None:
        seen: dict[str, set[int]] = {blow.name: set() for blow in self.blows}
        mark = f"ASSAY_PLATFORM={self.platform.world.platform}".encode()
        while not self._over.wait(_LOOK_SECONDS):
            for process, command in _commands():
                for blow in self.blows:
                    if process in seen[blow.name] or not re.search(blow.command, command) or not _is(process, mark):
                        continue
                    seen[blow.name].add(process)
                    if len(seen[blow.name]) == blow.nth:
                        thread = threading.Thread(target=self._fall, args=(blow, process))
                        self._threads.append(thread)
                        thread.start()

    def _fall(self, blow: Blow, process: int) -> None:
        time.sleep(blow.after)
        try:
            if blow.act:
                blow.act(self.platform)
            else:
                os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            return  # The process was faster; `missed` reports it.
        except Exception as error:  # noqa: BLE001 - a thread's error would be lost
            self.failed.append(f"{blow.name}: {error}")
            return
        self.fallen.append(blow.name)
        self.platform.screen.say(f"KILLED: {blow.name}")


def _commands() -> Iterator[tuple[int, str]]:
    """All processes on this machine."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # It has ended meanwhile.
                words = (folder / "cmdline").read_bytes()
                yield int(folder.name), words.replace(b"\0", b" ").decode(errors="replace")


def _is(process: int, mark: bytes) -> bool:
    """Whether a process belongs to the platform, according to its environment."""
    try:
        return mark in Path(f"/proc/{process}/environ").read_bytes()
    except OSError:
        return False
