"""Names come from the single file: changed there, they change in Terraform's plan; and they are nowhere else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from assay_terraform import moto, tools
from assay_terraform.workspace import Workspace
from conftest import Applied

CHANGED = {
    ("lake", "raw"): "arrived",
    ("lake", "validated"): "stage/fine",
    ("lake", "rejected"): "stage/coarse",
    ("lake", "audit"): "notes/kept",
    ("lake", "schema_versions"): "notes/layouts",
    ("lake", "copy_manifests"): "notes/copies",
    ("lake", "query_results"): "notes/answers",
    ("lake", "curated"): "polished",
    ("lake", "artifacts"): "released",
    ("lake", "reports"): "notes/told",
    ("jobs", "curate"): "another-job",
    ("jobs", "maintain"): "another-sweep",
    ("catalog", "curated", "database"): "another_database",
}


def planned(applied: Applied, folder: Path, changes: dict[tuple[str, ...], str]) -> str:
    """The plan of both roots of `dev` in an account with nothing in it, as text."""
    copy = Workspace.at(folder, AWS_ENDPOINT_URL=applied.address, **moto.CREDENTIALS)
    file = copy.path("platform.json")
    names: dict[str, Any] = json.loads(file.read_text())
    for path, value in changes.items():
        at = names
        for one in path[:-1]:
            at = at[one]
        at[path[-1]] = value
    file.write_text(json.dumps(names))
    shown = ""
    for root, variables in (
        ("environments/dev/lake", ()),
        ("environments/dev/platform", ("-var=release=0.1.0", "-var=image=0.1.0", "-var=emails=[]")),
    ):
        # No state: everything has to be created.
        moto.point(copy, root, applied.address)
        text = (copy.path(root) / "moto_override.tf").read_text()
        (copy.path(root) / "moto_override.tf").write_text(
            re.sub(r'backend "s3" \{.*?\n  \}\n', 'backend "local" {}\n', text, flags=re.DOTALL)
        )
        copy.init(root, backend=True)
        copy.run(root, "plan", "-out=plan", "-no-color", *variables)
        shown += json.dumps(copy.show(root, "plan")["planned_values"])
    return shown


def test_a_name_changed_in_the_file_is_changed_in_the_plan(applied: Applied, names: Path, tmp_path: Path) -> None:
    before: dict[str, Any] = json.loads(names.read_text())
    assert {name for part, name, *_ in CHANGED if part == "lake"} == before["lake"].keys(), "a prefix is not tried"
    assert {name for part, name, *_ in CHANGED if part == "jobs"} == before["jobs"].keys(), "a job is not tried"
    plan = planned(applied, tmp_path, CHANGED)
    for value in CHANGED.values():
        assert value in plan, f"`{value}` is not in the plan"
    folders = [f"/{one}/" for one in before["lake"].values()]
    for old in (*folders, "assay-curate-migrate", 'job/assay-maintain"', 'op_curated"', "/op_curated/"):
        assert old not in plan, f"`{old}` is still in the plan: it is written somewhere else than in the file"


def test_no_module_has_a_name_of_the_file_of_its_own() -> None:
    names = json.loads((tools.TERRAFORM / "platform.json").read_text())
    written = {
        *names["lake"].values(),
        *names["jobs"].values(),
        names["catalog"]["staging"]["database"],
        names["catalog"]["curated"]["database"],
        *(one["lake"] for one in names["environments"].values()),
    }
    for path in sorted((tools.TERRAFORM).glob("[em]*/**/*.tf")):
        text = re.sub(r"#.*|description\s*=.*|error_message\s*=.*", "", path.read_text())
        for quoted in re.findall(r'"([^"]*)"', text):
            # These are also names of the variables for them.
            assert quoted not in written - {"raw", "curated", "artifacts"}, (
                f"{path.name}: `{quoted}` is a name of platform.json"
            )
