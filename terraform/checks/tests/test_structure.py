"""The structure known from terraform-aws-modules: four files, typed variables, no resources in environments."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from assay_terraform import docs, tools, workspace

FILES = {"main.tf", "variables.tf", "outputs.tf", "versions.tf", "README.md"}


@pytest.mark.parametrize("module", workspace.modules())
def test_a_module(module: str) -> None:
    folder = tools.TERRAFORM / module
    assert {one.name for one in folder.iterdir() if one.is_file()} == FILES
    assert list((folder / "tests").glob("*.tftest.hcl")), "it has no test"
    found = docs.Module.of(folder)
    for name, one in found.inputs.items():
        assert {"type", "description"} <= one.keys(), f"variable `{name}` lacks its type or its description"
    for name, one in found.outputs.items():
        assert "description" in one, f"output `{name}` lacks its description"


@pytest.mark.parametrize("module", workspace.modules())
def test_a_validation_that_can_fail_is_seen_to_fail(module: str) -> None:
    folder = tools.TERRAFORM / module
    tests = "".join(path.read_text() for path in (folder / "tests").glob("*.tftest.hcl"))
    for name, one in docs.Module.of(folder).inputs.items():
        if "validation" in one:
            assert f"[var.{name}]" in tests, f"nothing fails for `{name}`"


@pytest.mark.parametrize("root", workspace.environments())
def test_an_environment_has_no_resource(root: str) -> None:
    for path in (tools.TERRAFORM / root).glob("*.tf"):
        allowed = {"terraform", "provider", "module", "locals", "variable", "output"}
        blocks = {one for one in docs.parse(path) if not one.startswith("__")}
        assert blocks <= allowed, f"{root}/{path.name} has {sorted(blocks - allowed)}"
    backend = (tools.TERRAFORM / root / "versions.tf").read_text()
    assert "use_lockfile = true" in backend
    assert f'"assay/{root.split("/")[1]}/{root.split("/")[2]}.tfstate"' in backend


def test_environments_differ_in_sizes_only() -> None:
    dev, prod = (docs.parse(tools.TERRAFORM / f"environments/{one}/platform/main.tf") for one in ("dev", "prod"))
    (one,), (other,) = dev["module"], prod["module"]
    ((_, mine),), ((_, theirs),) = (
        [item for item in module.items() if not item[0].startswith("__")] for module in (one, other)
    )
    assert mine.keys() == theirs.keys()
    differing = {name for name in mine if mine[name] != theirs[name] and not name.startswith("__")}
    assert differing <= {"nat_gateway", "host_cpu", "host_memory", "spark_workers", "rpu_hours", "budget_usd"}


def test_readmes_are_fresh() -> None:
    stale = [str(path.relative_to(tools.TERRAFORM)) for path in docs.stale()]
    assert not stale, f"run `python -m assay_terraform docs --write`: {stale}"


def test_a_waiver_has_its_reason() -> None:
    for path in sorted((tools.TERRAFORM / "modules").rglob("*.tf")):
        for line in path.read_text().splitlines():
            if "checkov:skip=" in line:
                assert len(line.partition("checkov:skip=")[2].partition(":")[2]) > 20, f"{path.name}: {line.strip()}"


def test_the_first_start_is_a_program(tmp_path: Path) -> None:
    """Parsed by bash, with Terraform's values filled in."""
    text = (tools.TERRAFORM / "modules/airflow/files/user-data.sh.tftpl").read_text()
    script = tmp_path / "first-start.sh"
    script.write_text(re.sub(r"\$\{[^}]*\}", "filled-in", text))
    subprocess.run(["bash", "-n", script], check=True)
    assert text.startswith("#!/bin/bash\n")
    assert "set -euo pipefail" in text


def test_a_release_has_what_machines_and_jobs_install() -> None:
    """The names that `release.sh` writes match those that the machine and the jobs read."""
    release = (tools.TERRAFORM / "release.sh").read_text()
    machine = (tools.TERRAFORM / "modules/airflow/files/user-data.sh.tftpl").read_text()
    for name in ("SHA256SUMS", "dags.tar.gz", "host.tar.gz", "wheels"):
        assert name in release
        assert name in machine
    assert "for part in airflow platform" in machine
    assert {"pins airflow", "pins platform"} <= set(re.findall(r"^pins \w+", release, re.MULTILINE))
    assert "{job,migrate,maintain}.py" in release
    assert {'"job.py"', '"migrate.py"', '"maintain.py"'} <= set(
        re.findall(r'"\w+\.py"', (tools.TERRAFORM / "modules/glue/main.tf").read_text())
    )
