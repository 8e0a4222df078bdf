"""The policies in a state or a plan, from `terraform show -json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assay_terraform.policy import Document

Resource = Mapping[str, Any]


def resources(shown: Mapping[str, Any]) -> Iterator[Resource]:
    """All managed resources, of all modules."""
    values = shown.get("planned_values") or shown.get("values") or {}
    yield from _below(values.get("root_module", {}))


def _below(module: Mapping[str, Any]) -> Iterator[Resource]:
    yield from (one for one in module.get("resources", ()) if one["mode"] == "managed")
    for child in module.get("child_modules", ()):
        yield from _below(child)


def rights(shown: Mapping[str, Any]) -> dict[str, Document]:
    """Policies of the roles, by the role's key in `modules/iam`."""
    return {
        one["index"]: json.loads(one["values"]["policy"])
        for one in resources(shown)
        if one["type"] == "aws_iam_role_policy"
    }


def others(shown: Mapping[str, Any]) -> dict[str, Document]:
    """All other documents by address: trust policies and resource policies."""
    fields = {
        "aws_iam_role": "assume_role_policy",
        "aws_s3_bucket_policy": "policy",
        "aws_kms_key": "policy",
        "aws_sns_topic_policy": "policy",
    }
    return {
        one["address"]: json.loads(one["values"][fields[one["type"]]])
        for one in resources(shown)
        if one["type"] in fields
    }


def bucket_policy(shown: Mapping[str, Any]) -> Document:
    """The lake's bucket policy."""
    (found,) = (
        document for address, document in others(shown).items() if address.endswith("aws_s3_bucket_policy.this")
    )
    return found
