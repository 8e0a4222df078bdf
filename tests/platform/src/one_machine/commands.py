"""The stations' commands, as an operator types them."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from one_machine.world import World


class CommandError(Exception):
    """A command ended with an unexpected exit code."""


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a command: its exit code, the JSON objects on standard output, and standard error."""

    code: int
    answers: list[dict[str, Any]]
    said: str


def python(world: World, module: str, *words: str, fine: Sequence[int] = (0,)) -> Done:
    """`python -m module words`, with the interpreter of the jobs. Raises `CommandError` unless the code is `fine`."""
    return run(world, [str(world.tools.python), "-m", module, *words], fine)


def land(world: World, year: str, *origins: str) -> Done:
    """Lands files, with Airflow's interpreter, as the DAG does."""
    command = [str(world.tools.airflow), "-m", "assay_provider.landing", "--raw", world.raw, "--year", year, *origins]
    return run(world, command, (0,))


def run(world: World, command: Sequence[str], fine: Sequence[int]) -> Done:
    """Runs a command and appends its output to `logs/commands.txt`."""
    done = subprocess.run(command, env=world.environment(), check=False, capture_output=True, text=True)
    typed = shlex.join(command)
    with world.log("commands").open("a", encoding="utf-8") as log:
        log.write(f"$ {typed}\n{done.stdout}{done.stderr}exit code {done.returncode}\n\n")
    if done.returncode not in fine:
        raise CommandError(f"exit code {done.returncode} of `{typed}`\n{done.stderr[-3000:]}")
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Done(done.returncode, answers, done.stderr)
