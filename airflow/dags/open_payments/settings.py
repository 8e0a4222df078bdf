"""What the DAGs have in common: the deployment, retries, and what is said of a failure."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, Context, ExceptionRetryPolicy, Param, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowFailException

from assay_platform import config
from assay_platform.model import Environment, Part, Platform
from open_payments import metrics

PLATFORM: Platform = config.load()
HERE: Environment = config.environment(PLATFORM)


def asset(station: str) -> Asset:
    """The asset of a station: `validated`, `curated`, `loaded`."""
    named = PLATFORM.airflow.assets[station]
    return Asset(uri=named.uri, name=named.name)


def on_failure(context: Context) -> None:
    """Says which year failed where, and why, on one line that an alert can be made of."""
    instance = context["ti"]
    reason = context.get("exception")
    logging.getLogger(f"{__package__}.failure").error(
        "FAILED year=%s dag=%s task=%s map_index=%s try=%s reason=%s",
        context["dag_run"].partition_key or context["params"].get("year"),
        instance.dag_id,
        instance.task_id,
        instance.map_index,
        instance.try_number,
        reason,
    )
    # By the deployment's address: the run's own may be what is wrong.
    metrics.put(HERE, PLATFORM.metrics, PLATFORM.metrics.failures, 1)


# Three retries over about four minutes outlast a server's restart; what lasts longer is for a person. What is wrong
# with a configuration is wrong at each try.
DEFAULTS: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(exception=name, action=RetryAction.FAIL, reason="nobody but a person can change that")
            for name in ("assay_platform.config.ConfigError", "builtins.ValueError", "builtins.KeyError")
        ]
    ),
    # A year of 15 million records takes minutes; what takes hours hangs.
    "execution_timeout": timedelta(hours=3),
    "on_failure_callback": on_failure,
}


def parameters(**more: Param) -> dict[str, Param]:
    """Parameters of a manual run."""
    return {
        "environment": Param(HERE.name, type="string", enum=sorted(PLATFORM.environments), description="Addresses"),
        "lake": Param(None, type=["null", "string"], description="Lake (default: the environment's)"),
        **more,
    }


def of_a_year(**more: Param) -> dict[str, Param]:
    """The same of a DAG that is about a year. One that is left out is the run's partition key."""
    return parameters(
        year=Param(None, type=["null", "string"], pattern=r"^\d{4}$", description="Year (default: partition key)"),
        **more,
    )


def year(context: Context) -> str:
    """The year of a run: its partition key, or the parameter. Never a date: that of a manual run is today's."""
    found = context["dag_run"].partition_key or context["params"].get("year")
    if not found:
        raise AirflowFailException("no year: trigger the run with a partition key, or with the parameter `year`")
    return str(found)


def environment(context: Context) -> Environment:
    """The addresses of a run. Runners are the deployment's: workers of one kind can't stand in for another."""
    given = config.environment(PLATFORM, context["params"]["environment"])
    same: list[tuple[str, Part, Part]] = [("host", given.host, HERE.host), ("spark", given.spark, HERE.spark)]
    for what, one, other in same:
        if one.runner != other.runner:
            raise AirflowFailException(
                f"environment `{given.name}` runs its {what} by `{one.runner}`, and this deployment by `{other.runner}`"
            )
    return given


def lake(context: Context) -> str:
    """The root of a run's lake."""
    return str(context["params"].get("lake") or environment(context).lake).rstrip("/")


def report(context: Context, name: str) -> str:
    """Where a job that runs elsewhere leaves its report. One a try: a later one must not be taken for an earlier's."""
    instance = context["ti"]
    run = str(context["run_id"]).replace(":", "")
    below = f"{lake(context)}/{PLATFORM.lake.reports}/{instance.dag_id}/{run}"
    return f"{below}/{instance.task_id}-{name}-{instance.try_number}.json"


def options(context: Context) -> list[str]:
    """How the other stations' commands are told of environment and lake."""
    return ["--environment", environment(context).name, "--lake", lake(context)]


def variables(context: Context) -> dict[str, str]:
    """AWS's variables of a run's addresses. Credentials are not among them."""
    here = environment(context)
    # The host reads the first, boto3 the second.
    found = {"AWS_REGION": here.region, "AWS_DEFAULT_REGION": here.region}
    if address := here.endpoint("s3"):
        found["AWS_ENDPOINT_URL_S3"] = address
    return found
