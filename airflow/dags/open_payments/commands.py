"""Runs the other stations' commands: each is printed before it runs, and can be run by hand."""

from __future__ import annotations

import json
import logging
import os
import shlex
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from assay_platform.model import Environment
from assay_provider import places
from assay_provider.process import Child, printed

# The interpreter with the packages below `glue/`, which need other versions than Airflow's.
PYTHON_VARIABLE = "ASSAY_PYTHON"
# Exit codes of a shell, and of `tether`, for a program that is missing or not executable.
NOT_STARTED = {126, 127}
# A job takes minutes; GetJobRun is throttled by account.
POLL_SECONDS = 15.0
GLUE_DONE = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"}
# A conflict with another run, or no capacity at the moment.
GLUE_BUSY = {"ConcurrentRunsExceededException", "ThrottlingException"}

log = logging.getLogger(__name__)


def module(name: str, *arguments: str) -> list[str]:
    """`python -m name arguments`, with the stations' interpreter."""
    return [os.environ.get(PYTHON_VARIABLE, "python3"), "-m", name, *arguments]


def own_module(name: str, *arguments: str) -> list[str]:
    """The same with this process's interpreter, for packages installed with Airflow."""
    return [sys.executable, "-m", name, *arguments]


def run(
    command: Sequence[str], env: Mapping[str, str], *, permanent: Collection[int] = (), fine: Collection[int] = (0,)
) -> list[dict[str, Any]]:
    """The JSON objects that a command prints, one per line. Exit codes in `permanent` fail at once; others that are
    not `fine` are retried. A command that prints none has not done its job, whatever its code: 1 is also the exit code
    of Python's own errors."""
    by_hand = printed(command, env)
    log.info("command: %s", by_hand)
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        log.info("%s", line)

    code, output = Child(say).run(command, env)
    answers = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    if answers and code in fine:
        return answers
    reasons = [str(one["reason"]) for one in answers if one.get("reason")]
    reasons += [str(text) for one in answers for text in one.get("differences", ())]
    reason = "; ".join(reasons) or "\n".join(lines[-5:]) or "see the log above"
    kind = AirflowFailException if (answers and code in permanent) or code in NOT_STARTED else AirflowException
    raise kind(f"exit code {code}: {reason}\n  command: {by_hand}")


@dataclass(frozen=True, slots=True)
class Job:
    """A Spark job: its module, and its name in Glue."""

    module: str
    name: str


def spark(here: Environment, job: Job, arguments: Sequence[str], env: Mapping[str, str], report: str) -> dict[str, Any]:
    """Runs a job with the environment's runner; returns its report. `arguments` alternates names and values."""
    return SPARK[here.spark.runner](here, job, arguments, env, report)


def _by_subprocess(
    _: Environment, job: Job, arguments: Sequence[str], env: Mapping[str, str], __: str
) -> dict[str, Any]:
    # 1: refused. 2: could not run, or another job published in between.
    return run(module(job.module, *arguments), env, permanent={1})[-1]


def _by_glue(
    here: Environment, job: Job, arguments: Sequence[str], env: Mapping[str, str], report: str
) -> dict[str, Any]:
    import boto3  # noqa: PLC0415 (needed here only)
    from botocore.exceptions import ClientError  # noqa: PLC0415

    client = boto3.client("glue", region_name=here.region, endpoint_url=here.endpoint("glue"))
    given = {**dict(zip(arguments[::2], arguments[1::2], strict=True)), "--report": report}
    by_hand = ["aws", "glue", "start-job-run", "--job-name", job.name, "--arguments", json.dumps(given)]
    log.info("command: %s", shlex.join(by_hand))
    try:
        run_id = client.start_job_run(JobName=job.name, Arguments=given)["JobRunId"]
    except ClientError as error:
        kind = AirflowException if error.response["Error"]["Code"] in GLUE_BUSY else AirflowFailException
        raise kind(str(error)) from error
    while (found := client.get_job_run(JobName=job.name, RunId=run_id)["JobRun"])["JobRunState"] not in GLUE_DONE:
        time.sleep(POLL_SECONDS)
    try:
        answer: dict[str, Any] = json.loads(places.read(report, env))
    except FileNotFoundError:
        answer = {}
    if found["JobRunState"] == "SUCCEEDED" and answer:
        return answer
    reason = answer.get("reason") or found.get("ErrorMessage") or found["JobRunState"]
    kind = AirflowFailException if answer.get("outcome") == "refused" else AirflowException
    raise kind(f"job run {run_id}: {reason}")


SPARK = {"subprocess": _by_subprocess, "glue": _by_glue}
