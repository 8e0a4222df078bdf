"""Resources for test calls, one or two of a kind: what a role is for, and an unrelated one.

Names come from `platform.json`; what Terraform adds is repeated here, so that a change there is noticed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
WORKGROUP = f"arn:aws:redshift-serverless:us-east-1:{ACCOUNT}:workgroup/00000000-0000-0000-0000-000000000000"


def things(file: Path, environment: str, *, key: str, secret: str) -> dict[str, str]:
    """ARNs by label. `key` and `secret` are known only from the applied state."""
    names: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    here = names["environments"][environment]
    bucket = "arn:aws:s3:::" + here["lake"].removeprefix("s3://")
    return {
        **_objects(bucket, names["lake"]),
        **_regional(names, here, f"{here['region']}:{ACCOUNT}"),
        "bucket": bucket,
        "another bucket": "arn:aws:s3:::another",
        "an object of another bucket": "arn:aws:s3:::another/raw/year=2023/file.csv",
        "key": key,
        "another key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-1111-1111-1111-111111111111",
        "secret": secret,
        "another secret": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:another-AbCdEf",
        **{
            f"role {role}": f"arn:aws:iam::{ACCOUNT}:role/{name}"
            for role, name in {
                "host": f"{here['host']['cluster']}-host",
                "execution": f"{here['host']['cluster']}-execution",
                "airflow": f"{here['host']['cluster']}-airflow",
                "query": f"{here['host']['cluster']}-query",
                "gc": f"{here['host']['cluster']}-gc",
                "spark": here["spark"]["role"],
                "maintain": here["spark"]["maintain_role"],
                "copy": here["warehouse"]["copy_role"],
            }.items()
        },
        "another role": f"arn:aws:iam::{ACCOUNT}:role/administrator",
    }


def _objects(bucket: str, prefixes: Mapping[str, str]) -> dict[str, str]:
    kind, run = "dataset=open-payments/kind=general", "run=0/attempt=0"
    published = f"{bucket}/{prefixes['validated']}/{kind}/year=2023/publication=2024-06-28"
    return {
        "raw": f"{bucket}/{prefixes['raw']}/year=2023/file.csv",
        "validated": f"{published}/{run}/part-00000.parquet",
        "beside validated attempts": f"{published}/file.parquet",
        "manifest": f"{published}/_commit/manifest.json",
        "newest": f"{bucket}/{prefixes['validated']}/{kind}/year=2023/_commit/newest.json",
        "rejected": f"{bucket}/{prefixes['rejected']}/{kind}/year=2023/{run}/quarantine-00000.parquet",
        "beside rejected attempts": f"{bucket}/{prefixes['rejected']}/{kind}/year=2023/file.parquet",
        "audit": f"{bucket}/{prefixes['audit']}/{kind}/year=2023/0.json",
        "schema version": f"{bucket}/{prefixes['schema_versions']}/dataset=open-payments/0/0.json",
        "copy manifest": f"{bucket}/{prefixes['copy_manifests']}/0/payments_fact.json",
        "query result": f"{bucket}/{prefixes['query_results']}/0.csv",
        "curated data": f"{bucket}/{prefixes['curated']}/payments_fact/data/0.parquet",
        "curated snapshot": f"{bucket}/{prefixes['curated']}/payments_fact/metadata/0.metadata.json",
        "artifact": f"{bucket}/{prefixes['artifacts']}/0.1.0/SHA256SUMS",
        "report": f"{bucket}/{prefixes['reports']}/open_payments_year/0/judge-0-1.json",
        "an object beside": f"{bucket}/elsewhere/file",
    }


def _regional(names: Mapping[str, Any], here: Mapping[str, Any], place: str) -> dict[str, str]:
    glue, ecs, logs = f"arn:aws:glue:{place}", f"arn:aws:ecs:{place}", f"arn:aws:logs:{place}:log-group"
    cluster, staging, curated = (
        here["host"]["cluster"],
        names["catalog"]["staging"]["database"],
        names["catalog"]["curated"]["database"],
    )
    return {
        "catalog": f"{glue}:catalog",
        "staging": f"{glue}:database/{staging}",
        "staging table": f"{glue}:table/{staging}/validated_general",
        "curated": f"{glue}:database/{curated}",
        "curated table": f"{glue}:table/{curated}/payments_fact",
        "another database": f"{glue}:database/another",
        "another table": f"{glue}:table/another/table",
        "job": f"{glue}:job/{names['jobs']['curate']}",
        "job maintain": f"{glue}:job/{names['jobs']['maintain']}",
        "job migrate": f"{glue}:job/{names['jobs']['curate']}-migrate",
        "another job": f"{glue}:job/another",
        "cluster": f"{ecs}:cluster/{cluster}",
        "task definition": f"{ecs}:task-definition/{here['host']['task_definition']}:1",
        "another task definition": f"{ecs}:task-definition/another:1",
        "task": f"{ecs}:task/{cluster}/0123456789abcdef",
        "a task of another cluster": f"{ecs}:task/another/0123456789abcdef",
        "image": f"arn:aws:ecr:{place}:repository/{here['host']['image']}",
        "another image": f"arn:aws:ecr:{place}:repository/another",
        "log of the host": f"{logs}:/{cluster}/host:log-stream:run/0",
        "log of Airflow": f"{logs}:/{cluster}/airflow:log-stream:i-0/airflow",
        "log of a job": f"{logs}:/aws-glue/jobs/assay-curate-role/assay-curate/error:log-stream:0",
        "another log": f"{logs}:/another:log-stream:0",
        "warehouse": WORKGROUP,
        "another warehouse": WORKGROUP.replace("0000-0000-0000-0000", "1111-1111-1111-1111"),
        "query workgroup": f"arn:aws:athena:{place}:workgroup/{here['query']['workgroup']}",
        "another query workgroup": f"arn:aws:athena:{place}:workgroup/another",
        "a machine": f"arn:aws:ec2:{place}:instance/i-0123456789abcdef0",
    }


def contexts(cluster: str) -> dict[str, dict[str, str]]:
    """Contexts of calls, by label."""
    return {
        "nothing": {},
        "for ECS": {"iam:PassedToService": "ecs-tasks.amazonaws.com"},
        "for EC2": {"iam:PassedToService": "ec2.amazonaws.com"},
        "on our cluster": {"ecs:cluster": cluster},
        "on another cluster": {"ecs:cluster": cluster.rpartition("/")[0] + "/another"},
        "own statement": {"aws:userid": "AROA:i-0", "redshift-data:statement-owner-iam-userid": "AROA:i-0"},
        "another's statement": {"aws:userid": "AROA:i-0", "redshift-data:statement-owner-iam-userid": "AROB:i-1"},
        "our numbers": {"cloudwatch:namespace": "Assay"},
        "Glue's numbers": {"cloudwatch:namespace": "Glue"},
        "others' numbers": {"cloudwatch:namespace": "AWS/S3"},
    }
