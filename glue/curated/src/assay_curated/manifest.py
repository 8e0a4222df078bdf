"""The host's account of a publication: its manifest and its audit record, read and compared with each other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from assay_curated.columns import KINDS, Kind
from assay_curated.errors import Refused, Unreadable

VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """One publication of one year, as `assay.inputs` records it."""

    kind: str
    year: int
    publication: date
    run_id: str

    @property
    def tag(self) -> str:
        """The name of the Iceberg tag that keeps it: `general_2023_20240628`."""
        return f"{self.kind.replace('-', '_')}_{self.year}_{self.publication:%Y%m%d}"

    def json(self) -> dict[str, str | int]:
        """The form used in `assay.inputs` and in reports."""
        return {
            "kind": self.kind,
            "year": self.year,
            "publication": self.publication.isoformat(),
            "run_id": self.run_id,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A part file: its URL, and the rows and bytes of the published file."""

    url: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Records and dollars: read, passed, and held back."""

    read: int
    validated: int
    quarantined: int
    amount_read: Decimal
    amount_validated: Decimal
    amount_quarantined: Decimal


@dataclass(frozen=True, slots=True)
class Manifest:
    """A committed publication. `parts` are all of its validated records."""

    input: Input
    kind: Kind
    url: str
    audit_url: str
    attempt: str
    pack: str
    pack_digest: str
    layout: str
    source_name: str
    source_digest: str
    source_bytes: int
    committed_at: datetime
    sums: Sums
    parts: tuple[Part, ...]


def parse(text: str, url: str, lake: str) -> Manifest:
    """Parses the manifest read from `url`. Its files are found below `lake` by their keys, so a copied lake is read at
    its new location. Raises `Unreadable`, and `Refused` for a kind that is not curated.
    """
    try:
        assay: dict[str, Any] = json.loads(text)["assay"]
        if (version := assay["version"]) != VERSION:
            raise Unreadable(f"`{url}` is of version {version}; this program reads version {VERSION}")
        kind = KINDS.get(assay["kind"])
        if kind is None:
            known = ", ".join(f"`{one}`" for one in KINDS)
            raise Refused(f"`{url}` is of kind `{assay['kind']}`; curated kinds are {known}")
        sizes = [entry["meta"]["content_length"] for entry in json.loads(text)["entries"]]
        parts = tuple(Part(f"{lake}/{part['key']}", part["rows"], part["bytes"]) for part in assay["parts"])
        if sizes != [part.bytes for part in parts]:
            raise Unreadable(f"`{url}` states different sizes for its parts in `entries` and `assay.parts`")
        if not parts:
            raise Refused(f"`{url}` has no validated records; there is nothing to curate")
        return Manifest(
            input=Input(
                kind=kind.name,
                year=int(assay["partition"]["year"]),
                publication=date.fromisoformat(assay["partition"]["publication"]),
                run_id=assay["run_id"],
            ),
            kind=kind,
            url=url,
            audit_url=f"{lake}/{assay['audit']}",
            attempt=assay["attempt"],
            pack=assay["pack"]["name"],
            pack_digest=assay["pack"]["digest"],
            layout=assay["layout"],
            source_name=assay["source"]["name"],
            source_digest=assay["source"]["digest"],
            source_bytes=assay["source"]["bytes"],
            committed_at=datetime.fromisoformat(assay["committed_at"]),
            sums=_sums(assay, kind),
            parts=parts,
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Unreadable(f"`{url}` is not a manifest of the host: {error!r}") from error


def hold_against_audit(manifest: Manifest, text: str) -> None:
    """Compares the manifest with the audit record of its attempt. Raises `Refused` if they don't agree."""
    try:
        audit: dict[str, Any] = json.loads(text)
        said = (audit["run_id"], audit["attempt"], _sums(audit, manifest.kind))
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Unreadable(f"`{manifest.audit_url}` is not an audit record: {error!r}") from error
    expected = (manifest.input.run_id, manifest.attempt, manifest.sums)
    if said != expected:
        raise Refused(
            f"the audit record does not agree with the manifest `{manifest.url}`\n  found {said}\n  expected {expected}"
        )


def _sums(document: dict[str, Any], kind: Kind) -> Sums:
    records, amount = document["records"], document["amounts"][kind.amount]
    return Sums(
        read=records["read"],
        validated=records["validated"],
        quarantined=records["quarantined"],
        amount_read=_cents(amount["read"]),
        amount_validated=_cents(amount["validated"]),
        amount_quarantined=_cents(amount["quarantined"]),
    )


def _cents(text: str) -> Decimal:
    exact = Decimal(text)
    rounded = exact.quantize(Decimal("0.01"))
    if exact != rounded:
        raise ValueError(f"`{text}` is not a whole number of cents")
    return rounded
