"""Variants that run the host in a local container, with the `docker` command, whose client forwards SIGTERM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay_provider import places
from assay_provider.errors import AssayRetryableError
from assay_provider.operators.assay import AssayBaseOperator, AssayCheckOperator, AssayRunOperator
from assay_provider.process import Child, printed

# `docker run` itself failed: there is no engine, or the image cannot be pulled.
ENGINE_FAILED = 125


class DockerMixin(AssayBaseOperator):
    """Runs the command with `docker run`, and reads the result from `report`.

    :param image: the image, preferably by digest
    :param report: a path that is the same inside and outside the container, or `s3://bucket/key`
    :param volumes: mounts in the format of docker's `-v`: `/data:/data:ro`
    :param network: docker's `--network` (default: docker's default)
    :param user: docker's `--user`, such as `10001:10001` (default: the image's)
    :param docker: the program
    """

    docker_fields = ("image", "volumes", "network", "user")
    template_fields: Sequence[str] = (*AssayBaseOperator.template_fields, *docker_fields)

    def __init__(
        self,
        *,
        image: str,
        report: str,
        volumes: Sequence[str] = (),
        network: str | None = None,
        user: str | None = None,
        docker: str = "docker",
        **kwargs: Any,
    ) -> None:
        super().__init__(report=report, **kwargs)
        self.image = image
        self.volumes = volumes
        self.network = network
        self.user = user
        self.docker = docker

    def docker_command(self, command: Sequence[str], env: Mapping[str, str]) -> list[str]:
        """The complete command. It only names variables; docker's client takes their values from its environment, since
        anybody on the machine can read a command line. The image needs no entry point, and an existing one is
        ignored."""
        options = {"--network": self.network, "--user": self.user}
        given = [text for name, value in options.items() if value for text in (name, value)]
        given += [text for volume in self.volumes for text in ("--volume", volume)]
        given += [text for name in env for text in ("--env", name)]
        program, *arguments = command
        return [self.docker, "run", "--rm", "--init", *given, "--entrypoint", program, self.image, *arguments]

    def carry_out(self, command: list[str], env: Mapping[str, str]) -> tuple[int, str]:
        """See the base."""
        whole = self.docker_command(command, env)
        self.log.info("command: %s", printed(whole, env))
        self._child = Child(self.log.info)
        code, output = self._child.run(whole, env)
        if code == ENGINE_FAILED:
            raise AssayRetryableError("docker could not run the container; see the log above")
        return code, output or read_report(self.report, env)


class AssayRunDockerOperator(DockerMixin, AssayRunOperator):
    """`AssayRunOperator` in a container."""

    template_fields: Sequence[str] = (*AssayRunOperator.template_fields, *DockerMixin.docker_fields)


class AssayCheckDockerOperator(DockerMixin, AssayCheckOperator):
    """`AssayCheckOperator` in a container."""


def read_report(place: str | None, env: Mapping[str, str]) -> str:
    """The report of a remote host, read from where it was told to write it; empty if there is none."""
    try:
        return places.read(place or "", env).decode("utf-8")
    except FileNotFoundError:
        return ""
