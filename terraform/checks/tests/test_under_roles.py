"""A whole year by the real host and the real DAG, under the applied roles, with every call judged: conditions and the
bucket's policy included. Then what each of them must not do, tried."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assay_terraform import documents, moto, tools
from conftest import Applied

BUCKET, ENVIRONMENT = "assay-dev-open-payments", "dev"
FILE, OTHER_FILE = "OP_DTL_GNRL_PGYR2023_P06282024.csv", "OP_DTL_GNRL_PGYR2022_P06302023.csv"
# Interpreters of Airflow and of what is below `glue/`, and the host: `cargo xtask terraform` names them.
AIRFLOW, PLATFORM, HOST = "ASSAY_AIRFLOW_PYTHON", "ASSAY_PYTHON", "ASSAY"
SOURCES = ("glue/platform", "glue/catalog", "airflow/provider")
MISSING = [name for name in (AIRFLOW, PLATFORM, HOST) if not Path(os.environ.get(name, "")).is_file()]

pytestmark = pytest.mark.skipif(
    bool(MISSING),
    reason=f"no year under the roles: {', '.join(MISSING)} names no program; `cargo xtask terraform` names them "
    "where the host is built (`cargo build --bin assay`)",
)


@dataclass(frozen=True)
class Year:
    """What the run left, and clients of the roles, whose calls are judged."""

    applied: Applied
    folder: Path
    answer: dict[str, Any]
    credentials: dict[str, dict[str, str]]

    def s3(self, role: str) -> Any:
        return moto.client("s3", self.applied.address, **self.credentials[role])

    def client(self, service: str, role: str) -> Any:
        return moto.client(service, self.applied.address, **self.credentials[role])

    def host(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "assay", *arguments],
            cwd=tools.ROOT,
            env={**os.environ, "AWS_REGION": moto.REGION, "AWS_ENDPOINT_URL_S3": self.applied.address},
            capture_output=True,
            text=True,
            check=False,
        )


def exported(credentials: dict[str, str]) -> dict[str, str]:
    return {name.upper(): value for name, value in credentials.items()}


@pytest.fixture(scope="module")
def year(applied: Applied, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Land, judge, gate, register and measure: the DAG under Airflow's role, and the host, which it starts, under its
    own, as a task of ECS has it."""
    folder = tmp_path_factory.mktemp("year")
    roles = {name: moto.as_role(applied.address, f"assay-{name}") for name in ("host", "airflow", "curate", "maintain")}
    for of, name in (("2023", FILE), ("2022", OTHER_FILE)):
        sample = ["sample", "open-payments", "general", "--year", of, "--rows", "3000", "--defects", "1%", "-o", name]
        subprocess.run([os.environ[HOST], *sample], cwd=folder, check=True, capture_output=True)
    keys = "".join(f"export {name}={value}\n" for name, value in exported(roles["host"]).items())
    wrapper = folder / "assay"
    wrapper.write_text(f'#!/bin/sh\n{keys}exec {os.environ[HOST]} "$@"\n')
    wrapper.chmod(0o700)
    names = json.loads((tools.TERRAFORM / "platform.json").read_text())
    here = names["environments"][ENVIRONMENT]
    # Numbers are not told in this run: this moto is older than Airflow's client of CloudWatch. See below.
    here["endpoints"] = dict.fromkeys(("s3", "glue"), applied.address)
    here["host"] = {"runner": "subprocess", "binary": str(wrapper)}
    (folder / "platform.json").write_text(json.dumps(names))
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


def calls(year: Year) -> list[dict[str, Any]]:
    return [json.loads(line) for line in year.applied.judged.read_text().splitlines()]


def test_a_whole_year_passes_and_nothing_of_it_is_refused(year: Year) -> None:
    made = calls(year)
    refusals = [one for one in made if not one["allowed"]]
    told = (year.folder / "airflow.txt").read_text()
    assert year.answer["state"] == "success", (year.answer, refusals, told[-6000:])
    (result,) = year.answer["results"]
    assert result["records"]["read"] == 3000
    assert refusals == []
    by_role = Counter((one["who"], one["action"]) for one in made)
    # Conditions were looked at, by the real requests of either.
    assert by_role["assay-airflow", "s3:PutObject"] >= 2, "the landed file and what is noted of it"
    assert by_role["assay-host", "s3:PutObject"] > 4, "parts, rejects, audit, schema, manifest"
    assert by_role["assay-airflow", "glue:CreatePartition"] >= 3


def refused(call: Any, **given: object) -> bool:
    try:
        call(**given)
    except Exception as error:
        if getattr(error, "response", {}).get("Error", {}).get("Code") in {"AccessDenied", "403"}:
            return True
        raise
    return False


def keys(year: Year) -> dict[str, dict[str, str]]:
    """Objects to try on: what the year left, and a file of the curated tables."""
    (result,) = year.answer["results"]
    manifest = result["manifest"].removeprefix(f"s3://{BUCKET}/")
    found = {"raw": f"raw/year=2023/{FILE}", "manifest": manifest, "curated": "curated/payments_fact/data/0.parquet"}
    year.s3("curate").put_object(Bucket=BUCKET, Key=found["curated"], Body=b"x")
    return {name: {"Bucket": BUCKET, "Key": key} for name, key in found.items()}


def test_what_they_must_not_do_is_refused(year: Year) -> None:
    at, host, airflow, maintain = keys(year), year.s3("host"), year.s3("airflow"), year.s3("maintain")
    host.get_object(**at["raw"])
    assert refused(host.delete_object, **at["raw"]), "delete raw"
    assert refused(host.put_object, **at["raw"], Body=b"y"), "overwrite raw"
    assert refused(host.put_object, **at["raw"], Body=b"y", IfNoneMatch="*"), "create raw"
    assert refused(host.get_object, **at["curated"]), "read curated as the host"
    # It may write there, but only as a commit is written.
    assert refused(host.put_object, **at["manifest"], Body=b"{}"), "overwrite a manifest"
    assert refused(host.delete_object, **at["manifest"]), "delete a manifest"
    # Airflow may write raw, and the bucket says how.
    assert refused(airflow.delete_object, **at["raw"]), "delete raw as Airflow"
    assert refused(airflow.put_object, **at["raw"], Body=b"y"), "overwrite raw as Airflow"
    another = {"Bucket": BUCKET, "Key": "raw/year=2023/another.csv"}
    assert refused(airflow.put_object, **another, Body=b"y"), "create raw without saying so"
    assert refused(airflow.copy_object, **another, CopySource=f"{BUCKET}/{at['raw']['Key']}"), "copy within raw"
    airflow.put_object(**another, Body=b"y", IfNoneMatch="*")
    with pytest.raises(Exception, match="PreconditionFailed"):
        airflow.put_object(**at["raw"], Body=b"y", IfNoneMatch="*")
    assert refused(airflow.get_object, **at["curated"]), "read curated as Airflow"
    assert refused(maintain.get_object, **at["curated"]), "read rows as maintenance"
    assert refused(maintain.delete_object, **at["raw"]), "delete raw as maintenance"
    maintain.delete_object(**at["curated"])


def test_it_is_the_buckets_policy_that_keeps_raw(year: Year) -> None:
    """Airflow's own rights let it write there: without the policy, it overwrites."""
    key = {"Bucket": BUCKET, "Key": "raw/year=2023/mine.csv"}
    owner, airflow = moto.client("s3", year.applied.address), year.s3("airflow")
    moto.enforce(year.applied.address, after=int(moto.ALL))
    policy = owner.get_bucket_policy(Bucket=BUCKET)["Policy"]
    owner.delete_bucket_policy(Bucket=BUCKET)
    try:
        with moto.judged(year.applied.address):
            airflow.put_object(**key, Body=b"x")
            airflow.put_object(**key, Body=b"y")
            assert refused(airflow.delete_object, **key)
    finally:
        owner.put_bucket_policy(Bucket=BUCKET, Policy=policy)
        moto.enforce(year.applied.address, after=-1)
    assert refused(airflow.put_object, **key, Body=b"z")


def test_airflow_starts_its_jobs_and_no_other(year: Year) -> None:
    glue, names = year.client("glue", "airflow"), json.loads((tools.TERRAFORM / "platform.json").read_text())["jobs"]
    for job in names.values():
        started = glue.start_job_run(JobName=job)["JobRunId"]
        assert glue.get_job_run(JobName=job, RunId=started)["JobRun"]["JobName"] == job
    assert refused(glue.start_job_run, JobName=f"{names['curate']}-migrate")
    assert refused(glue.start_job_run, JobName="another")
    assert refused(year.client("glue", "host").start_job_run, JobName=names["curate"])


def test_airflow_measures_in_its_namespace_and_no_other(year: Year) -> None:
    numbers = year.client("cloudwatch", "airflow")
    one = {"MetricData": [{"MetricName": "RejectShare", "Value": 0.1}]}
    numbers.put_metric_data(Namespace="Assay", **one)
    assert refused(numbers.put_metric_data, Namespace="AWS/S3", **one)


@pytest.mark.parametrize("without", ["ReadRaw", "PublishAndLookBack", "TellMissingFromForbidden"])
def test_a_right_that_is_taken_away_is_missed(year: Year, without: str) -> None:
    """What passes above passes by these rights."""
    rights: Any = documents.rights(year.applied.platform)["host"]
    less = {**rights, "Statement": [one for one in rights["Statement"] if one["Sid"] != without]}
    iam, inline = moto.client("iam", year.applied.address), {"RoleName": "assay-host", "PolicyName": "rights"}
    # Another year, of which nothing is published yet.
    file, key = year.folder / OTHER_FILE, f"raw/year=2022/{OTHER_FILE}"
    with contextlib.suppress(year.s3("airflow").exceptions.ClientError):  # landed by the case before
        year.s3("airflow").put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes(), IfNoneMatch="*")
    command = ["run", f"s3://{BUCKET}/{key}", "--root", f"s3://{BUCKET}", "--format", "json", "--progress", "never"]
    moto.enforce(year.applied.address, after=int(moto.ALL))
    iam.put_role_policy(**inline, PolicyDocument=json.dumps(less))
    try:
        with moto.judged(year.applied.address):
            done = year.host(*command)
    finally:
        iam.put_role_policy(**inline, PolicyDocument=json.dumps(rights))
        moto.enforce(year.applied.address, after=-1)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "AccessDenied" in done.stdout + done.stderr or "403" in done.stdout + done.stderr
