"""The policy evaluator, on small policies."""

import pytest

from assay_terraform.policy import Request, UnknownError, allows

OWN = {"StringEquals": {"x:owner": "${aws:userid}"}}


def statement(action: object = "s3:GetObject", resource: object = "arn:a/*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("statements", "request_", "expected"),
    [
        ([statement()], Request("s3:GetObject", "arn:a/b"), True),
        ([statement()], Request("S3:getobject", "arn:a/b"), True),
        ([statement()], Request("s3:GetObjectVersion", "arn:a/b"), False),
        ([statement()], Request("s3:GetObject", "arn:A/b"), False),
        ([statement("s3:Get*")], Request("s3:GetObjectVersion", "arn:a/b"), True),
        ([statement(resource="arn:?/b")], Request("s3:GetObject", "arn:aa/b"), False),
        ([statement(), statement(Effect="Deny")], Request("s3:GetObject", "arn:a/b"), False),
        ([], Request("s3:GetObject", "arn:a/b"), False),
        ([statement(Condition={"Bool": {"k": "true"}})], Request("s3:GetObject", "arn:a/b"), False),
        ([statement(Condition={"Bool": {"k": "true"}})], Request("s3:GetObject", "arn:a/b", {"K": "True"}), True),
        ([statement(Condition={"Null": {"k": "true"}})], Request("s3:GetObject", "arn:a/b"), True),
        ([statement(Condition={"Null": {"k": "true"}})], Request("s3:GetObject", "arn:a/b", {"k": "*"}), False),
        (
            [statement(Condition={"StringEquals": {"k": ["a", "b"]}})],
            Request("s3:GetObject", "arn:a/b", {"k": "b"}),
            True,
        ),
        (
            [statement(Condition={"StringLike": {"k": "a*"}, "Bool": {"l": "true"}})],
            Request("s3:GetObject", "arn:a/b", {"k": "ab"}),
            False,
        ),
        ([statement(Condition=OWN)], Request("s3:GetObject", "arn:a/b", {"aws:userid": "u", "x:owner": "u"}), True),
        ([statement(Condition=OWN)], Request("s3:GetObject", "arn:a/b", {"aws:userid": "u", "x:owner": "v"}), False),
        ([statement(Condition=OWN)], Request("s3:GetObject", "arn:a/b", {"x:owner": "${aws:userid}"}), False),
    ],
)
def test_decisions(statements: list[dict[str, object]], request_: Request, expected: bool) -> None:
    assert allows([{"Statement": statements}], request_) is expected


@pytest.mark.parametrize(
    "unknown",
    [
        statement(NotAction="s3:GetObject"),
        statement(Condition={"NumericLessThan": {"k": "1"}}),
        statement(Condition={"Bool": {"k": "maybe"}}),
        statement(Effect="Perhaps"),
    ],
)
def test_what_is_not_known_is_not_judged(unknown: dict[str, object]) -> None:
    with pytest.raises(UnknownError):
        allows([{"Statement": [unknown]}], Request("s3:GetObject", "arn:a/b", {"k": "1"}))


def test_a_resources_policy_denies_everybody_and_grants_no_role_what_a_service_has() -> None:
    mine, request = {"Statement": [statement()]}, Request("s3:GetObject", "arn:a/b")
    service = {"Statement": [statement(Principal={"Service": "logs.amazonaws.com"})]}
    denial = {"Statement": [statement(Effect="Deny", Principal={"AWS": "*"})]}
    assert allows([mine], request, resource=[service])
    assert not allows([], request, resource=[service])
    assert not allows([mine], request, resource=[denial])
    with pytest.raises(UnknownError):
        allows([mine], request, resource=[{"Statement": [statement(Principal={"AWS": "arn:aws:iam::1:role/x"})]}])
