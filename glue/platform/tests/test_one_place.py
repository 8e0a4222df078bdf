"""No Python of the platform asks which environment it is in, but for `assay_platform.config`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay_platform import config

ROOT = config.CHECKOUT_FILE.parents[1]
FOLDERS = ("glue", "airflow")
NAMES = frozenset(config.load(config.CHECKOUT_FILE).environments)


def branches(source: str) -> list[int]:
    """Lines that compare with an environment's name, match it, or look something up by it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        asked: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            asked = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            asked = [node.value]
        elif isinstance(node, ast.Dict):
            asked = [key for key in node.keys if key is not None]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
            asked = node.args
        elif isinstance(node, ast.Constant) and node.value == config.ENVIRONMENT_VARIABLE:
            asked = [ast.Constant("local")]
        flat = [one for expr in asked for one in ast.walk(expr) if isinstance(one, ast.Constant)]
        if any(one.value in NAMES for one in flat if isinstance(one.value, str)):
            found.append(getattr(node, "lineno", 0))
    return found


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"tests", ".venv", "build"} & set(path.parts) and path.name != "config.py":
                yield path


@pytest.mark.parametrize(
    "source",
    [
        "if name == 'prod': pass",
        "if name in ('dev', 'prod'): pass",
        "x = {'local': 1}[name]",
        "match name:\n    case 'local': pass",
        "import os\nos.environ['ASSAY_ENVIRONMENT']",
        "if lake.startswith('local'): pass",
    ],
)
def test_a_branch_is_seen(source: str) -> None:
    assert branches(source)


@pytest.mark.parametrize("source", ["x = 'prod'", "if runner == 'glue': pass", "x = {'athena': 1}"])
def test_other_code_is_not_a_branch(source: str) -> None:
    assert not branches(source)


def test_nothing_else_branches_on_the_environment() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in sources() for line in branches(path.read_text())]
    assert not found, f"only `assay_platform.config` may ask for the environment: {found}"
    assert len(list(sources())) >= 3, "the folders of the platform were not found"
