"""Compares what roles may do with a table that lists all of it. Whatever the table does not grant must be refused."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from assay_terraform.policy import Document, about, decide, texts

ANYTHING = ("*",)

# The most harmful actions, tried on everything in addition to those that policies name.
DANGEROUS = frozenset(
    {
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObject",
        "s3:GetObject",
        "s3:PutBucketPolicy",
        "s3:DeleteBucket",
        "s3:PutLifecycleConfiguration",
        "s3:PutObjectAcl",
        "iam:PassRole",
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "sts:AssumeRole",
        "glue:StartJobRun",
        "glue:DeleteTable",
        "glue:DeleteDatabase",
        "ecs:RunTask",
        "kms:ScheduleKeyDeletion",
        "kms:CreateGrant",
        "secretsmanager:GetSecretValue",
        "secretsmanager:DeleteSecret",
        "redshift-data:ExecuteStatement",
        "ec2:RunInstances",
        "ssm:SendCommand",
        "logs:DeleteLogGroup",
        "lambda:InvokeFunction",
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on resources. `where` are the contexts in which they are granted; none means all of them."""

    actions: str
    on: tuple[str, ...]
    where: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """`s3:GetObject PutObject` means two actions of one service."""
        service, _, rest = self.actions.partition(":")
        return [f"{service}:{one}" for one in rest.split()]


Table = Mapping[str, Sequence[Grant]]


def differences(
    policies: Mapping[str, Document],
    table: Table,
    things: Mapping[str, str],
    contexts: Mapping[str, Mapping[str, str]],
) -> Iterator[str]:
    """Calls that are granted but should not be, or the reverse. All combinations are tried."""
    if policies.keys() != table.keys():
        yield f"roles are {sorted(policies)}; the table has {sorted(table)}"
    for role, document in policies.items():
        # Nobody knows what a wildcard will grant next year.
        yield from (f"{role} is granted `{one}`" for one in _named(document) if "*" in one or "?" in one)
        wanted = {
            (action, label, where)
            for grant in table.get(role, ())
            for action in grant.names()
            for label in (things if grant.on == ANYTHING else grant.on)
            for where in (grant.where or contexts)
        }
        tried = DANGEROUS | set(_named(document)) | {action for action, _, _ in wanted}
        for action, (label, arn) in product(sorted(tried), things.items()):
            said = about(document, action, arn)
            for where, context in contexts.items():
                allowed = bool(said) and decide(said, context)
                if allowed != ((action, label, where) in wanted):
                    yield f"{role} {'may' if allowed else 'may not'} {action} on {label} ({where})"


def _named(document: Document) -> Iterator[str]:
    for statement in document["Statement"]:
        yield from texts(statement["Action"])


def widened(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """The policy, each time widened by one thing; and a description of that."""
    for at, statement in enumerate(document["Statement"]):
        name, actions = statement["Sid"], texts(statement["Action"])
        service = actions[0].partition(":")[0]
        more: Iterable[tuple[str, str, Any]] = (
            ("every action", "Action", "*"),
            (f"{service}:*", "Action", f"{service}:*"),
            (f"the action {service}:Delete*", "Action", [*actions, f"{service}:Delete*"]),
            ("an action more", "Action", [*actions, "s3:DeleteObjectVersion"]),
            ("another service's action", "Action", [*actions, "iam:PutRolePolicy"]),
            ("every resource", "Resource", "*"),
            ("all below a resource's first wildcard", "Resource", _cut(statement["Resource"])),
        )
        for what, field, value in more:
            if statement[field] != value:
                yield f"{name}: {what}", _with(document, at, field, value)
        if "Condition" in statement:
            yield f"{name}: no condition", _with(document, at, "Condition", None)


def _cut(resource: str | Sequence[str]) -> str | list[str]:
    """Resources truncated after their first `*`; unchanged if nothing follows it."""
    cut = [head + star for head, star, _ in (one.partition("*") for one in texts(resource))]
    return cut[0] if isinstance(resource, str) else cut


def _with(document: Document, at: int, field: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON value)
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    if value is None:
        del changed["Statement"][at][field]
    else:
        changed["Statement"][at][field] = value
    return changed
