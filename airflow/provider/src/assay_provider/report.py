"""The binary's JSON (`assay.run/1`), as far as tasks need it. Log lines are never read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = "assay.run/1"
ACCEPTED = "accepted"
# How much of it goes to the task's log. The report has everything.
MOST_RULES_SHOWN = 10


class ReportError(ValueError):
    """The input is not an assay report."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a file was refused, or a run failed."""

    code: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A run. `document` is the whole JSON; the other fields are those tasks need. `amounts` are decimals as text."""

    document: Mapping[str, Any]
    outcome: str
    refusal: Cause | None
    failure: Cause | None

    @classmethod
    def parse(cls, text: str | bytes) -> Report:
        """Reads a report. Raises `ReportError`."""
        try:
            document = json.loads(text)
        except ValueError as error:
            raise ReportError(f"not JSON: {error}") from error
        if not isinstance(document, dict) or document.get("version") != VERSION:
            found = document.get("version") if isinstance(document, dict) else type(document).__name__
            raise ReportError(f"`{found}` is not a report; expected version `{VERSION}`")
        try:
            refusal, failure = document["refusal"], document["failure"]
            return cls(
                document=document,
                outcome=str(document["outcome"]),
                refusal=Cause(refusal["code"], refusal["message"]) if refusal else None,
                failure=Cause(failure["code"], failure["message"], failure["retryable"] is True) if failure else None,
            )
        except (KeyError, TypeError) as error:
            raise ReportError(f"the report lacks {error}") from error

    @property
    def accepted(self) -> bool:
        """Whether the file is accepted, perhaps with records held back."""
        return self.outcome == ACCEPTED or self.outcome.startswith(ACCEPTED + "_")

    @property
    def warned(self) -> bool:
        """Accepted, but with warnings, or with records held back."""
        return self.accepted and self.outcome != ACCEPTED

    @property
    def source(self) -> str:
        """The file's published name, or its location."""
        source = self.document["source"]
        return str(source["name"] or source["location"])

    @property
    def link(self) -> str | None:
        """The location of the full report."""
        link = self.document.get("report")
        return None if link is None else str(link)

    @property
    def records(self) -> dict[str, int]:
        """Records `read`, `validated` and `quarantined`, as the audit counts them."""
        return {name: int(self.document["records"][name]) for name in ("read", "validated", "quarantined")}

    @property
    def rules(self) -> Mapping[str, Mapping[str, Any]]:
        """Every rule of the run, by code."""
        rules: Mapping[str, Mapping[str, Any]] = self.document["rules"]
        return rules

    def small(self) -> dict[str, Any]:
        """The data passed between tasks and in asset events: ids, counts and links, whose size does not grow with
        the file or the rules."""
        partition: Mapping[str, str] = self.document["partition"]
        amounts: Mapping[str, Mapping[str, str]] = self.document["amounts"]
        return {
            "outcome": self.outcome,
            "dataset": self.document["dataset"],
            "kind": self.document["kind"],
            **partition,
            "run_id": self.document["run_id"],
            "attempt": self.document["attempt"],
            "manifest": self.document.get("manifest"),
            "audit": self.link,
            "quarantine": self.document.get("quarantine"),
            "records": self.records,
            "amount": next((one["validated"] for one in amounts.values()), None),
            "already_published": self.document["already_published"],
            "superseded_by": self.document.get("superseded_by"),
        }

    def summary(self) -> str:
        """The summary for the task's log."""
        counts = self.records
        lines = [
            f"{self.source}: {self.outcome.replace('_', ' ')}",
            f"  run        {self.document['run_id']} (attempt {self.document['attempt']})",
            f"  pack       {self.document['pack']}",
            "  records    {read:,} read = {validated:,} validated + {quarantined:,} quarantined".format(**counts),
        ]
        for column, one in self.document["amounts"].items():
            lines.append(
                f"  amounts    {one['read']} read = {one['validated']} validated + {one['quarantined']} quarantined"
                f" ({column})"
            )
        hits = sorted(
            ((one["failed"], code, one["level"]) for code, one in self.rules.items() if one["failed"]),
            key=lambda hit: (-hit[0], hit[1]),
        )
        lines += [f"  {count:>9,}  {code} ({level})" for count, code, level in hits[:MOST_RULES_SHOWN]]
        if len(hits) > MOST_RULES_SHOWN:
            lines.append(f"             and {len(hits) - MOST_RULES_SHOWN} rules more")
        cause = self.refusal or self.failure
        lines += [f"  reason     {cause.code}: {cause.message}"] if cause else []
        for name in ("manifest", "quarantine", "report"):
            if place := self.document.get(name):
                lines.append(f"  {name:<10} {place}")
        return "\n".join(lines)
