"""Tables of inputs and outputs in READMEs, made from the modules themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

from assay_terraform import tools, workspace

START, END = "<!-- made by `python -m assay_terraform docs --write` -->", "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Module:
    """The declarations in a Terraform folder: blocks of `variable` and `output`, by name."""

    inputs: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, folder: Path) -> Module:
        """Reads `variables.tf` and `outputs.tf`, if they exist."""
        return cls(_blocks(folder / "variables.tf", "variable"), _blocks(folder / "outputs.tf", "output"))


def _blocks(path: Path, kind: str) -> dict[str, Mapping[str, Any]]:
    if not path.is_file():
        return {}
    found: dict[str, Mapping[str, Any]] = {}
    for block in parse(path).get(kind, ()):
        ((name, body),) = ((name, body) for name, body in block.items() if not name.startswith("__"))
        # Each attribute is a list with one element.
        found[name] = {key: value[0] for key, value in body.items() if isinstance(value, list)}
    return found


def parse(path: Path) -> dict[str, Any]:
    """A parsed Terraform file."""
    with path.open(encoding="utf-8") as file:
        parsed: dict[str, Any] = hcl2.load(file)  # type: ignore[attr-defined]
    return parsed


def table(folder: Path) -> str:
    """The tables for a folder, between their markers."""
    module = Module.of(folder)
    lines = [START]
    if module.inputs:
        lines += ["## Inputs", "| name | what | type | default |", "|---|---|---|---|"]
        lines += [_input(name, one) for name, one in module.inputs.items()]
    if module.outputs:
        lines += ["", "## Outputs"] if module.inputs else ["## Outputs"]
        lines += ["| name | what |", "|---|---|"]
        lines += [f"| `{name}` | {_text(one['description'])} |" for name, one in module.outputs.items()]
    return "\n".join([*lines, END])


def _input(name: str, one: Mapping[str, Any]) -> str:
    default = "required" if "default" not in one else f"`{_value(one['default'])}`"
    whole = re.sub(r"\$\{(\w+)\}", r"\1", str(one["type"]).removeprefix("${").removesuffix("}"))
    # The fields of an object are in its description.
    kind = "object" if whole.startswith("object(") else whole
    return f"| `{name}` | {_text(one['description'])} | `{kind}` | {default} |"


def _text(value: str) -> str:
    return value.replace("|", "\\|")


def _value(value: Any) -> str:  # noqa: ANN401 (any HCL value)
    if value is None or value == "null":
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{}" if not {one for one in value if not one.startswith("__")} else "see `variables.tf`"
    return str(value).strip('"')


def filled(folder: Path) -> str:
    """The README of a folder as it should be."""
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# {folder.name}\n\n"
    before, _, rest = text.partition(START)
    return before.rstrip("\n") + "\n\n" + table(folder) + (rest.partition(END)[2] or "\n")


def stale() -> list[Path]:
    """READMEs that are not up to date."""
    folders = [tools.TERRAFORM / one for one in (*workspace.modules(), *workspace.environments())]
    return [
        one / "README.md"
        for one in folders
        if not (one / "README.md").is_file() or (one / "README.md").read_text(encoding="utf-8") != filled(one)
    ]


def write() -> list[Path]:
    """Updates them, and returns those that were stale."""
    found = stale()
    for path in found:
        path.write_text(filled(path.parent), encoding="utf-8")
    return found
