"""Judge a file (`AssayCheckOperator`), or judge and publish it (`AssayRunOperator`), by a child process.

What is carried out elsewhere (`operators.docker`, `operators.ecs`) replaces `carry_out` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from airflow.sdk import Asset, BaseOperator, Context

from assay_provider import lineage
from assay_provider.errors import AssayPermanentError, raise_for
from assay_provider.hooks.assay import AssayHook, Settings
from assay_provider.process import Child, printed
from assay_provider.report import Report, ReportError


class AssayBaseOperator(BaseOperator):
    """Builds the command, has it carried out, and turns its JSON into an XCom, an exception, asset events and lineage.

    :param file: the CSV file: a path or `s3://bucket/key`
    :param pack: another pack than the one found by header, kind and year
    :param name: the file's published name, where the path does not say it
    :param entry: the entry of a zip archive that holds several CSV files
    :param report: where the full report is written as well (`--report`); remote variants read it from there
    :param threads: worker threads (default: one per core)
    :param memory: bytes that all work under way may take, such as `512MiB`
    :param env: variables of the child's environment, besides the task's own
    :param arguments: what else the command is given
    :param assay_conn_id: connection of type `assay` (default: the program `assay` from the PATH)
    :param binary: another program than the connection's
    :param on_warning_callback: called with the `Report` when a file is accepted with warnings or with records held
        back; what it raises fails the task
    """

    template_fields: Sequence[str] = (
        "file",
        "pack",
        "name",
        "entry",
        "report",
        "env",
        "arguments",
        "assay_conn_id",
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {"env": "json"}
    ui_color = "#e8f0e4"
    command: ClassVar[str]

    def __init__(
        self,
        *,
        file: str,
        pack: str | None = None,
        name: str | None = None,
        entry: str | None = None,
        report: str | None = None,
        threads: int | None = None,
        memory: str | None = None,
        env: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        assay_conn_id: str | None = None,
        binary: str | None = None,
        on_warning_callback: Callable[[Report], None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.file = file
        self.pack = pack
        self.name = name
        self.entry = entry
        self.report = report
        self.threads = threads
        self.memory = memory
        # As given, since it may be another task's result, which is there when the task runs.
        self.env = env or {}
        self.arguments = arguments
        self.assay_conn_id = assay_conn_id
        self.binary = binary
        self.on_warning_callback = on_warning_callback
        self._child: Child | None = None
        self._done: Report | None = None

    def build_command(self, settings: Settings) -> list[str]:
        """The whole command, the program first. It can be run by hand as it is."""
        options = {
            "--pack": self.pack,
            "--name": self.name,
            "--entry": self.entry,
            "--report": self.report,
            "--threads": self.threads,
            "--memory": self.memory,
            "--rules": settings.rules,
            "--plugins": settings.plugins,
            "--cache": settings.cache,
            "--endpoint-url": settings.endpoint_url,
        }
        given = [text for name, value in options.items() if value not in {None, ""} for text in (name, str(value))]
        progress = ["--format", "json", "--progress", "never"]
        return [self.binary or settings.binary, self.command, self.file, *given, *progress, *self.arguments]

    def execute(self, context: Context) -> dict[str, Any]:
        """Gives ids, counts and links; raises what `errors.raise_for` says."""
        settings = AssayHook(self.assay_conn_id).get_conn()
        command = self.build_command(settings)
        code, text = self.carry_out(command, {**settings.env, **self.env})
        self.log.info("exit code: %d", code)
        report = self._parse(text)
        self._done = report
        if report is not None:
            self.log.info("%s", report.summary())
        raise_for(report, code)
        if report is None:
            raise AssayPermanentError("there is no report")
        small = report.small()
        self._tell_assets(context, small)
        if report.warned and self.on_warning_callback is not None:
            self.on_warning_callback(report)
        return small

    def carry_out(self, command: list[str], env: Mapping[str, str]) -> tuple[int, str]:
        """Prints the command, as it can be run by hand, and runs it; gives its exit code and its JSON."""
        self.log.info("command: %s", printed(command, env))
        self._child = Child(self.log.info)
        return self._child.run(command, env)

    def on_kill(self) -> None:
        """Ends the child: it writes its audit record and publishes nothing."""
        if self._child is not None:
            self._child.end()

    def _parse(self, text: str) -> Report | None:
        try:
            return Report.parse(text) if text.strip() else None
        except ReportError as error:
            raise AssayPermanentError(f"the program's output is not a report: {error}") from error

    def _tell_assets(self, context: Context, small: dict[str, Any]) -> None:
        for outlet in self.outlets:
            if isinstance(outlet, Asset):
                context["outlet_events"][outlet].extra = small

    def get_openlineage_facets_on_complete(self, _: Any) -> Any:
        """Input, output, row counts, and an assertion for each rule."""
        return None if self._done is None else lineage.facets(self._done)

    def get_openlineage_facets_on_failure(self, _: Any) -> Any:
        """The same of a file that was refused, and why."""
        return None if self._done is None else lineage.facets(self._done)


class AssayCheckOperator(AssayBaseOperator):
    """Judges a file, and writes nothing but the report."""

    command = "check"


class AssayRunOperator(AssayBaseOperator):
    """Judges a file and publishes what passes. The same run again changes nothing.

    :param root: folder or `s3://bucket/prefix`, under which everything is published
    :param no_replace: refuse if another run is published for the partition
    :param expect_run: refuse unless this run is what is published for the partition
    """

    template_fields: Sequence[str] = (*AssayBaseOperator.template_fields, "root", "expect_run")
    command = "run"

    def __init__(self, *, root: str, no_replace: bool = False, expect_run: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.root = root
        self.no_replace = no_replace
        self.expect_run = expect_run

    def build_command(self, settings: Settings) -> list[str]:
        """See the base."""
        command = [*super().build_command(settings), "--root", self.root]
        if self.no_replace:
            command.append("--no-replace")
        if self.expect_run:
            command += ["--expect-run", self.expect_run]
        return command
