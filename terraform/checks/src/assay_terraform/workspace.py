"""A copy of `terraform/` to work in, so that Terraform leaves no files in the checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay_terraform import tools

LEFT_OUT = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "checks", "__pycache__")
# Files outside `terraform/` that modules read.
SQL = Path("glue/warehouse/sql")
# Errors are at the end.
LONGEST_TEXT = 6000


class TerraformError(Exception):
    """A command failed. The text is its output."""


@dataclass(frozen=True)
class Workspace:
    """The copy, and the variables that Terraform runs with."""

    folder: Path
    variables: Mapping[str, str]

    @classmethod
    def at(cls, folder: Path, **more: str) -> Workspace:
        """Creates the copy. Raises `tools.Missing` if there is no Terraform."""
        tools.terraform()
        shutil.copytree(tools.TERRAFORM, folder / "terraform", ignore=LEFT_OUT)
        shutil.copytree(tools.ROOT / SQL, folder / SQL)
        return cls(folder, tools.settings(folder) | more)

    def path(self, root: str) -> Path:
        """A folder below `terraform/`."""
        return self.folder / "terraform" / root

    def run(self, root: str, *words: str, fine: Sequence[int] = (0,)) -> subprocess.CompletedProcess[str]:
        """`terraform words` in a root. Raises `TerraformError`."""
        done = subprocess.run(
            [tools.terraform(), *words],
            cwd=self.path(root),
            env=dict(self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in fine:
            command = f"terraform {' '.join(words)}"
            raise TerraformError(
                f"`{command}` in `{root}` ended with {done.returncode}:\n{(done.stdout + done.stderr)[-LONGEST_TEXT:]}"
            )
        return done

    def init(self, root: str, *, backend: bool = False) -> None:
        """Fetches providers and modules. Raises `tools.Missing` if the provider is neither local nor downloadable."""
        done = self.run(root, "init", "-no-color", f"-backend={str(backend).lower()}", fine=(0, 1))
        if done.returncode == 0:
            return
        if "provider" in done.stderr and ("Failed to query" in done.stderr or "Could not retrieve" in done.stderr):
            raise tools.Missing(
                "the AWS provider can't be fetched",
                f"reach a registry of Terraform's, or name a mirror in {tools.MIRROR_VARIABLE}",
            )
        raise TerraformError(f"`terraform init` in `{root}`:\n{done.stdout}{done.stderr}")

    def show(self, root: str, *plan: str) -> dict[str, Any]:
        """The state of a root, or a plan, as JSON."""
        shown: dict[str, Any] = json.loads(self.run(root, "show", "-json", *plan).stdout)
        return shown


def modules() -> list[str]:
    """Modules, below `terraform/`, in order."""
    return sorted(f"modules/{one.parent.name}" for one in (tools.TERRAFORM / "modules").glob("*/main.tf"))


def environments() -> list[str]:
    """Roots of the environments, below `terraform/`, in order."""
    found = (tools.TERRAFORM / "environments").glob("*/*/main.tf")
    return sorted(str(one.parent.relative_to(tools.TERRAFORM)) for one in found)
