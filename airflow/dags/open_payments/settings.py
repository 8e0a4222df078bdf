"""Shared by all DAGs: the deployment, retries, and the failure callback."""

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
    """Logs which year failed where, and why, on one line that can trigger an alert."""
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
    # With the deployment's environment: the run's own may be the cause of the failure.
    metrics.put(HERE, PLATFORM.metrics, PLATFORM.metrics.failures, 1)


# Three retries within about four minutes outlast a server's restart; longer outages need a person. Configuration
# errors fail at each try.
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
    # A year of 15 million records takes minutes; a task that takes hours is hanging.
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
    """The parameters of a DAG for a year. If the year is omitted, it is the run's partition key."""
    return parameters(
        year=Param(None, type=["null", "string"], pattern=r"^\d{4}$", description="Year (default: partition key)"),
        **more,
    )


def year(context: Context) -> str:
    """The year of a run: its partition key, or the parameter. Never the run's date: that of a manual run is today."""
    found = context["dag_run"].partition_key or context["params"].get("year")
    if not found:
        raise AirflowFailException("no year: trigger the run with a partition key, or with the parameter `year`")
    return str(found)


def environment(context: Context) -> Environment:
    """The environment of a run. The runners must be the deployment's: its workers cannot use others."""
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
    """Where a remote job leaves its report. One per try, so that a try cannot read the report of another."""
    instance = context["ti"]
    run = str(context["run_id"]).replace(":", "")
    below = f"{lake(context)}/{PLATFORM.lake.reports}/{instance.dag_id}/{run}"
    return f"{below}/{instance.task_id}-{name}-{instance.try_number}.json"


def options(context: Context) -> list[str]:
    """The options that pass environment and lake to the other stations' commands."""
    return ["--environment", environment(context).name, "--lake", lake(context)]


def variables(context: Context) -> dict[str, str]:
    """AWS variables for a run's addresses, without credentials."""
    here = environment(context)
    # The host reads the first, boto3 the second.
    found = {"AWS_REGION": here.region, "AWS_DEFAULT_REGION": here.region}
    if address := here.endpoint("s3"):
        found["AWS_ENDPOINT_URL_S3"] = address
    return found
