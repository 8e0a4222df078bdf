"""What was applied stays as it is, and is destroyed except for what is tagged as kept."""

from __future__ import annotations

from typing import Any

import pytest

from assay_terraform import documents, moto
from assay_terraform.workspace import TerraformError
from conftest import LAKE, PLATFORM, VARIABLES, Applied


def client(applied: Applied, service: str, role: str | None = None) -> Any:
    if role is None:
        return moto.client(service, applied.address)
    return moto.client(service, applied.address, **moto.as_role(applied.address, role))


def refused(call: Any, **given: object) -> bool:
    try:
        call(**given)
    except Exception as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code")
        if code in {"AccessDenied", "AccessDeniedException", "403"}:
            return True
        raise
    return False


def test_a_second_plan_changes_nothing(applied: Applied) -> None:
    for root, variables in ((LAKE, ()), (PLATFORM, VARIABLES)):
        done = applied.workspace.run(root, "plan", "-detailed-exitcode", "-no-color", *variables, fine=(0, 2))
        assert done.returncode == 0, done.stdout


def test_moto_enforces_the_applied_roles(applied: Applied) -> None:
    """An independent evaluator of the same roles. It ignores conditions, so the bucket policy, which consists of them,
    is left out here, and it knows only S3's resources; `test_rights` covers the rest."""
    bucket = "assay-dev-open-payments"
    owner = client(applied, "s3")
    policy = owner.get_bucket_policy(Bucket=bucket)["Policy"]
    owner.delete_bucket_policy(Bucket=bucket)
    for key in ("raw/year=2023/f.csv", "curated/t/data/0.parquet", "staging/validated/x.parquet"):
        owner.put_object(Bucket=bucket, Key=key, Body=b"x")
    host, airflow, spark, maintain, copy, gc = (
        client(applied, "s3", f"assay-{one}") for one in ("host", "airflow", "curate", "maintain", "copy", "gc")
    )
    glue = client(applied, "glue", "assay-host")
    moto.enforce(applied.address)
    try:
        raw, curated = (
            {"Bucket": bucket, "Key": "raw/year=2023/f.csv"},
            {"Bucket": bucket, "Key": "curated/t/data/0.parquet"},
        )
        host.get_object(**raw)
        host.put_object(Bucket=bucket, Key="staging/validated/y.parquet", Body=b"y")
        assert refused(host.delete_object, **raw)
        assert refused(host.put_object, **raw, Body=b"y")
        assert refused(host.get_object, **curated)
        assert refused(airflow.delete_object, **raw)
        assert refused(airflow.get_object, **curated)
        airflow.put_object(Bucket=bucket, Key="raw/year=2024/f.csv", Body=b"x")
        spark.put_object(**curated, Body=b"y")
        assert refused(spark.put_object, Bucket=bucket, Key="staging/validated/x.parquet", Body=b"y")
        assert refused(spark.get_object, **raw)
        assert refused(maintain.get_object, **curated)
        assert refused(maintain.delete_object, **raw)
        assert refused(maintain.delete_object, Bucket=bucket, Key="staging/validated/x.parquet")
        assert refused(gc.delete_object, **raw)
        assert refused(gc.delete_object, **curated)
        assert refused(gc.delete_object, Bucket=bucket, Key="staging/validated/x.parquet")
        gc.delete_object(Bucket=bucket, Key="staging/validated/year=2023/run=0/attempt=0/x.parquet")
        copy.get_object(**curated)
        assert refused(copy.put_object, **curated, Body=b"y")
        maintain.delete_object(**curated)
        assert refused(glue.start_job_run, JobName="assay-curate")
    finally:
        moto.enforce(applied.address, after=1_000_000)
        owner.put_bucket_policy(Bucket=bucket, Policy=policy)


OURS = [{"Name": "tag:Project", "Values": ["assay"]}]


def left(applied: Applied) -> dict[str, int]:
    """The account's resources according to moto, without those that every account has."""
    counts = {
        "roles": len(client(applied, "iam").list_roles()["Roles"]),
        "profiles": len(client(applied, "iam").list_instance_profiles()["InstanceProfiles"]),
        "networks": len([one for one in client(applied, "ec2").describe_vpcs()["Vpcs"] if not one["IsDefault"]]),
        "machines": len([
            one
            for some in client(applied, "ec2").describe_instances()["Reservations"]
            for one in some["Instances"]
            if one["State"]["Name"] != "terminated"
        ]),
        "volumes": len(client(applied, "ec2").describe_volumes(Filters=OURS)["Volumes"]),
        "databases": len(client(applied, "glue").get_databases()["DatabaseList"]),
        "jobs": len(client(applied, "glue").get_jobs()["Jobs"]),
        "images": len(client(applied, "ecr").describe_repositories()["repositories"]),
        "secrets": len(client(applied, "secretsmanager").list_secrets()["SecretList"]),
        "topics": len(client(applied, "sns").list_topics()["Topics"]),
        "logs": len(client(applied, "logs").describe_log_groups()["logGroups"]),
        "alarms": len(client(applied, "cloudwatch").describe_alarms()["MetricAlarms"]),
        "work groups": len(client(applied, "athena").list_work_groups()["WorkGroups"]) - 1,
    }  # fmt: skip
    return {what: number for what, number in counts.items() if number}


def test_destroy_leaves_what_is_kept_and_nothing_else(applied: Applied) -> None:
    assert len(left(applied)) == 13, "something was not made, or is not counted"
    # Tables created since, and pushed images, must not stop it.
    glue = client(applied, "glue")
    glue.create_table(DatabaseName="op_staging", TableInput={"Name": "made_since"})
    applied.workspace.run(PLATFORM, "destroy", "-auto-approve", "-no-color", *VARIABLES)
    assert not left(applied)
    resources = documents.resources(applied.lake)
    kept = {one["type"] for one in resources if "Kept" in (one["values"].get("tags") or {})}
    assert kept == {"aws_kms_key", "aws_s3_bucket"}
    buckets = {one["Name"] for one in client(applied, "s3").list_buckets()["Buckets"]} - {moto.STATES}
    assert buckets == {"assay-dev-open-payments", "assay-dev-open-payments-logs"}
    with pytest.raises(TerraformError, match="prevent_destroy"):
        applied.workspace.run(LAKE, "destroy", "-auto-approve", "-no-color")
