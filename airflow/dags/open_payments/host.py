"""The operator that runs the host, chosen by the deployment's runner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay_platform.model import Environment
from assay_provider.operators.assay import AssayRunOperator
from assay_provider.operators.docker import AssayRunDockerOperator
from assay_provider.operators.ecs import AssayRunEcsOperator
from open_payments import settings as shared

# One report per try, so that a try cannot read the report of another.
REPORT = (
    "{{ ti.xcom_pull(task_ids='plan')['lake'] }}/" + shared.PLATFORM.lake.reports + "/{{ dag.dag_id }}/"
    "{{ run_id | replace(':', '') }}/{{ ti.task_id }}-{{ ti.map_index }}-{{ ti.try_number }}.json"
)


def judge(here: Environment, **given: Any) -> Any:
    """The unmapped operator, to be expanded over files."""
    kind, settings = RUNNERS[here.host.runner]
    return kind.partial(**settings(here), **given)


def _by_subprocess(here: Environment) -> dict[str, Any]:
    return {"binary": here.host.setting("binary")}


def _by_docker(here: Environment) -> dict[str, Any]:
    optional = {name: here.host.settings[name] for name in ("network", "user") if name in here.host.settings}
    volumes = [one for one in here.host.settings.get("volumes", "").split(",") if one]
    return {"image": here.host.setting("image"), "volumes": volumes, "report": REPORT, **optional}


def _by_ecs(here: Environment) -> dict[str, Any]:
    network = {
        "subnets": here.host.setting("subnets"),
        "securityGroups": here.host.settings.get("security_groups", ""),
        "assignPublicIp": here.host.settings.get("assign_public_ip", "DISABLED"),
    }
    return {
        **{name: here.host.setting(name) for name in ("cluster", "task_definition", "container")},
        "network_configuration": {"awsvpcConfiguration": network},
        "region_name": here.region,
        "report": REPORT,
    }


# Operator and settings by an environment's runner.
RUNNERS: dict[str, tuple[type[AssayRunOperator], Callable[[Environment], dict[str, Any]]]] = {
    "subprocess": (AssayRunOperator, _by_subprocess),
    "docker": (AssayRunDockerOperator, _by_docker),
    "ecs": (AssayRunEcsOperator, _by_ecs),
}
