"""A year with the real host and the real DAG, each under its applied role."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay_terraform import moto, tools
from conftest import Applied

BUCKET, ENVIRONMENT = "assay-dev-open-payments", "dev"
FILE, OTHER_FILE = "OP_DTL_GNRL_PGYR2023_P06282024.csv", "OP_DTL_GNRL_PGYR2022_P06302023.csv"
# Interpreters for Airflow and for the packages below `glue/`, and the host: `cargo xtask terraform` sets them.
AIRFLOW, PLATFORM, HOST = "ASSAY_AIRFLOW_PYTHON", "ASSAY_PYTHON", "ASSAY"
SOURCES = ("glue/platform", "glue/catalog", "airflow/provider")
# The same for Spark, with its jars, separated by commas.
SPARK, JARS, JAVA = "ASSAY_SPARK_PYTHON", "ASSAY_SPARK_JARS", "JAVA_HOME"
MISSING = [name for name in (AIRFLOW, PLATFORM, HOST) if not Path(os.environ.get(name, "")).is_file()]
WITHOUT_SPARK = [name for name in (SPARK, JARS, JAVA) if not os.environ.get(name)]


@dataclass(frozen=True)
class Year:
    """The results of the run, and clients with the roles, whose calls are authorised."""

    applied: Applied
    folder: Path
    answer: dict[str, Any]
    credentials: dict[str, dict[str, str]]

    def s3(self, role: str) -> Any:
        return moto.client("s3", self.applied.address, **self.credentials[role])

    def client(self, service: str, role: str) -> Any:
        return moto.client(service, self.applied.address, **self.credentials[role])

    def assay(self, role: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the host's program under a role: `host` or `gc`."""
        return subprocess.run(
            [program(self.folder, role, self.credentials[role]), *arguments],
            cwd=tools.ROOT,
            env={**os.environ, "AWS_REGION": moto.REGION, "AWS_ENDPOINT_URL_S3": self.applied.address},
            capture_output=True,
            text=True,
            check=False,
        )

    def spark(self, role: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs Spark's interpreter with a role, like a Glue job."""
        return subprocess.run(
            [os.environ[SPARK], "-B", *arguments],
            cwd=tools.ROOT,
            env=spark_variables(self.folder, self.credentials[role]),
            capture_output=True,
            text=True,
            check=False,
        )


def program(folder: Path, role: str, credentials: dict[str, str]) -> Path:
    """`assay` with a role's credentials, whatever the caller's are."""
    keys = "".join(f"export {name}={value}\n" for name, value in exported(credentials).items())
    wrapper = folder / f"assay-{role}"
    wrapper.write_text(f'#!/bin/sh\n{keys}exec {os.environ[HOST]} "$@"\n')
    wrapper.chmod(0o700)
    return wrapper


def exported(credentials: dict[str, str]) -> dict[str, str]:
    return {name.upper(): value for name, value in credentials.items()}


def run(applied: Applied, folder: Path) -> Iterator[Year]:
    """Land, judge, gate, register and measure: the DAG under Airflow's role, and the host that it starts under its own,
    like an ECS task."""
    names = ("host", "airflow", "curate", "maintain", "query", "gc")
    roles = {name: moto.as_role(applied.address, f"assay-{name}") for name in names}
    for of, name in (("2023", FILE), ("2022", OTHER_FILE)):
        sample = ["sample", "open-payments", "general", "--year", of, "--rows", "3000", "--defects", "1%", "-o", name]
        subprocess.run([os.environ[HOST], *sample], cwd=folder, check=True, capture_output=True)
    file = json.loads((tools.TERRAFORM / "platform.json").read_text())
    here = file["environments"][ENVIRONMENT]
    # Metrics are not sent in this run: this moto is older than Airflow's CloudWatch client. See below.
    here["endpoints"] = dict.fromkeys(("s3", "glue"), applied.address)
    here["host"] = {"runner": "subprocess", "binary": str(program(folder, "host", roles["host"]))}
    (folder / "platform.json").write_text(json.dumps(file))
    parameters = {"year": "2023", "origins": [str(folder / FILE)]}
    with moto.judged(applied.address):
        done = subprocess.run(
            [
                os.environ[AIRFLOW],
                "-B",
                Path(__file__).with_name("dag_run.py"),
                "open_payments_year",
                json.dumps(parameters),
            ],
            cwd=tools.ROOT,
            env=variables(folder, roles["airflow"]),
            capture_output=True,
            text=True,
            check=False,
        )
        (folder / "airflow.txt").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
        yield Year(applied, folder, json.loads(done.stdout.splitlines()[-1]), roles)


def variables(folder: Path, credentials: dict[str, str]) -> dict[str, str]:
    """The environment of Airflow's machine."""
    dags = tools.ROOT / "airflow" / "dags"
    bundle = {"name": "dags", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle"}
    bundle |= {"kwargs": {"path": str(dags), "refresh_interval": 0}}  # type: ignore[dict-item]
    sources = [str(tools.ROOT / one / "src") for one in SOURCES]
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": os.pathsep.join([*sources, str(dags)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle]),
        "AIRFLOW__API_AUTH__JWT_SECRET": "0" * 64,
        "ASSAY_ENVIRONMENT": ENVIRONMENT,
        "ASSAY_PLATFORM": str(folder / "platform.json"),
        "ASSAY_PYTHON": os.environ[PLATFORM],
        "AWS_EC2_METADATA_DISABLED": "true",
        **exported(credentials),
    }


def spark_variables(folder: Path, credentials: dict[str, str]) -> dict[str, str]:
    """The environment of a job, small enough for a few thousand rows."""
    settings = folder / "spark"
    settings.mkdir(exist_ok=True)
    small = ("spark.sql.shuffle.partitions 2", "spark.ui.enabled false", "spark.driver.memory 1g")
    fast = "spark.driver.extraJavaOptions -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    (settings / "spark-defaults.conf").write_text("\n".join([*small, fast, ""]))
    return {
        **{name: os.environ[name] for name in ("PATH", JARS, JAVA)},
        "HOME": str(folder),
        "PYTHONPATH": os.pathsep.join(str(tools.ROOT / one / "src") for one in ("glue/platform", "glue/curated")),
        "SPARK_CONF_DIR": str(settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "ASSAY_ENVIRONMENT": ENVIRONMENT,
        "ASSAY_PLATFORM": str(folder / "platform.json"),
        "AWS_REGION": moto.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **exported(credentials),
    }


def calls(year: Year) -> list[dict[str, Any]]:
    return [json.loads(line) for line in year.applied.judged.read_text().splitlines()]


def refused(call: Any, **given: object) -> bool:
    try:
        call(**given)
    except Exception as error:
        if getattr(error, "response", {}).get("Error", {}).get("Code") in {"AccessDenied", "403"}:
            return True
        raise
    return False
