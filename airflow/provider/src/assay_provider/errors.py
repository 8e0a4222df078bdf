"""Exceptions for runs that did not succeed. Airflow retries an `AssayRetryableError`, and never the others."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from assay_provider.report import Report

# As in a shell: 128 plus the number of the signal that ended the program.
SIGNALLED = 128


class AssayRefusedError(AirflowFailException):
    """The file was judged and refused. It would be refused again, so the task fails at once."""


class AssayPermanentError(AirflowFailException):
    """The run could not be carried out, and only a person can change that."""


class AssayRetryableError(AirflowException):
    """The run could not be carried out; the same command may succeed later. Nothing was published."""


def raise_for(report: Report | None, code: int) -> None:
    """Returns if the file was accepted; otherwise raises according to exit code and report. If they disagree, the
    report decides, but it never turns a failed exit into a success."""
    if report is None:
        if code == 0:
            raise AssayPermanentError(
                "assay ended with exit code 0 but printed no report; does `binary` name another program?"
            )
        if code < 0 or code > SIGNALLED:
            number = -code if code < 0 else code - SIGNALLED
            raise AssayRetryableError(
                f"assay was ended by signal {number} before it wrote a report; nothing was published"
            )
        raise AssayPermanentError(
            f"assay ended with exit code {code} and no report: the command line is invalid; see the log above"
        )
    link = f"\n  report: {report.link}" if report.link else ""
    if report.refusal is not None:
        raise AssayRefusedError(f"`{report.source}` is refused ({report.refusal.code}): {report.refusal.message}{link}")
    if report.failure is not None:
        kind = AssayRetryableError if report.failure.retryable else AssayPermanentError
        raise kind(f"`{report.source}` could not be judged ({report.failure.code}): {report.failure.message}{link}")
    if code != 0 or not report.accepted:
        raise AssayPermanentError(f"exit code {code} does not fit outcome `{report.outcome}`{link}")
