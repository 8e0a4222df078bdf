"""Variants that run the host as a task of Amazon ECS, and read the result from `report`."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Mapping, Sequence
from typing import Any

from assay_provider.errors import AssayRetryableError
from assay_provider.operators.assay import AssayBaseOperator, AssayCheckOperator, AssayRunOperator
from assay_provider.operators.docker import read_report
from assay_provider.process import shown

# A file takes from seconds to minutes; DescribeTasks is throttled by account.
POLL_SECONDS = 10.0
# What `networkConfiguration` holds, and its lists in it.
AWSVPC, LISTS = "awsvpcConfiguration", ("subnets", "securityGroups")


class EcsMixin(AssayBaseOperator):
    """Carries the command out by RunTask. A retry starts another: publishing the same run
    twice changes nothing.

    :param cluster: the cluster
    :param task_definition: family, family and revision, or ARN
    :param container: the container that the command is for
    :param report: `s3://bucket/key`, which the task's role may write and the worker may read
    :param network_configuration: `networkConfiguration` of RunTask, which tasks of Fargate must have:
        `{"awsvpcConfiguration": {"subnets": …, "securityGroups": …, "assignPublicIp": "DISABLED"}}`. Its lists may be
        texts with commas, as a variable of Airflow holds them
    :param launch_type: `FARGATE` or `EC2`
    :param region_name: the region (default: the environment's)
    :param client: a client of ECS (default: boto3's, by the environment's credentials)
    """

    ecs_fields = ("cluster", "task_definition", "network_configuration")
    template_fields: Sequence[str] = (*AssayBaseOperator.template_fields, *ecs_fields)

    def __init__(
        self,
        *,
        cluster: str,
        task_definition: str,
        container: str,
        report: str,
        network_configuration: Mapping[str, Any] | None = None,
        launch_type: str = "FARGATE",
        region_name: str | None = None,
        client: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(report=report, **kwargs)
        self.cluster = cluster
        self.task_definition = task_definition
        self.container = container
        self.network_configuration = network_configuration
        self.launch_type = launch_type
        self.region_name = region_name
        self.client = client
        self._arn: str | None = None

    def request(self, command: Sequence[str], env: Mapping[str, str]) -> dict[str, Any]:
        """What RunTask is asked. The image's entry point is the program."""
        variables = [{"name": name, "value": value} for name, value in env.items()]
        override = {"name": self.container, "command": list(command[1:]), "environment": variables}
        network = {"networkConfiguration": _network(self.network_configuration)} if self.network_configuration else {}
        return {
            "cluster": self.cluster,
            "taskDefinition": self.task_definition,
            "launchType": self.launch_type,
            "overrides": {"containerOverrides": [override]},
            **network,
        }

    def carry_out(self, command: list[str], env: Mapping[str, str]) -> tuple[int, str]:
        """See the base."""
        by_hand = json.dumps(self.request(command, shown(env)))
        self.log.info("command: %s", shlex.join(["aws", "ecs", "run-task", "--cli-input-json", by_hand]))
        client = self._client()
        started = client.run_task(**self.request(command, env))
        if not started["tasks"]:
            reasons = ", ".join(str(one.get("reason")) for one in started.get("failures", ())) or "no reason was given"
            raise AssayRetryableError(f"ECS placed no task: {reasons}")
        self._arn = str(started["tasks"][0]["taskArn"])
        self.log.info("task: %s", self._arn)
        stopped = self._wait(client)
        ended: dict[str, Any] = next((one for one in stopped["containers"] if one["name"] == self.container), {})
        if ended.get("exitCode") is None:
            raise AssayRetryableError(f"ECS stopped the task: {ended.get('reason') or stopped.get('stoppedReason')}")
        return int(ended["exitCode"]), read_report(self.report, env)

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

            self.client = boto3.client("ecs", region_name=self.region_name)
        return self.client


class AssayRunEcsOperator(EcsMixin, AssayRunOperator):
    """`AssayRunOperator` on ECS."""

    template_fields: Sequence[str] = (*AssayRunOperator.template_fields, *EcsMixin.ecs_fields)


class AssayCheckEcsOperator(EcsMixin, AssayCheckOperator):
    """`AssayCheckOperator` on ECS."""


def _network(given: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with lists for texts. Empty ones are left out: ECS takes the network's own group then."""
    found = dict(given.get(AWSVPC, {}))
    for name in LISTS:
        value = found.pop(name, None)
        items = value.split(",") if isinstance(value, str) else list(value or ())
        if items := [text for one in items if (text := str(one).strip())]:
            found[name] = items
    return {**given, AWSVPC: found}
