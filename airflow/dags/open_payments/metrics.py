"""CloudWatch metrics for the alarms. They have no dimensions: an alarm watches one series, and the log and the audit
say which year it was."""

from __future__ import annotations

import logging

from assay_platform.model import Environment, Metrics

# A metric may delay a task by seconds, and no more.
CONNECT_SECONDS, READ_SECONDS, TRIES = 5, 10, 2

log = logging.getLogger(__name__)


def put(here: Environment, names: Metrics, number: str, value: float) -> None:
    """Adds a value to a metric in the namespace. If it cannot be sent, that is a line in the log, not a failure."""
    # If AWS is replaced by local servers, a service without an endpoint does not exist.
    if here.endpoints and here.endpoint("cloudwatch") is None:
        log.info("no CloudWatch endpoint is configured; metric not sent: %s=%s", number, value)
        return
    import boto3  # noqa: PLC0415 (needed here only)
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    quick = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": TRIES})
    try:
        client = boto3.client(
            "cloudwatch", region_name=here.region, endpoint_url=here.endpoint("cloudwatch"), config=quick
        )
        client.put_metric_data(Namespace=names.namespace, MetricData=[{"MetricName": number, "Value": value}])
    except (BotoCoreError, ClientError) as error:
        log.warning("NOT MEASURED %s=%s: %s", number, value, error)
    else:
        log.info("measured: %s %s=%s", names.namespace, number, value)
