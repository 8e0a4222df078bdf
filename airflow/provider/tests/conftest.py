import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
AIRFLOW = ROOT / "airflow"
TARGET = ROOT / "target" / "debug"
HOME = Path(tempfile.mkdtemp(prefix="airflow-home-"))
SOURCES = [AIRFLOW / "provider" / "src", AIRFLOW / "dags", ROOT / "glue" / "platform" / "src"]

BUNDLES = {
    "dags": AIRFLOW / "dags",
    "examples": AIRFLOW / "provider" / "src" / "assay_provider" / "example_dags",
}

# Before anything imports Airflow.
os.environ.update(
    {
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(AIRFLOW / "dags"),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(
            [
                {
                    "name": name,
                    "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
                    "kwargs": {"path": str(path), "refresh_interval": 0},
                }
                for name, path in BUNDLES.items()
            ]
        ),
        "AIRFLOW__API_AUTH__JWT_SECRET": "0" * 64,
        "ASSAY_ENVIRONMENT": "local",
        "ASSAY_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "stations"), *map(str, SOURCES)]),
        "PATH": f"{TARGET}{os.pathsep}{os.environ['PATH']}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
)
# The lake of these tests is a folder.
PLATFORM = json.loads((ROOT / "terraform" / "platform.json").read_text())
PLATFORM["environments"]["local"]["endpoints"] = {}
PLATFORM["environments"]["local"]["lake"] = (HOME / "lake").as_uri()
(HOME / "platform.json").write_text(json.dumps(PLATFORM))
os.environ["ASSAY_PLATFORM"] = str(HOME / "platform.json")


@pytest.fixture(scope="session")
def assay() -> str:
    program = TARGET / "assay"
    if not program.is_file():
        pytest.fail("target/debug/assay is missing; run `cargo build --workspace --bin assay`")
    return str(program)


@pytest.fixture(scope="session")
def database() -> Iterator[None]:
    from airflow.utils.db import initdb

    initdb()
    yield


@pytest.fixture(scope="session")
def sample(assay: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes a file of the dataset: `sample(2023, "06282024", rows=500)`."""
    import subprocess

    def make(year: int, published: str, rows: int = 300, defects: str = "1%") -> Path:
        path = tmp_path_factory.mktemp("sample") / f"OP_DTL_GNRL_PGYR{year}_P{published}.csv"
        subprocess.run(
            [assay, "sample", "open-payments", "general", "--year", str(year), "--rows", str(rows)]
            + ["--defects", defects, "-o", str(path)],
            check=True,
            capture_output=True,
        )
        # The generator publishes each year once; another publication differs in the column that says so.
        content = path.read_bytes()
        with path.open(encoding="utf-8", newline="") as file:
            there = next(csv.DictReader(file))["Payment_Publication_Date"]
        wanted = f"{published[:2]}/{published[2:4]}/{published[4:]}"
        path.write_bytes(content.replace(there.encode(), wanted.encode()))
        return path

    return make
