"""Makes moto ask our evaluator about each call, with the conditions and resources that moto itself ignores.

moto still checks who signed a call, and carries out allowed calls. The policies are those that were applied to it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

from moto import settings
from moto.iam.access_control import IAMRequestBase, PermissionResult
from moto.s3.models import FakeBucket, s3_backends

from assay_terraform.policy import Document, Request, UnknownError, allows

# The file that decisions are written to, one per line.
LOG_VARIABLE = "ASSAY_JUDGED"
# There is no TLS on loopback; the table of calls checks that plain connections are denied.
BY_TLS = {"aws:SecureTransport": "true"}
JOBS = {"StartJobRun", "GetJobRun", "BatchStopJobRun"}


def install() -> None:
    """Replaces moto's evaluator by ours, wherever `moto.judge` was called."""
    by_moto, of_bucket = IAMRequestBase.check_action_permitted, FakeBucket.get_permission
    of_call = IAMRequestBase.check_signature

    def check(self: Any, resource: str) -> None:  # noqa: ANN401 (moto's own types are private)
        if not active():
            by_moto(self, resource)
        elif not all(_decided(self, one) for one in asked(self, resource)):
            self._raise_access_denied()

    def signature(self: Any) -> None:  # noqa: ANN401
        # moto computes a different signature than AWS's older Java SDK. The key's owner has been looked up before.
        if not (active() and "aws-sdk-java/1." in self._headers.get("User-Agent", "")):
            of_call(self)

    def permission(self: Any, action: str, resource: str) -> Any:  # noqa: ANN401
        # The bucket policy has been evaluated before.
        return PermissionResult.NEUTRAL if active() else of_bucket(self, action, resource)

    IAMRequestBase.check_action_permitted = check  # type: ignore[method-assign]
    IAMRequestBase.check_signature = signature  # type: ignore[method-assign]
    FakeBucket.get_permission = permission  # type: ignore[method-assign]


def active() -> bool:
    """Whether our evaluator is active: it is if the number of unchecked calls is negative."""
    return settings.INITIAL_NO_AUTH_ACTION_COUNT < 0


def asked(call: Any, resource: str) -> Iterator[Request]:  # noqa: ANN401
    """The request of a call: S3 passes its resource to moto; others have it in the body. Raises `UnknownError`."""
    service, _, action = call._action.partition(":")  # noqa: SLF001
    if by := SERVICES.get(service):
        yield from by(call, action, resource)
    elif call._action != "sts:GetCallerIdentity":  # noqa: SLF001
        raise UnknownError(f"`{call._action}`")  # noqa: SLF001


def _s3(call: Any, action: str, resource: str) -> Iterator[Request]:  # noqa: ANN401
    query = parse_qs(urlsplit(call._path).query, keep_blank_values=True)  # noqa: SLF001
    headers = {name.lower(): value for name, value in call._headers.items()}  # noqa: SLF001
    if "delete" in query:
        keys = (one.text for one in ET.fromstring(call._body).iter() if one.tag.endswith("}Key"))  # noqa: S314, SLF001 (a test's own)
        yield from (Request("s3:DeleteObject", f"{resource}/{key}", BY_TLS) for key in keys)
        return
    context = dict(BY_TLS)
    if action == "PutObject":
        part_or_start = "partNumber" in query or "uploads" in query
        context["s3:ObjectCreationOperation"] = str(not part_or_start).lower()
        context |= {f"s3:{name}": headers[name] for name in ("if-none-match", "if-match") if name in headers}
    if source := headers.get("x-amz-copy-source"):
        yield Request("s3:GetObject", f"arn:aws:s3:::{source.lstrip('/')}", BY_TLS)
    yield Request(f"s3:{action}", resource, context)
    bucket, _, key = resource.removeprefix("arn:aws:s3:::").partition("/")
    if action == "GetObject" and key not in s3_backends[call.account_id]["aws"].buckets[bucket].keys:
        # Without permission to list a bucket, the answer for a missing object is 403, not 404.
        yield Request("s3:ListBucket", f"arn:aws:s3:::{bucket}", BY_TLS)


def _glue(call: Any, action: str, _: str) -> Iterator[Request]:  # noqa: ANN401
    given: dict[str, Any] = json.loads(call._body)  # noqa: SLF001
    here = f"arn:aws:glue:{call._region}:{call.account_id}"  # noqa: SLF001
    if action in JOBS:
        yield Request(f"glue:{action}", f"{here}:job/{given['JobName']}")
        return
    database = given.get("DatabaseName") or given["Name"]
    yield Request(f"glue:{action}", f"{here}:catalog")
    yield Request(f"glue:{action}", f"{here}:database/{database}")
    if "DatabaseName" in given:
        table = given.get("TableName") or given.get("TableInput", given).get("Name", "any")
        yield Request(f"glue:{action}", f"{here}:table/{database}/{table}")


def _cloudwatch(call: Any, action: str, _: str) -> Iterator[Request]:  # noqa: ANN401
    (namespace,) = call._data["Namespace"]  # noqa: SLF001
    yield Request(f"cloudwatch:{action}", "*", {"cloudwatch:namespace": namespace})


SERVICES: dict[str, Callable[[Any, str, str], Iterator[Request]]] = {
    "s3": _s3,
    "glue": _glue,
    "monitoring": _cloudwatch,
}


def _decided(call: Any, request: Request) -> bool:  # noqa: ANN401
    key: Any = call._access_key  # noqa: SLF001
    policies = [json.loads(one) if isinstance(one, str) else one for one in key.collect_policies()]
    bucket = request.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    found = s3_backends[call.account_id]["aws"].buckets.get(bucket)
    of_bucket: list[Document] = [json.loads(found.policy)] if found is not None and found.policy else []
    allowed = allows(policies, request, resource=of_bucket)
    if log := os.environ.get(LOG_VARIABLE):
        said = {"who": key.arn.split("/")[1], "action": request.action, "on": request.resource, "allowed": allowed}
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")
    return allowed
