"""The steps of `check`: what each runs, and its outcome."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assay_terraform import tools
from assay_terraform.workspace import TerraformError, Workspace, environments, modules

CHECKS = tools.TERRAFORM / "checks"
LONGEST_OUTPUT = 8000


class FailedError(Exception):
    """A check failed. The text is its output."""


@dataclass(frozen=True, slots=True)
class Step:
    """A check by name. `run` raises `FailedError`, `TerraformError`, or `tools.Missing` for what is skipped."""

    name: str
    what: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a step: `passed`, `FAILED` or `SKIPPED`."""

    step: Step
    result: str
    seconds: float
    told: str = ""


def all_steps() -> list[Step]:
    """All steps, the cheapest first."""
    first, applied = (
        ("test_structure.py", "test_policy.py"),
        (
            "test_rights.py",
            "test_names.py",
            "test_under_roles.py",
            "test_apply.py",
        ),
    )
    return [
        Step("fmt", "terraform fmt -check", _fmt),
        Step("structure", "files, types, descriptions, READMEs, the judge of policies", lambda: _pytest(*first)),
        Step("validate", "terraform validate, of each root and each module without tests", _validate),
        Step("tflint", "names, types, what is declared and not used", _tflint),
        Step("modules", "terraform test, of each module, with mocks", _modules),
        Step("checkov", "known weaknesses; each waiver has its reason beside it", _checkov),
        Step(
            "applied",
            "apply, plan, rights, names, a year by host and DAG under the roles, and destroy, on moto",
            lambda: _pytest(*applied),
        ),
    ]


def run(steps: list[Step]) -> Iterator[Outcome]:
    """Runs each step, even if earlier ones failed."""
    for step in steps:
        start = time.monotonic()
        try:
            step.run()
        except tools.Missing as missing:
            yield Outcome(step, "SKIPPED", time.monotonic() - start, str(missing))
        except (FailedError, TerraformError, OSError) as error:
            yield Outcome(step, "FAILED", time.monotonic() - start, str(error)[-LONGEST_OUTPUT:])
        else:
            yield Outcome(step, "passed", time.monotonic() - start)


def _call(command: list[str], folder: Path, **more: str) -> str:
    done = subprocess.run(command, cwd=folder, env=tools.quiet() | more, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FailedError(f"{done.stdout}{done.stderr}")
    return done.stdout


def _fmt() -> None:
    _call([tools.terraform(), "fmt", "-check", "-recursive", "-diff", "."], tools.TERRAFORM)


def _validate() -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Workspace.at(Path(folder) / "copy")
        # `terraform test` validates the modules that have tests; starting the provider is what takes the time.
        for root in (*(one for one in modules() if not (tools.TERRAFORM / one / "tests").is_dir()), *environments()):
            copy.init(root)
            copy.run(root, "validate", "-no-color")


def _modules() -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy, failed = Workspace.at(Path(folder) / "copy"), []
        for root in modules():
            copy.init(root)
            done = copy.run(root, "test", "-no-color", fine=(0, 1))
            if done.returncode != 0:
                failed.append(f"{root}:\n{done.stdout}{done.stderr}")
            else:
                print(f"  {root}: {done.stdout.strip().splitlines()[-1]}")  # noqa: T201
        if failed:
            raise FailedError("\n".join(failed))


def _tflint() -> None:
    program = tools.tflint()
    settings = CHECKS / "tflint.hcl"
    _call([program, f"--config={settings}", "--recursive", "--format=compact"], tools.TERRAFORM)


def _checkov() -> None:
    program = tools.beside_python("checkov")
    command = [program, "--config-file", str(CHECKS / "checkov.yaml"), "--directory", str(tools.TERRAFORM / "modules")]
    _call(command, tools.TERRAFORM, PATH=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")


def _pytest(*files: str) -> None:
    tools.terraform()
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-rs",
        *(f"tests/{one}" for one in files),
    ]
    paths = f"{CHECKS / 'src'}:{CHECKS / 'tests'}"
    told = _call(command, CHECKS, PYTHONPATH=paths)
    if " skipped" in told.strip().splitlines()[-1]:
        raise tools.Missing(told, "see the reasons above")
