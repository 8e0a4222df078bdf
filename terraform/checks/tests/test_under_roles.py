"""A whole year under the applied roles, with every call authorised, including conditions and the bucket policy. Then
everything that each role must not do is tried."""

from __future__ import annotations

import contextlib
import json
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import year as under_roles
from year import BUCKET, FILE, MISSING, OTHER_FILE, WITHOUT_SPARK, Year, calls, refused

from assay_terraform import documents, moto, tools
from conftest import Applied

pytestmark = pytest.mark.skipif(
    bool(MISSING),
    reason=f"no year under the roles: {', '.join(MISSING)} names no program; `cargo xtask terraform` names them "
    "where the host is built (`cargo build --bin assay`)",
)


@pytest.fixture(scope="module")
def year(applied: Applied, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """The year, and a moto server with our evaluator."""
    yield from under_roles.run(applied, tmp_path_factory.mktemp("year"))


def test_a_whole_year_passes_and_nothing_of_it_is_refused(year: Year) -> None:
    made = calls(year)
    refusals = [one for one in made if not one["allowed"]]
    told = (year.folder / "airflow.txt").read_text()
    assert year.answer["state"] == "success", (year.answer, refusals, told[-6000:])
    (result,) = year.answer["results"]
    assert result["records"]["read"] == 3000
    assert refusals == []
    by_role = Counter((one["who"], one["action"]) for one in made)
    # Conditions were evaluated for the real requests of both.
    assert by_role["assay-airflow", "s3:PutObject"] >= 2, "the landed file and what is noted of it"
    assert by_role["assay-host", "s3:PutObject"] > 4, "parts, rejects, audit, schema, manifest"
    assert by_role["assay-airflow", "glue:CreatePartition"] >= 3


def keys(year: Year) -> dict[str, dict[str, str]]:
    """Objects for the tests: those of the year, and a file of the curated tables."""
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
    # It may write there, but only with a commit's conditions.
    assert refused(host.put_object, **at["manifest"], Body=b"{}"), "overwrite a manifest"
    assert refused(host.delete_object, **at["manifest"]), "delete a manifest"
    # Airflow may write raw, but only as the bucket policy says.
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
    """Airflow's own permissions allow writing there: without the bucket policy, it could overwrite."""
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
    """The calls above succeed because of these permissions."""
    # Another year, with nothing published yet.
    file, key = year.folder / OTHER_FILE, f"raw/year=2022/{OTHER_FILE}"
    with contextlib.suppress(year.s3("airflow").exceptions.ClientError):  # landed by the case before
        year.s3("airflow").put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes(), IfNoneMatch="*")
    command = ["run", f"s3://{BUCKET}/{key}", "--root", f"s3://{BUCKET}", "--format", "json", "--progress", "never"]
    with less(year, "host", without):
        done = year.assay("host", *command)
    assert forbidden(done), done.stdout + done.stderr


@contextlib.contextmanager
def less(year: Year, role: str, without: str) -> Iterator[None]:
    """Within this context, the role lacks the permissions of one statement."""
    rights: Any = documents.rights(year.applied.platform)[role]
    changed = {**rights, "Statement": [one for one in rights["Statement"] if one["Sid"] != without]}
    assert changed != rights, f"{role} has no `{without}`"
    iam, inline = moto.client("iam", year.applied.address), {"RoleName": f"assay-{role}", "PolicyName": "rights"}
    moto.enforce(year.applied.address, after=int(moto.ALL))
    iam.put_role_policy(**inline, PolicyDocument=json.dumps(changed))
    try:
        with moto.judged(year.applied.address):
            yield
    finally:
        # After `judged`, everything is allowed again.
        iam.put_role_policy(**inline, PolicyDocument=json.dumps(rights))
        moto.enforce(year.applied.address, after=-1)


def forbidden(done: subprocess.CompletedProcess[str]) -> bool:
    said = done.stdout + done.stderr
    return done.returncode == 2 and ("AccessDenied" in said or "403" in said)


def abandoned(year: Year) -> tuple[str, set[str]]:
    """The leftovers of a killed run: a file and an upload; and somebody else's upload."""
    partition = keys(year)["manifest"]["Key"].removesuffix("/_commit/manifest.json")
    attempt = f"{partition}/run=abandoned/attempt=20200101T000000000Z-{uuid.uuid4().hex[:8]}"
    file, host = f"{attempt}/part-00000.parquet", year.s3("host")
    uploads = {f"{attempt}/part-00001.parquet", "metadata/ingestion_audit/by-hand.json"}
    host.put_object(Bucket=BUCKET, Key=file, Body=b"x")
    for key in uploads:
        host.create_multipart_upload(Bucket=BUCKET, Key=key)
    return file, uploads


def collected(year: Year) -> subprocess.CompletedProcess[str]:
    """As typed by an operator, except for the grace period: in moto, all uploads have age zero."""
    return year.assay("gc", "gc", "--root", f"s3://{BUCKET}", "--grace-hours", "0", "--format", "json", "--delete")


def test_gc_removes_what_a_killed_run_left_under_its_role(year: Year) -> None:
    gc = year.s3("gc")

    def there() -> set[str]:
        return {one["Key"] for one in gc.list_objects_v2(Bucket=BUCKET).get("Contents", [])}

    kept = there() | {keys(year)["curated"]["Key"]}
    file, uploads = abandoned(year)
    results = json.loads((tools.TERRAFORM / "platform.json").read_text())["lake"]["query_results"]
    query = {"Bucket": BUCKET, "Key": f"{results}/cancelled.csv"}
    cancelled = year.s3("query").create_multipart_upload(**query)["UploadId"]
    before = len(calls(year))
    done = collected(year)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert [one["run_id"] for one in found["attempts"] if one["goes"]] == ["abandoned"]
    assert {one["state"] for one in found["attempts"]} == {"published", "unfinished"}
    assert found["half_written"] == len(uploads)
    assert there() == kept
    # A query's upload is not the host's, and stays.
    left = gc.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    assert [one["UploadId"] for one in left] == [cancelled]
    made = calls(year)[before:]
    assert [one for one in made if not one["allowed"]] == []
    # Everything that the role may do was done, and to nothing else.
    by_gc = {(one["action"], one["on"].removeprefix("arn:aws:s3:::")) for one in made if one["who"] == "assay-gc"}
    assert {action for action, _ in by_gc} == {f"s3:{one}" for one in GC}
    assert {on for action, on in by_gc if action == "s3:DeleteObject"} == {f"{BUCKET}/{file}"}
    assert {on for action, on in by_gc if action == "s3:AbortMultipartUpload"} == {f"{BUCKET}/{one}" for one in uploads}


GC = ("ListBucket", "ListBucketMultipartUploads", "GetObject", "DeleteObject", "AbortMultipartUpload")


def test_gc_must_not_delete_or_read_anything_else(year: Year) -> None:
    at, gc = keys(year), year.s3("gc")
    gc.get_object(**at["manifest"])
    assert refused(gc.get_object, **at["raw"]), "read raw"
    assert refused(gc.put_object, **at["manifest"], Body=b"{}", IfNoneMatch="*"), "commit"
    for name in at:
        assert refused(gc.delete_object, **at[name]), f"delete: {name}"
    audits = gc.list_objects_v2(Bucket=BUCKET, Prefix="metadata/")["Contents"]
    assert len(audits) > 1
    for one in audits:
        assert refused(gc.delete_object, Bucket=BUCKET, Key=one["Key"]), one["Key"]


@pytest.mark.parametrize("without", ["FindWhatIsThere", "ReadManifestsAndAudits", "RemoveAttempts", "AbortUploads"])
def test_a_right_that_is_taken_from_gc_is_missed(year: Year, without: str) -> None:
    abandoned(year)
    with less(year, "gc", without):
        done = collected(year)
    assert forbidden(done), done.stdout + done.stderr


SWEEP = """
import json, sys
from datetime import UTC, datetime, timedelta
from assay_curated import files, maintain, session

lake, _ = session.lake(None, None, "sweep")
now = datetime.now(UTC)
limits = {"before": now, "orphans_before": now - timedelta(days=3)}
found = maintain.maintain(lake, **limits, delete=True, step=lambda _: None)
files.write(lake.spark, sys.argv[1], "{}")
print(json.dumps({name: len(one.snapshots) for name, one in found.items()}))
"""


@pytest.mark.skipif(bool(WITHOUT_SPARK), reason=f"no Spark under its roles: {', '.join(WITHOUT_SPARK)} not named")
def test_spark_curates_and_maintains_each_under_its_role(year: Year) -> None:
    """Tables are created, the year is published, and replaced data is removed, whatever its age."""
    before, (result,) = len(calls(year)), year.answer["results"]
    reports = f"s3://{BUCKET}/{json.loads((tools.TERRAFORM / 'platform.json').read_text())['lake']['reports']}"
    job = ["-m", "assay_curated.job", "--kind", "general", "--manifests", result["manifest"]]
    for role, *arguments in (
        ("curate", "-m", "assay_curated.migrate"),
        ("curate", *job, "--report", f"{reports}/curate.json"),
        ("maintain", "-c", SWEEP, f"{reports}/maintain.json"),
    ):
        done = year.spark(role, *arguments)
        assert done.returncode == 0, (arguments, done.stdout[-2000:], done.stderr[-6000:])
    assert all(json.loads(done.stdout.splitlines()[-1]).values()), "there was nothing to remove"
    made = calls(year)[before:]
    assert [one for one in made if not one["allowed"]] == []
    maintained = [(one["action"], one["on"]) for one in made if one["who"] == "assay-maintain"]
    assert any(action == "s3:DeleteObject" for action, _ in maintained)
    assert not [on for action, on in maintained if action == "s3:GetObject" and "/metadata/" not in on]
