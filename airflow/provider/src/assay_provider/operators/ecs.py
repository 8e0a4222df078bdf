"""Variants that run the host as an Amazon ECS task, and read the result from `report`."""

from __future__ import annotations

import hashlib
import json
import shlex
import time
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import Context

from assay_provider.errors import AssayRetryableError
from assay_provider.operators.assay import AssayBaseOperator, AssayCheckOperator, AssayRunOperator
from assay_provider.operators.docker import read_report
from assay_provider.process import shown

# A file takes from seconds to minutes; DescribeTasks is throttled by account.
POLL_SECONDS = 10.0
# The key in `networkConfiguration`, and its list fields.
AWSVPC, LISTS = "awsvpcConfiguration", ("subnets", "securityGroups")


class EcsMixin(AssayBaseOperator):
    """Runs the command with RunTask. A killed worker leaves its ECS task running: the next try of the same task
    instance finds it by `startedBy`, and follows it to its end. If it has another command (because the run was cleared
    with other parameters), it is stopped first.

    :param cluster: the cluster
    :param task_definition: family, family and revision, or ARN
    :param container: the container that the command is for
    :param report: `s3://bucket/key`, writable by the task's role and readable by the worker
    :param network_configuration: `networkConfiguration` of RunTask, required on Fargate:
        `{"awsvpcConfiguration": {"subnets": …, "securityGroups": …, "assignPublicIp": "DISABLED"}}`. Its lists may be
        comma-separated strings, as in an Airflow variable
    :param launch_type: `FARGATE` or `EC2`
    :param region_name: the region (default: the environment's)
    :param client: an ECS client (default: boto3's, with the environment's credentials)
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
        self.started_by = ""

    def execute(self, context: Context) -> dict[str, Any]:
        """See the base."""
        self.started_by = started_by(context["ti"])
        return super().execute(context)

    def request(self, command: Sequence[str], env: Mapping[str, str]) -> dict[str, Any]:
        """The RunTask request. The image's entry point is the program."""
        variables = [{"name": name, "value": value} for name, value in env.items()]
        override = {"name": self.container, "command": list(command[1:]), "environment": variables}
        network = {"networkConfiguration": _network(self.network_configuration)} if self.network_configuration else {}
        return {
            "cluster": self.cluster,
            "taskDefinition": self.task_definition,
            "launchType": self.launch_type,
            "startedBy": self.started_by,
            "overrides": {"containerOverrides": [override]},
            **network,
        }

    def carry_out(self, command: list[str], env: Mapping[str, str]) -> tuple[int, str]:
        """See the base."""
        by_hand = json.dumps(self.request(command, shown(env)))
        self.log.info("command: %s", shlex.join(["aws", "ecs", "run-task", "--cli-input-json", by_hand]))
        client, report = self._client(), self.report
        if there := self.left_running(client, command):
            self._arn, report = there
            self.log.info("task: %s, which an earlier try started; its report: %s", self._arn, report)
        else:
            self._arn = self._start(client, command, env)
            self.log.info("task: %s", self._arn)
        stopped = self._wait(client, self._arn)
        ended: dict[str, Any] = next((one for one in stopped["containers"] if one["name"] == self.container), {})
        if ended.get("exitCode") is None:
            raise AssayRetryableError(f"ECS stopped the task: {ended.get('reason') or stopped.get('stoppedReason')}")
        return int(ended["exitCode"]), read_report(report, env)

    def _start(self, client: Any, command: Sequence[str], env: Mapping[str, str]) -> str:
        started = client.run_task(**self.request(command, env))
        if not started["tasks"]:
            reasons = ", ".join(str(one.get("reason")) for one in started.get("failures", ())) or "no reason was given"
            raise AssayRetryableError(f"ECS placed no task: {reasons}")
        return str(started["tasks"][0]["taskArn"])

    def left_running(self, client: Any, command: Sequence[str]) -> tuple[str, str | None] | None:
        """The task that an earlier try left running, and its report's location, if its command is the same. Others are
        stopped, so that two hosts don't race for one partition."""
        # By default this lists running and pending tasks; `startedBy` cannot be combined with another filter.
        listed = client.list_tasks(cluster=self.cluster, startedBy=self.started_by)["taskArns"]
        if not listed:
            return None
        wanted, found = _without_report(command[1:])[0], None
        for task in client.describe_tasks(cluster=self.cluster, tasks=listed)["tasks"]:
            overrides = task.get("overrides", {}).get("containerOverrides", ())
            given: list[str] = next(
                (one.get("command", []) for one in overrides if one.get("name") == self.container), []
            )
            rest, report = _without_report(given)
            if rest == wanted and found is None:
                found = (str(task["taskArn"]), report)
                continue
            self.log.info("task: %s, which an earlier try started, runs another command; stopping it", task["taskArn"])
            client.stop_task(cluster=self.cluster, task=task["taskArn"], reason="the Airflow task wants something else")
            self._wait(client, task["taskArn"])
        return found

    def on_kill(self) -> None:
        """Stops the task: ECS sends SIGTERM."""
        if self._arn is not None:
            self._client().stop_task(cluster=self.cluster, task=self._arn, reason="the Airflow task was ended")

    def _wait(self, client: Any, arn: str) -> dict[str, Any]:
        while True:
            described = client.describe_tasks(cluster=self.cluster, tasks=[arn])["tasks"]
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


def started_by(instance: Any) -> str:
    """The value of `startedBy`: the same for all tries of a task instance, and for nothing else. ECS accepts at least
    36 characters."""
    which = (instance.dag_id, instance.run_id, instance.task_id, instance.map_index)
    return f"assay-{hashlib.sha256(json.dumps(which).encode()).hexdigest()[:30]}"


def _without_report(command: Sequence[str]) -> tuple[list[str], str | None]:
    """A command without its report, and the report's location, which differs for each try."""
    words = list(command)
    if "--report" not in words[:-1]:
        return words, None
    at = words.index("--report")
    return words[:at] + words[at + 2 :], words[at + 1]


def _network(given: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with strings split into lists. Empty ones are omitted: ECS takes the VPC's default group."""
    found = dict(given.get(AWSVPC, {}))
    for name in LISTS:
        value = found.pop(name, None)
        items = value.split(",") if isinstance(value, str) else list(value or ())
        if items := [text for one in items if (text := str(one).strip())]:
            found[name] = items
    return {**given, AWSVPC: found}
