"""The runbook names each task of each DAG, and each command in it is valid for its program."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import AIRFLOW, ROOT

PAGE = (ROOT / "docs" / "how-to" / "operate.md").read_text()
SOURCES = {
    "assay_provider": AIRFLOW / "provider" / "src",
    **{f"assay_{name}": ROOT / "glue" / name / "src" for name in ("catalog", "curated", "warehouse")},
}


def commands() -> list[list[str]]:
    """Commands from the page's blocks, and inline ones with arguments; without comments."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    lines += re.findall(r"`((?:airflow|assay|python -m) [^`]+)`", PAGE)
    found = []
    for line in lines:
        found += [shlex.split(command) for command in re.sub(r"\s+#.*| > \S+", "", line).split(" && ")]
    return [words for words in found if words]


def test_there_are_commands_of_all_programs() -> None:
    programs = {words[2].partition(".")[0] if words[0] == "python" else words[0] for words in commands()}
    assert programs == {"airflow", "assay", *SOURCES}


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_is_one_that_its_program_takes(words: list[str], assay: str) -> None:
    program, options = words[0], [word for word in words if word.startswith("--")]
    if program == "airflow":
        from airflow.cli.cli_parser import get_parser

        get_parser().parse_args(words[1:])
    elif program == "assay":
        command = words[1:3] if words[1] == "pack" else words[1:2]
        done = subprocess.run([assay, *command, "--help"], capture_output=True, text=True, check=True)
        assert [one for one in options if one not in done.stdout] == []
    else:
        package, _, module = words[2].partition(".")
        folder = SOURCES[package] / package / module
        file = folder / "__main__.py" if folder.is_dir() else folder.with_suffix(".py")
        text = file.read_text()
        assert [one for one in options if f'"{one}"' not in text] == []
        if file.name == "__main__.py" and package != "assay_provider":
            assert f'add_parser("{words[3]}"' in text


def test_each_task_has_its_row() -> None:
    from airflow.dag_processing.dagbag import DagBag

    tables = re.findall(r"^\*\*`(open_payments_\w+)`\*\*.*?\n\n(.*?)\n\n", PAGE, re.DOTALL | re.MULTILINE)
    told = {dag: re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for dag, table in tables}
    dags = DagBag(dag_folder=str(AIRFLOW / "dags")).dags
    assert {name: sorted(rows) for name, rows in told.items()} == {
        name: sorted(dag.task_ids) for name, dag in dags.items()
    }


def test_its_links_lead_somewhere() -> None:
    folder = ROOT / "docs" / "how-to"
    for link in re.findall(r"\]\(([^)]+)\)", PAGE):
        path, _, heading = link.partition("#")
        assert (folder / Path(path)).exists(), link
        if heading and not path:
            headings = [one.lower().replace(" ", "-") for one in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)]
            assert heading in headings, link
