"""Judge a file (`AssayCheckOperator`), or judge and publish it (`AssayRunOperator`), in a child process.

Variants that run elsewhere (`operators.docker`, `operators.ecs`) override only `carry_out`.
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
    """Builds the command, runs it, and turns its JSON into an XCom, an exception, asset events and lineage.

    :param file: the CSV file: a path or `s3://bucket/key`
    :param pack: the pack (default: found by header, kind and year)
    :param name: the file's published name, if it differs from the path's
    :param entry: the entry of a zip archive that holds several CSV files
    :param report: where the full report is also written (`--report`); remote variants read it from there
    :param threads: worker threads (default: one per core)
    :param memory: memory budget, such as `512MiB`
    :param env: additional environment variables for the child
    :param arguments: additional arguments for the command
    :param assay_conn_id: connection of type `assay` (default: the program `assay` from the PATH)
    :param binary: the program (default: the connection's)
    :param on_warning_callback: called with the `Report` when a file is accepted with warnings or with records held
        back; if it raises, the task fails
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
        # Stored as given, since it may be another task's result, available only at run time.
        self.env = env or {}
        self.arguments = arguments
        self.assay_conn_id = assay_conn_id
        self.binary = binary
        self.on_warning_callback = on_warning_callback
        self._child: Child | None = None
        self._done: Report | None = None

    def build_command(self, settings: Settings) -> list[str]:
        """The complete command, beginning with the program. It can be run by hand unchanged."""
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
        """Returns ids, counts and links; raises according to `errors.raise_for`."""
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
        """Logs the command, ready to be run by hand, and runs it; returns its exit code and its JSON."""
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
        """The same for a refused file, with the reason."""
        return None if self._done is None else lineage.facets(self._done)


class AssayCheckOperator(AssayBaseOperator):
    """Judges a file, and writes only the report."""

    command = "check"


class AssayRunOperator(AssayBaseOperator):
    """Judges a file and publishes the records that pass. Repeating a run changes nothing.

    :param root: folder or `s3://bucket/prefix` to publish under
    :param no_replace: refuse if another run is published for the partition
    :param expect_run: refuse unless this run is the one published for the partition
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
