import atexit
import csv
import json
import logging
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
AIRFLOW = ROOT / "airflow"
TARGET = ROOT / "target" / "debug"
# The stations' interpreter; they need other packages than Airflow.
STATIONS = ROOT / "target" / "packages" / "catalog" / "bin" / "python"
# Processes started by these tests inherit it.
INHERITED = os.environ.get("AIRFLOW_HOME_OF_TESTS")
HOME = Path(INHERITED or tempfile.mkdtemp(prefix="airflow-home-"))
if not INHERITED:
    atexit.register(shutil.rmtree, HOME, ignore_errors=True)
SOURCES = [AIRFLOW / "provider" / "src", AIRFLOW / "dags"] + [
    ROOT / "glue" / name / "src" for name in ("platform", "catalog")
]
with socket.create_server(("127.0.0.1", 0)) as free:
    MOTO_PORT = int(os.environ.get("MOTO_PORT_OF_TESTS") or free.getsockname()[1])
MOTO = f"http://127.0.0.1:{MOTO_PORT}"

BUNDLES = {
    "dags": AIRFLOW / "dags",
    "examples": AIRFLOW / "provider" / "src" / "assay_provider" / "example_dags",
}

# Before anything imports Airflow.
os.environ.update(
    {
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW_HOME_OF_TESTS": str(HOME),
        "MOTO_PORT_OF_TESTS": str(MOTO_PORT),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # A paused DAG receives no events.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
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
        "ASSAY_PYTHON": str(STATIONS),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "stations"), *map(str, SOURCES)]),
        "PATH": f"{TARGET}{os.pathsep}{os.environ['PATH']}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
)
# Addresses are in the platform's file and nowhere else: code that reads them elsewhere fails here.
for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
    os.environ.pop(name, None)
PLATFORM = json.loads((ROOT / "terraform" / "platform.json").read_text())
PLATFORM["environments"]["local"]["endpoints"] = {"s3": MOTO, "glue": MOTO, "cloudwatch": MOTO}
# Names that differ from the real file's, except those fixed by the host: code that hard-codes a name fails here.
RAW = "arrived/files"
PLATFORM["lake"] |= {"raw": RAW, "reports": "told/by/workers"}
PLATFORM["jobs"] = {name: f"other-{job}" for name, job in PLATFORM["jobs"].items()}
PLATFORM["metrics"] = {name: f"Other{one}" for name, one in PLATFORM["metrics"].items()}
PLATFORM["catalog"]["staging"]["database"] = STAGING = "other_staging"
PLATFORM["airflow"]["pool"] = POOL = "other_pool"
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
def database() -> None:
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session

    initdb()
    with create_session() as session:
        Pool.create_or_update_pool(POOL, slots=2, description="", include_deferred=False, session=session)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """S3 and the Glue catalog."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # otherwise it logs each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=MOTO_PORT, verbose=False)
    server.start()
    yield MOTO
    server.stop()


@pytest.fixture(scope="session")
def stations(moto: str) -> None:
    """The interpreter of the real ones."""
    if not STATIONS.is_file():
        pytest.fail(f"{STATIONS} is missing; `cargo xtask test packages` makes it")


@pytest.fixture(scope="session")
def sample(assay: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Generates a file of the dataset: `sample(2023, "06282024", rows=500)`."""

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
