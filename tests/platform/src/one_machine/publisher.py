"""A publisher on loopback: generated files named as by CMS, served by HTTP, and the truth about each."""

from __future__ import annotations

import functools
import json
import subprocess
import threading
from dataclasses import dataclass
from decimal import Decimal
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from one_machine.world import World

# The dates on which `assay sample` first publishes a year, in the layout of years since June 2022.
FIRST = "2022-06-30"
# Six months later CMS publishes every year again.
SECOND = "2023-01-20"


@dataclass(frozen=True, slots=True)
class Sums:
    """Records and dollars. Dollars are exact."""

    records: int
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class Truth:
    """The generator's knowledge of a file: it made every defect, so it need not judge any."""

    year: str
    publication: str
    name: str
    read: Sums
    validated: Sums
    quarantined: Sums


@dataclass(frozen=True)
class Publisher:
    """Files below `folder`, served at `url`."""

    world: World
    folder: Path
    server: ThreadingHTTPServer

    @classmethod
    def start(cls, world: World) -> Publisher:
        """Serves an empty folder until this process ends."""
        folder = world.folder / "publisher"
        folder.mkdir()
        handler = functools.partial(_Quiet, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", world.ports["publisher"]), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return cls(world, folder, server)

    def url(self, truth: Truth) -> str:
        """The URL of a file."""
        return f"{self.world.url('publisher')}/{truth.name}"

    def publish(self, year: str, publication: str, *, rows: int, seed: int, defects: str) -> Truth:
        """Generates a file of general payments and serves it."""
        name = f"OP_DTL_GNRL_PGYR{year}_P{_american(publication, '')}.csv"
        path = self.folder / name
        command = [str(self.world.tools.assay), "sample", "open-payments", "general", "--year", year]
        command += ["--rows", str(rows), "--seed", str(seed), "--defects", defects, "-o", str(path)]
        environment = self.world.environment()
        subprocess.run(command, cwd=self.world.tools.root, env=environment, check=True, capture_output=True, text=True)
        if publication != FIRST:
            # The generator knows one publication per year; another one differs in the column for it.
            content = path.read_bytes()
            path.write_bytes(content.replace(_american(FIRST, "/").encode(), _american(publication, "/").encode()))
        return truth_of(year, publication, name, json.loads(path.with_name(f"{name}.truth.json").read_text()))


def truth_of(year: str, publication: str, name: str, told: dict[str, Any]) -> Truth:
    """The truth file's totals."""
    (amounts,) = told["amounts"].values()

    def sums(station: str) -> Sums:
        return Sums(told["records"][station], Decimal(amounts[station]))

    return Truth(year, publication, name, sums("read"), sums("validated"), sums("quarantined"))


def _american(date: str, separator: str) -> str:
    year, month, day = date.split("-")
    return separator.join((month, day, year))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Logs nothing: the screen is for the story."""
