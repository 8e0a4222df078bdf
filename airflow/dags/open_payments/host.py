"""The operator that runs the host, by the deployment's runner."""

from __future__ import annotations

from typing import Any

from assay_platform.model import Environment
from assay_provider.operators.assay import AssayRunOperator
from assay_provider.operators.docker import AssayRunDockerOperator
from assay_provider.operators.ecs import AssayRunEcsOperator

# One report a try: a later one must not be taken for an earlier one's.
REPORT = (
    "{{ ti.xcom_pull(task_ids='plan')['lake'] }}/metadata/airflow/{{ dag.dag_id }}/{{ run_id | replace(':', '') }}/"
    "{{ ti.task_id }}-{{ ti.map_index }}-{{ ti.try_number }}.json"
)


def judge(here: Environment, **given: Any) -> Any:
    """The unmapped operator, to be expanded over files."""
    kind, more = RUNNERS[here.host.runner]
    settings = {name: here.host.setting(name) for name in more}
    if kind is not AssayRunOperator:
        settings["report"] = REPORT
    return kind.partial(**settings, **given)


RUNNERS: dict[str, tuple[type[AssayRunOperator], tuple[str, ...]]] = {
    "subprocess": (AssayRunOperator, ("binary",)),
    "docker": (AssayRunDockerOperator, ("image",)),
    "ecs": (AssayRunEcsOperator, ("cluster", "task_definition", "container")),
}
