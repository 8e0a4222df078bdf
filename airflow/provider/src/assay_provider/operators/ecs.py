"""Variants that run the host as a task of Amazon ECS, and read the result from `report`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from assay_provider.errors import AssayRetryableError
from assay_provider.operators.assay import AssayBaseOperator, AssayCheckOperator, AssayRunOperator
from assay_provider.operators.docker import read_report

# A file takes from seconds to minutes; DescribeTasks is throttled by account.
POLL_SECONDS = 10.0


class EcsMixin(AssayBaseOperator):
    """Carries the command out by RunTask. A retry starts another: publishing the same run
    twice changes nothing.

    :param cluster: the cluster
    :param task_definition: family, family and revision, or ARN
    :param container: the container that the command is for
    :param report: `s3://bucket/key`, which the task's role may write and the worker may read
    :param network_configuration: `networkConfiguration` of RunTask
    :param launch_type: `FARGATE` or `EC2`
    :param client: a client of ECS (default: boto3's, by the environment's credentials)
    """

    template_fields: Sequence[str] = (*AssayBaseOperator.template_fields, "cluster", "task_definition")

    def __init__(
        self,
        *,
        cluster: str,
        task_definition: str,
        container: str,
        report: str,
        network_configuration: Mapping[str, Any] | None = None,
        launch_type: str = "FARGATE",
        client: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(report=report, **kwargs)
        self.cluster = cluster
        self.task_definition = task_definition
        self.container = container
        self.network_configuration = network_configuration
        self.launch_type = launch_type
        self.client = client
        self._arn: str | None = None

    def carry_out(self, command: list[str], env: Mapping[str, str]) -> tuple[int, str]:
        """See the base. The image's entry point is the program."""
        client = self._client()
        variables = [{"name": name, "value": value} for name, value in env.items()]
        network = {"networkConfiguration": self.network_configuration} if self.network_configuration else {}
        started = client.run_task(
            cluster=self.cluster,
            taskDefinition=self.task_definition,
            launchType=self.launch_type,
            overrides={
                "containerOverrides": [{"name": self.container, "command": command[1:], "environment": variables}]
            },
            **network,
        )
        if not started["tasks"]:
            reasons = ", ".join(str(one.get("reason")) for one in started.get("failures", ())) or "no reason was given"
            raise AssayRetryableError(f"ECS placed no task: {reasons}")
        self._arn = str(started["tasks"][0]["taskArn"])
        self.log.info("task: %s", self._arn)
        stopped = self._wait(client)
        ended: dict[str, Any] = next((one for one in stopped["containers"] if one["name"] == self.container), {})
        if ended.get("exitCode") is None:
            raise AssayRetryableError(f"ECS stopped the task: {ended.get('reason') or stopped.get('stoppedReason')}")
        return int(ended["exitCode"]), read_report(self.report)

    def on_kill(self) -> None:
        """Stops the task: ECS sends SIGTERM."""
        if self._arn is not None:
            self._client().stop_task(cluster=self.cluster, task=self._arn, reason="the Airflow task was ended")

    def _wait(self, client: Any) -> dict[str, Any]:
        while True:
            described = client.describe_tasks(cluster=self.cluster, tasks=[self._arn])["tasks"]
            if described and described[0]["lastStatus"] == "STOPPED":
                found: dict[str, Any] = described[0]
                return found
            time.sleep(POLL_SECONDS)

    def _client(self) -> Any:
        if self.client is None:
            import boto3  # noqa: PLC0415 (needed here only)

            self.client = boto3.client("ecs")
        return self.client


class AssayRunEcsOperator(EcsMixin, AssayRunOperator):
    """`AssayRunOperator` on ECS."""

    template_fields: Sequence[str] = (*AssayRunOperator.template_fields, "cluster", "task_definition")


class AssayCheckEcsOperator(EcsMixin, AssayCheckOperator):
    """`AssayCheckOperator` on ECS."""
