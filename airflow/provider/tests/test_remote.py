"""Hosts in containers: the requests to docker and ECS, and reading the report."""

import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from conftest import AIRFLOW

from assay_platform import config
from assay_provider.errors import AssayRetryableError
from assay_provider.operators.assay import AssayRunOperator
from assay_provider.operators.docker import AssayRunDockerOperator
from assay_provider.operators.ecs import AssayRunEcsOperator, started_by

GENERAL = "06282024"
INSTANCE = SimpleNamespace(dag_id="d", run_id="scheduled__2024-01-01T00:00:00+00:00", task_id="judge", map_index=1)
NOTHING: Any = {"outlet_events": {}, "ti": INSTANCE}
SECRETS = {"AWS_REGION": "eu-1", "AWS_SECRET_ACCESS_KEY": "hidden"}


def docker(file: str, folder: Path, **given: Any) -> AssayRunDockerOperator:
    report = str(folder / "report.json")
    return AssayRunDockerOperator(
        task_id="t", file=file, root=str(folder / "lake"), image="image@sha256:1", report=report, **given
    )


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({}, ""),
        ({"env": SECRETS}, "--env AWS_REGION --env AWS_SECRET_ACCESS_KEY "),
        (
            {"network": "host", "user": "10001:10001", "volumes": ["/data:/data:ro", "/lake:/lake"]},
            "--network host --user 10001:10001 --volume /data:/data:ro --volume /lake:/lake ",
        ),
    ],
)
def test_what_docker_is_asked(
    given: dict[str, Any], options: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The program comes from the image, whatever its entry point; secrets are neither in the command nor in the log."""
    asked = tmp_path / "asked"
    client = tmp_path / "docker"
    client.write_text(f'#!/bin/sh\necho "$AWS_SECRET_ACCESS_KEY|$*" > {asked}\nexit 125\n')
    client.chmod(0o755)
    operator = docker("/data/a.csv", tmp_path, docker=str(client), **given)
    with pytest.raises(AssayRetryableError, match="docker"):
        operator.execute(NOTHING)
    secret, _, command = asked.read_text().strip().partition("|")
    assert secret == given.get("env", {}).get("AWS_SECRET_ACCESS_KEY", os.environ["AWS_SECRET_ACCESS_KEY"])
    assert command == (
        f"run --rm --init {options}--entrypoint assay image@sha256:1 run /data/a.csv --report {tmp_path}/report.json"
        f" --format json --progress never --root {tmp_path}/lake"
    )
    log = "".join(capfd.readouterr())
    assert f"{client} {command}" in log
    assert "hidden" not in log


def test_the_docker_variant_reads_the_report(sample: Any, tmp_path: Path) -> None:
    """With a fake docker client, which runs the entry point and discards its output."""
    client = tmp_path / "docker"
    client.write_text(
        '#!/bin/sh\nwhile [ "$1" != --entrypoint ]; do shift; done\nprogram=$2\nshift 3\n'
        'exec "$program" "$@" > /dev/null\n'
    )
    client.chmod(0o755)
    operator = docker(str(sample(2023, GENERAL)), tmp_path, docker=str(client))
    assert operator.execute(NOTHING)["records"]["read"] == 300


NETWORK = {"subnets": "subnet-1, subnet-2", "securityGroups": "sg-1", "assignPublicIp": "DISABLED"}
ASKED = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}


def ecs(client: Any, file: str, folder: Path, **given: Any) -> AssayRunEcsOperator:
    return AssayRunEcsOperator(
        task_id="t",
        file=file,
        root=str(folder / "lake"),
        report=str(folder / "report.json"),
        cluster="assay",
        task_definition="assay-host",
        container="assay",
        client=client,
        **given,
    )


def nothing_runs(stub: Stubber) -> None:
    stub.add_response("list_tasks", {"taskArns": []}, {"cluster": "assay", "startedBy": started_by(INSTANCE)})


@pytest.mark.parametrize(
    ("network", "asked"),
    [
        (None, None),
        (NETWORK, ASKED),
        (ASKED, ASKED),
        (NETWORK | {"securityGroups": ""}, {name: ASKED[name] for name in ("subnets", "assignPublicIp")}),
    ],
)
def test_what_ecs_is_asked(
    network: Any, asked: Any, sample: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With a boto3 client that validates each request against ECS's model, and answers like ECS."""
    file = str(sample(2023, GENERAL))
    client = boto3.client("ecs", region_name="us-east-1")
    given = {} if network is None else {"network_configuration": {"awsvpcConfiguration": network}}
    operator = ecs(client, file, tmp_path, env=SECRETS, **given)
    command = ["run", file, "--report", f"{tmp_path}/report.json", "--format", "json", "--progress", "never"]
    command += ["--root", f"{tmp_path}/lake"]
    variables = [{"name": name, "value": value} for name, value in SECRETS.items()]
    override = {"name": "assay", "command": command, "environment": variables}
    request: dict[str, Any] = {
        "cluster": "assay",
        "taskDefinition": "assay-host",
        "launchType": "FARGATE",
        "startedBy": started_by(INSTANCE),
        "overrides": {"containerOverrides": [override]},
        **({} if asked is None else {"networkConfiguration": {"awsvpcConfiguration": asked}}),
    }
    subprocess.run(["assay", *command], capture_output=True, check=True)
    described = {"cluster": "assay", "tasks": ["arn:task"]}
    stopped = {"taskArn": "arn:task", "lastStatus": "STOPPED", "containers": [{"name": "assay", "exitCode": 0}]}
    with Stubber(client) as stub:
        nothing_runs(stub)
        stub.add_response("run_task", {"tasks": [{"taskArn": "arn:task"}], "failures": []}, request)
        stub.add_response("describe_tasks", {"tasks": [stopped]}, described)
        assert operator.execute(NOTHING)["records"]["read"] == 300
        stub.add_response(
            "stop_task", {}, {"cluster": "assay", "task": "arn:task", "reason": "the Airflow task was ended"}
        )
        operator.on_kill()
        stub.assert_no_pending_responses()
    log = "".join(capfd.readouterr())
    assert "aws ecs run-task --cli-input-json" in log
    assert "hidden" not in log


@pytest.mark.parametrize(
    ("started", "stopped", "reason"),
    [
        ({"failures": [{"reason": "RESOURCE:MEMORY"}]}, None, "placed no task: RESOURCE:MEMORY"),
        ({"tasks": [{"taskArn": "arn:task"}]}, {"containers": [{"name": "assay"}], "stoppedReason": "Spot"}, "Spot"),
        (
            {"tasks": [{"taskArn": "arn:task"}]},
            {"containers": [{"name": "assay", "reason": "OutOfMemoryError"}], "stoppedReason": "ended"},
            "OutOfMemoryError",
        ),
        ({"tasks": [{"taskArn": "arn:task"}]}, {"containers": [{"name": "assay", "exitCode": 137}]}, "signal 9"),
        ({"tasks": [{"taskArn": "arn:task"}]}, {"containers": [{"name": "assay", "exitCode": 143}]}, "signal 15"),
    ],
)
def test_what_ecs_could_not_run_is_tried_again(started: Any, stopped: Any, reason: str, tmp_path: Path) -> None:
    client = boto3.client("ecs", region_name="us-east-1")
    with Stubber(client) as stub:
        nothing_runs(stub)
        stub.add_response("run_task", {"tasks": [], "failures": [], **started})
        if stopped is not None:
            stub.add_response("describe_tasks", {"tasks": [{"lastStatus": "STOPPED", **stopped}]})
        with pytest.raises(AssayRetryableError, match=reason):
            ecs(client, "a.csv", tmp_path).execute(NOTHING)


def running(arn: str, *command: str) -> dict[str, Any]:
    """A task as ECS describes it."""
    return {
        "taskArn": arn,
        "lastStatus": "RUNNING",
        "overrides": {"containerOverrides": [{"name": "assay", "command": list(command)}]},
    }


def test_a_task_that_a_killed_worker_left_is_followed_and_others_are_stopped(
    sample: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The report of the earlier try is elsewhere; that of this one is never written."""
    file, earlier = str(sample(2023, GENERAL)), str(tmp_path / "earlier.json")
    command = ["run", file, "--report", earlier, "--format", "json", "--progress", "never"]
    command += ["--root", f"{tmp_path}/lake"]
    subprocess.run(["assay", *command], capture_output=True, check=True)
    client = boto3.client("ecs", region_name="us-east-1")
    other = ["run", file, "--pack", "another.toml", *command[2:]]
    cluster = {"cluster": "assay"}
    ended = {"lastStatus": "STOPPED", "containers": [{"name": "assay", "exitCode": 0}]}
    with Stubber(client) as stub:
        listed = {"taskArns": ["arn:other", "arn:same"]}
        stub.add_response("list_tasks", listed, {**cluster, "startedBy": started_by(INSTANCE)})
        tasks = [running("arn:other", *other), running("arn:same", *command)]
        stub.add_response("describe_tasks", {"tasks": tasks}, {**cluster, "tasks": listed["taskArns"]})
        reason = "the Airflow task wants something else"
        stub.add_response("stop_task", {}, {**cluster, "task": "arn:other", "reason": reason})
        for arn in ("arn:other", "arn:same"):
            stub.add_response("describe_tasks", {"tasks": [{"taskArn": arn, **ended}]}, {**cluster, "tasks": [arn]})
        assert ecs(client, file, tmp_path).execute(NOTHING)["records"]["read"] == 300
        stub.assert_no_pending_responses()
    assert not (tmp_path / "report.json").exists()
    assert "task: arn:same, which an earlier try started" in "".join(capfd.readouterr())


def test_ecs_is_told_which_task_instance_it_is() -> None:
    """All tries of one instance have the same value, and mapped tasks have different ones."""
    one = SimpleNamespace(**vars(INSTANCE), try_number=1)
    others: list[dict[str, Any]] = [{"run_id": "manual"}, {"map_index": 2}, {"task_id": "t"}, {"dag_id": "e"}]
    names = [started_by(SimpleNamespace(**{**vars(INSTANCE), **other})) for other in others]
    assert started_by(one) == started_by(SimpleNamespace(**vars(INSTANCE), try_number=2))
    assert len({started_by(one), *names}) == 1 + len(others)
    assert all(re.fullmatch(r"[\w/-]{1,36}", name) for name in names)


def test_ecs_finds_what_is_running_by_it(moto: str) -> None:
    """moto's ECS, queried like the operator does: it returns only tasks that the same task instance started."""
    client = boto3.client("ecs", region_name="us-east-1", endpoint_url=moto)
    client.create_cluster(clusterName="assay")
    container: Any = {"name": "assay", "image": "i", "memory": 128}
    client.register_task_definition(family="assay-host", containerDefinitions=[container])
    network: Any = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    arns = {}
    for name in (started_by(INSTANCE), "assay-another"):
        override: Any = {"containerOverrides": [{"name": "assay", "command": ["run", "a.csv", "--report", name]}]}
        started = client.run_task(
            cluster="assay",
            taskDefinition="assay-host",
            launchType="FARGATE",
            networkConfiguration=network,
            startedBy=name,
            overrides=override,
        )
        arns[name] = started["tasks"][0]["taskArn"]
    operator = ecs(client, "a.csv", Path("x"))
    operator.started_by = started_by(INSTANCE)
    assert operator.left_running(client, ["assay", "run", "a.csv", "--report", "x"]) == (
        arns[started_by(INSTANCE)],
        started_by(INSTANCE),
    )


@pytest.mark.parametrize(
    ("environment", "changed", "kind", "expected"),
    [
        ("local", {}, AssayRunOperator, {"binary": "assay"}),
        (
            "dev",
            {},
            AssayRunEcsOperator,
            {
                "cluster": "assay",
                "region_name": "us-east-1",
                "network_configuration": {
                    "awsvpcConfiguration": {
                        "subnets": "{{ var.value.assay_subnets }}",
                        "securityGroups": "{{ var.value.assay_security_groups }}",
                        "assignPublicIp": "{{ var.value.assay_assign_public_ip }}",
                    }
                },
            },
        ),
        (
            "local",
            {"runner": "docker", "image": "i", "volumes": "/a:/a,/b:/b", "network": "host", "user": "1:1"},
            AssayRunDockerOperator,
            {"image": "i", "volumes": ["/a:/a", "/b:/b"], "network": "host", "user": "1:1"},
        ),
    ],
)
def test_the_platforms_file_says_how_the_host_is_run(
    environment: str, changed: dict[str, str], kind: type[AssayRunOperator], expected: dict[str, Any]
) -> None:
    from open_payments import host

    here = config.load(config.CHECKOUT_FILE).environments[environment]
    if changed:
        here = replace(here, host=replace(here.host, runner=changed["runner"], settings=changed))
    made = host.judge(here, task_id="t", root="lake").kwargs
    assert host.RUNNERS[here.host.runner][0] is kind
    for name, value in expected.items():
        assert made[name] == value
        assert name in kind.template_fields or name in {"binary", "region_name"}


def test_the_network_comes_from_airflows_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terraform knows the ids, and passes them to Airflow's machine in its environment."""
    from airflow.sdk.execution_time.context import VariableAccessor

    from open_payments import host

    template = AIRFLOW.parent / "terraform" / "modules" / "airflow" / "files" / "user-data.sh.tftpl"
    given = {"SUBNETS": "subnet-1,subnet-2", "SECURITY_GROUPS": "sg-1", "ASSIGN_PUBLIC_IP": "ENABLED"}
    for name, value in given.items():
        assert f"\nAIRFLOW_VAR_ASSAY_{name}=" in template.read_text()
        monkeypatch.setenv(f"AIRFLOW_VAR_ASSAY_{name}", value)
    network = host.judge(config.load(config.CHECKOUT_FILE).environments["dev"], task_id="t", root="lake").kwargs
    operator = ecs(None, "a.csv", Path("x"), network_configuration=network["network_configuration"])
    context: Any = {"var": {"value": VariableAccessor(deserialize_json=False)}}
    operator.render_template_fields(context)
    asked = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}
    assert operator.request(["assay", "run"], {})["networkConfiguration"] == {"awsvpcConfiguration": asked}


class Image:
    """How the host's image is started, read from its Containerfile."""

    def __init__(self) -> None:
        self.text = (AIRFLOW.parent / "terraform" / "image" / "Containerfile").read_text()
        (entry,) = re.findall(r"^ENTRYPOINT (.+)$", self.text, re.MULTILINE)
        self.entry: list[str] = json.loads(entry)
        (self.path,) = re.findall(r"^ENV PATH=(.+)$", self.text, re.MULTILINE)
        (self.user,) = re.findall(r"^USER (.+)$", self.text, re.MULTILINE)
        (volumes,) = re.findall(r"^VOLUME (.+)$", self.text, re.MULTILINE)
        self.volumes: list[str] = json.loads(volumes)

    def found(self, program: str) -> str:
        """Where an engine finds the program that a container is started with."""
        if "/" in program:
            return program
        (folder,) = self.path.split(":")
        return str(PurePosixPath(folder) / program)


def test_both_start_the_program_of_the_image() -> None:
    """Docker gets a program and looks for it on the image's PATH; ECS passes arguments to the entry point."""
    image = Image()
    command = ["assay", "run", "/data/a.csv"]
    asked = docker("/data/a.csv", Path("x")).docker_command(command, {})
    at = asked.index("--entrypoint")
    by_docker = [image.found(asked[at + 1]), *asked[at + 3 :]]
    request = ecs(None, "/data/a.csv", Path("x")).request(command, {})
    by_ecs = [*image.entry, *request["overrides"]["containerOverrides"][0]["command"]]
    assert by_docker == by_ecs == ["/usr/bin/assay", *command[1:]]


def test_the_task_definition_fits_the_image() -> None:
    image = Image()
    task = (AIRFLOW.parent / "terraform" / "modules" / "host" / "main.tf").read_text()
    (user,) = re.findall(r'^ +user += "(.+)"$', task, re.MULTILINE)
    assert user == image.user
    assert re.findall(r'containerPath = "([^"]+)"', task) == image.volumes
    # With either, arguments of the operator would not reach the program.
    assert not re.findall(r"^ +(?:entryPoint|command) +=", task, re.MULTILINE)
