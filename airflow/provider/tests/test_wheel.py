"""The package as a third party gets it: a wheel in a separate environment, where this checkout cannot be imported."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[1]

STRANGER = """
import datetime
from airflow.sdk import DAG
from assay_provider.operators.assay import AssayRunOperator

with DAG(dag_id="stranger", schedule=None, start_date=datetime.datetime(2026, 1, 1)):
    AssayRunOperator(task_id="judge", file="{{ dag_run.conf['file'] }}", root="{{ dag_run.conf['root'] }}")
"""

ASK = """
import json, sys
import assay_provider
from airflow.dag_processing.dagbag import DagBag
from airflow.providers_manager import ProvidersManager
from airflow.utils.db import initdb

initdb()
folder, conf = sys.argv[1], json.loads(sys.argv[2])
bag = DagBag(dag_folder=folder)
manager = ProvidersManager()
answer = {
    "errors": {str(name): str(text) for name, text in bag.import_errors.items()},
    "from": assay_provider.__file__,
    "version": manager.providers["airflow-provider-assay"].version,
    "hook": manager.hooks["assay"].hook_class_name,
    "states": {name: str(dag.test(run_conf=conf | {"root": conf["root"] + "/" + name}).state)
               for name, dag in bag.dags.items()},
}
print("ANSWER", json.dumps(answer))
"""


def call(*command: str | Path, **env: str) -> str:
    """A command's output, without this checkout's sources."""
    keep = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "ASSAY_PLATFORM"}}
    done = subprocess.run(
        command, cwd="/", env={**keep, **env}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(PACKAGE))
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def stranger(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment's interpreter. It uses the Airflow of these tests, which is 350 MB."""
    folder = tmp_path_factory.mktemp("stranger")
    call(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin" / "python"
    call(sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel))
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "airflow_of_tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_wheel_has_all_that_is_needed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [archive.read(name).decode() for name in names if name.endswith("/METADATA")]
    sources = {path.relative_to(PACKAGE / "src").as_posix() for path in (PACKAGE / "src").rglob("*.py")}
    assert sources | {"assay_provider/py.typed"} == {name for name in names if ".dist-info/" not in name}
    assert "Requires-Dist: apache-airflow<4,>=3.3" in metadata


def test_a_strangers_dags_run(stranger: Path, sample: Any, assay: str, tmp_path: Path) -> None:
    """A DAG of the third party, and the example in the wheel."""
    dags, lake = tmp_path / "dags", tmp_path / "lake"
    dags.mkdir()
    (dags / "stranger.py").write_text(STRANGER)
    printed = call(stranger, "-c", "from assay_provider.example_dags import example_assay as it; print(it.__file__)")
    example = Path(printed.splitlines()[-1])
    (dags / example.name).write_text(example.read_text())
    bundle = {
        "name": "dags",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(dags), "refresh_interval": 0},
    }
    conf = {"file": str(sample(2023, "06282024")), "root": str(lake)}
    printed = call(
        stranger,
        *("-c", ASK, dags, json.dumps(conf)),
        AIRFLOW_HOME=str(tmp_path / "home"),
        AIRFLOW__CORE__DAGS_FOLDER=str(dags),
        AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST=json.dumps([bundle]),
    )
    answer = json.loads(printed.rpartition("ANSWER ")[2].splitlines()[0])
    assert answer.pop("from").startswith(str(stranger.parents[1]))
    assert answer == {
        "errors": {},
        "version": "0.1.0",
        "hook": "assay_provider.hooks.assay.AssayHook",
        "states": {"stranger": "success", "example_assay": "success"},
    }, printed
    for name in answer["states"]:
        assert list((lake / name).rglob("manifest.json"))
