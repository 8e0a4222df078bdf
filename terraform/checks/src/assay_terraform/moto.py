"""A moto server on loopback, and Terraform roots pointed at it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from assay_terraform.judge import LOG_VARIABLE
from assay_terraform.workspace import Workspace
from assay_terraform.world import ACCOUNT

STATES = "assay-states"
REGION = "us-east-1"
# For a server that lives only as long as a test.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION}
LONGEST_START_SECONDS = 60
SOURCES = str(Path(__file__).resolve().parents[1])
# Requests allowed before permissions are checked; until `enforce` is called, that is all of them.
ALL = "1000000"

OVERRIDE = """
provider "aws" {{
  s3_use_path_style = true
  # What moto lacks is answered with 500; the provider asks 25 times else.
  max_retries = 2
}}

terraform {{
  backend "s3" {{
    bucket         = "{bucket}"
    key            = "{key}"
    region         = "{region}"
    use_lockfile   = true
    use_path_style = true
    endpoints      = {{ s3 = "{address}", sts = "{address}", iam = "{address}" }}
  }}
}}
"""

# Not supported by moto, and covered by mocks: Redshift Serverless (an existing work group is given), and the budget.
GATES = """
module "stack" {{
  workgroup_arn = "{workgroup}"
  budget_usd    = null
}}
"""
WORKGROUP = f"arn:aws:redshift-serverless:{REGION}:123456789012:workgroup/00000000-0000-0000-0000-000000000000"


@contextmanager
def server(judged: Path) -> Iterator[str]:
    """Starts a server; yields its URL. The decisions of our evaluator are written to `judged`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assay_terraform.moto_server", "-H", "127.0.0.1", "-p", str(port)]
    variables = {"INITIAL_NO_AUTH_ACTION_COUNT": ALL, "PATH": "/usr/bin:/bin", "PYTHONPATH": SOURCES}
    variables[LOG_VARIABLE] = str(judged)
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address)
            client("s3", address).create_bucket(Bucket=STATES)
            yield address
        finally:
            child.kill()


def _wait(address: str) -> None:
    for _ in range(LONGEST_START_SECONDS * 10):
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=5)  # noqa: S310 (loopback)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"moto did not answer within {LONGEST_START_SECONDS} s")


def client(service: str, address: str, **credentials: str) -> Any:  # noqa: ANN401 (boto3's clients have no types of their own)
    """A boto3 client."""
    given = credentials or {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    make: Any = boto3.client
    return make(service, endpoint_url=address, region_name=REGION, **given)


def enforce(address: str, *, after: int = 0) -> None:
    """From now on, moto checks signatures and permissions; or never, with a large `after`."""
    headers = {"Content-Type": "application/octet-stream"}
    request = urllib.request.Request(f"{address}/moto-api/reset-auth", str(after).encode(), headers)  # noqa: S310
    urllib.request.urlopen(request, timeout=30)  # noqa: S310


def as_role(address: str, role: str) -> dict[str, str]:
    """Credentials of a role, as arguments for boto3's clients. Call it before permissions are enforced."""
    sts = client("sts", address)
    given = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


@contextmanager
def judged(address: str) -> Iterator[None]:
    """Within this context, our evaluator decides each call, including conditions."""
    enforce(address, after=-1)
    try:
        yield
    finally:
        enforce(address, after=int(ALL))


def point(workspace: Workspace, root: str, address: str) -> None:
    """Writes the override that points a root's provider and state at moto."""
    text = OVERRIDE.format(bucket=STATES, key=f"{root}.tfstate", region=REGION, address=address)
    if root.endswith("/platform"):
        text += GATES.format(workgroup=WORKGROUP)
    (workspace.path(root) / "moto_override.tf").write_text(text, encoding="utf-8")
