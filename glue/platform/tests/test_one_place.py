"""No Python code of the platform asks which environment it is in, except `assay_platform.config`."""

import ast
import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from assay_platform import config

ROOT = config.CHECKOUT_FILE.parents[1]
PLATFORM = ("glue", "airflow")
# What runs all of it on one machine says which environment it is, and takes names from the file like the rest.
ALL = (*PLATFORM, "tests/platform")
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


def sources(folders: Iterable[str]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            below = path.relative_to(ROOT / folder).parts
            if not {"tests", ".venv", "build"} & set(below) and path.name != "config.py":
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
    found = [f"{path.relative_to(ROOT)}:{line}" for path in sources(PLATFORM) for line in branches(path.read_text())]
    assert not found, f"only `assay_platform.config` may ask for the environment: {found}"
    for folder in ALL:
        assert len(list(sources([folder]))) >= 3, f"the programs in `{folder}` were not found"


def names() -> set[str]:
    """What only the file may say. Words that mean something else as well are told apart by what stands around them."""
    platform = config.load(config.CHECKOUT_FILE)
    places = (getattr(platform.lake, field.name) for field in dataclasses.fields(platform.lake))
    jobs = (getattr(platform.jobs, field.name) for field in dataclasses.fields(platform.jobs))
    numbers = (getattr(platform.metrics, field.name) for field in dataclasses.fields(platform.metrics))
    # The namespace is the project's own name.
    metrics = set(numbers) - {platform.metrics.namespace}
    assets = (text for one in platform.airflow.assets.values() for text in (one.name, one.uri))
    databases = (platform.catalog.staging.database, platform.catalog.curated.database)
    warehouse = (platform.warehouse.database, platform.warehouse.schema)
    return {*places, *jobs, *metrics, *assets, *databases, *warehouse, platform.airflow.pool}


# Folders of the lake that are words of the language too.
WORDS = {"raw", "curated", "artifacts"}


def written(source: str) -> list[str]:
    """Names of the file in a program's texts. Docstrings say what they like; a word (`raw`) is one only where it is
    part of a path."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in said
    ]
    found = []
    for name in sorted(names()):
        exact = re.escape(name)
        word = rf"(^|/){exact}/|/{exact}(/|$)" if name in WORDS else rf"(?<![\w-]){exact}(?![\w-])"
        found += [name for text in texts if re.search(word, text)]
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = f'{lake}/raw/year=2023'", ["raw"]),
        ("x = lake + '/metadata/airflow/' + dag", ["metadata/airflow"]),
        ("x = f'{root}/curated'", ["curated"]),
        ("start('assay-curate')", ["assay-curate"]),
        ("x = 'select 1 from op_staging.validated_general'", ["op_staging"]),
        ("put('RejectShare', 1)", ["RejectShare"]),
        ("connect(world.database('openpayments'))", ["openpayments"]),
        ("x = \"where table_schema = 'open_payments'\"", ["open_payments"]),
        ("trigger('open_payments_year')", []),
        ("x = prefixes['raw']", []),
        ("x = 'assay-curated'", []),
        ("'''In curated/ and metadata/airflow.'''", []),
    ],
)
def test_a_name_that_is_written_out_is_seen(source: str, expected: list[str]) -> None:
    assert written(source) == expected


def test_a_name_is_in_the_file_and_nowhere_else() -> None:
    found = [f"{path.relative_to(ROOT)}: `{name}`" for path in sources(ALL) for name in written(path.read_text())]
    assert found == [], "these are to be read by `assay_platform.config`"
