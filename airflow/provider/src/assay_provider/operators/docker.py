"""Variants that run the host in a container of this machine, by the `docker` command: its client sends SIGTERM on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay_provider import places
from assay_provider.errors import AssayRetryableError
from assay_provider.operators.assay import AssayBaseOperator, AssayCheckOperator, AssayRunOperator
from assay_provider.process import Child

# `docker run` itself failed: the engine is not there, or the image cannot be pulled.
ENGINE_FAILED = 125


class DockerMixin(AssayBaseOperator):
    """Carries the command out by `docker run`, and reads the result from `report`.

    :param image: the image, best by digest
    :param volumes: `-v` of docker, such as `/data:/data:ro`
    :param network: `--network` of docker
    :param docker: the program
    """

    template_fields: Sequence[str] = (*AssayBaseOperator.template_fields, "image")

    def __init__(
        self,
        *,
        image: str,
        report: str,
        volumes: Sequence[str] = (),
        network: str | None = None,
        docker: str = "docker",
        **kwargs: Any,
    ) -> None:
        super().__init__(report=report, **kwargs)
        self.image = image
        self.volumes = list(volumes)
        self.network = network
        self.docker = docker

    def carry_out(self, command: list[str], env: Mapping[str, str]) -> tuple[int, str]:
        """See the base. Values of variables are given by the environment and not on the command line."""
        given = ["--network", self.network] if self.network else []
        given += [text for volume in self.volumes for text in ("-v", volume)]
        given += [text for name in env for text in ("-e", name)]
        self._child = Child(self.log.info)
        code, output = self._child.run([self.docker, "run", "--rm", "--init", *given, self.image, *command], env)
        if code == ENGINE_FAILED:
            raise AssayRetryableError("docker could not run the container; see the log above")
        return code, output or read_report(self.report)


class AssayRunDockerOperator(DockerMixin, AssayRunOperator):
    """`AssayRunOperator` in a container."""

    template_fields: Sequence[str] = (*AssayRunOperator.template_fields, "image")


class AssayCheckDockerOperator(DockerMixin, AssayCheckOperator):
    """`AssayCheckOperator` in a container."""


def read_report(place: str | None) -> str:
    """The report that a remote host wrote; nothing if it wrote none."""
    try:
        return places.read(place or "").decode("utf-8")
    except FileNotFoundError:
        return ""
