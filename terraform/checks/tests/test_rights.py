"""The applied documents, compared with the table: everything that a role may do, and nothing else."""

from __future__ import annotations

import copy
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from assay_terraform import documents, rights, tools, world
from assay_terraform.policy import Document, Request, allows, texts
from conftest import Applied
from grants import BUCKET, GRANTS

PAGE = tools.ROOT / "docs" / "how-to" / "buckets.md"
EVERYTHING: Document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def things(applied: Applied, names: Path) -> dict[str, str]:
    def arn(kind: str, shown: dict[str, Any]) -> str:
        (found,) = (one["values"]["arn"] for one in documents.resources(shown) if one["type"] == kind)
        return str(found)

    key, secret = arn("aws_kms_key", applied.lake), arn("aws_secretsmanager_secret", applied.platform)
    return world.things(names, "dev", key=key, secret=secret)


def test_roles_may_do_what_the_table_says_and_nothing_else(applied: Applied, things: dict[str, str]) -> None:
    policies = documents.rights(applied.platform)
    assert not list(rights.differences(policies, GRANTS, things, world.contexts(things["cluster"])))


def test_whatever_is_widened_is_seen(applied: Applied, things: dict[str, str]) -> None:
    contexts, tried = world.contexts(things["cluster"]), 0
    for role, document in documents.rights(applied.platform).items():
        for what, changed in rights.widened(document):
            found = next(rights.differences({role: changed}, {role: GRANTS[role]}, things, contexts), None)
            assert found, f"{role}: {what} was not seen"
            tried += 1
    assert tried > 200, "there are fewer changes than statements"


def test_the_policy_on_the_page_has_the_rights_of_gc(applied: Applied) -> None:
    _, _, after = PAGE.read_text().partition("## What `assay gc` may do")
    policy = json.loads(after.partition("```json")[2].partition("```")[0])
    # The key is the platform's own.
    of_role = [
        one for one in documents.rights(applied.platform)["gc"]["Statement"] if "kms:Decrypt" not in one["Action"]
    ]
    assert {one["Sid"]: texts(one["Action"]) for one in policy["Statement"]} == {
        one["Sid"]: texts(one["Action"]) for one in of_role
    }


def faults(applied: Applied, things: dict[str, str], bucket: Document) -> list[str]:
    policies = {**documents.rights(applied.platform), "anybody": EVERYTHING}
    return [
        f"{role} {action} on {thing} with {context}: expected {expected}"
        for role, action, thing, context, expected in BUCKET
        if allows([policies[role]], Request(action, things[thing], context), resource=[bucket]) != expected
    ]


def test_raw_is_only_created_and_commits_are_conditional(applied: Applied, things: dict[str, str]) -> None:
    assert not faults(applied, things, documents.bucket_policy(applied.lake))


def test_each_denial_and_each_of_its_conditions_is_needed(applied: Applied, things: dict[str, str]) -> None:
    bucket = documents.bucket_policy(applied.lake)
    for at, statement in enumerate(bucket["Statement"]):
        without: dict[str, Any] = copy.deepcopy(dict(bucket))
        del without["Statement"][at]
        assert faults(applied, things, without), f"{statement['Sid']} is not missed"
        for operator, keys in statement.get("Condition", {}).items():
            for key in keys:
                changed: dict[str, Any] = copy.deepcopy(dict(bucket))
                del changed["Statement"][at]["Condition"][operator][key]
                assert faults(applied, things, changed), f"{statement['Sid']}: {key} is not missed"


def test_nothing_that_expires_is_raw(applied: Applied) -> None:
    (rules,) = (
        one["values"]["rule"]
        for one in documents.resources(applied.lake)
        if one["type"] == "aws_s3_bucket_lifecycle_configuration" and one["name"] == "this"
    )
    for rule in rules:
        prefix = rule["filter"][0]["prefix"] or ""
        expires = (
            any(one.get("days") or one.get("date") for one in rule["expiration"])
            or rule["noncurrent_version_expiration"]
        )
        assert not (expires and ("raw/".startswith(prefix) or prefix.startswith("raw/"))), rule["id"]
    assert len(rules) > 5


# Findings of parliament that are not faults, and why.
WAIVED = {
    # A key's policy always refers to its own key.
    ("aws_kms_key", "RESOURCE_STAR"),
    # AWS's own example for encrypted logs has DescribeKey under this condition.
    ("aws_kms_key", "UNKNOWN_CONDITION_FOR_ACTION"),
    ("aws_kms_key", "MISMATCHED_TYPE"),
    # It doesn't know that trust policies have no resource.
    ("aws_iam_role", "MALFORMED"),
}
# Calls that AWS authorises on `*`, whatever parliament knows about resources, and why.
WAIVED_CALLS = {
    # Listing tasks by `startedBy` is authorised by cluster, which is a condition, not by instance.
    "['ecs:ListTasks']",
}


def test_parliament_knows_every_action_and_condition(applied: Applied) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from parliament import analyze_policy_string  # noqa: PLC0415 (its own imports cause warnings)
    found = documents.others(applied.lake) | documents.others(applied.platform)
    found |= {f"aws_iam_role_policy.{role}": one for role, one in documents.rights(applied.platform).items()}
    said = [
        f"{address}: {one.issue} {one.detail}"
        for address, document in found.items()
        for one in analyze_policy_string(json.dumps(document)).findings
        if not any(f"{kind}." in address and one.issue == issue for kind, issue in WAIVED)
        if not (one.issue == "RESOURCE_STAR" and str(one.detail) in WAIVED_CALLS)
    ]
    assert not said
    assert len(found) > 12
