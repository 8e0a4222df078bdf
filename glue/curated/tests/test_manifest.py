"""Manifests and audit records: what is read from them, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from conftest import Staging
from support import curate

from assay_curated import inputs, manifest
from assay_curated.columns import GENERAL
from assay_curated.errors import ChecksFailed, CuratedError, Refused, Unreadable
from assay_curated.lake import Lake, format_inputs, parse_inputs
from assay_curated.manifest import Input

LAKE = "s3://lake"
URL = f"{LAKE}/staging/validated/x/_commit/manifest.json"
SUMS: dict[str, Any] = {
    "records": {"read": 3, "validated": 2, "quarantined": 1},
    "amounts": {
        "Total_Amount_of_Payment_USDollars": {"read": "0.30", "validated": "0.10", "quarantined": "0.20", "blank": 0}
    },
}


def dollars(validated: str) -> dict[str, object]:
    """`amounts` with this sum of the validated records."""
    return {GENERAL.amount: {"read": "0.30", "validated": validated, "quarantined": "0.20"}}


def document(sizes: Sequence[int] = (7,), **changes: object) -> str:
    """A manifest as the host writes it, with sizes of its entries or fields of `assay` changed."""
    assay = {
        "version": 1,
        "run_id": "r1",
        "attempt": "a1",
        "kind": "general",
        "partition": {"year": "2023", "publication": "2024-06-28"},
        "layout": "general-91",
        "pack": {"name": "p", "digest": "d"},
        "source": {"name": "F.csv", "bytes": 9, "digest": "s"},
        **SUMS,
        "parts": [{"key": "staging/validated/x/part-00000.parquet", "rows": 2, "bytes": 7, "digest": "p"}],
        "audit": "metadata/ingestion_audit/x/a1.json",
        "committed_at": "2026-01-02T03:04:05.678Z",
        **changes,
    }
    kept = {name: value for name, value in assay.items() if value is not ...}
    entries = [{"url": "s3://elsewhere/x", "meta": {"content_length": size}} for size in sizes]
    return json.dumps({"entries": entries, "assay": kept})


def test_a_manifest_is_read_with_its_files_below_the_lake_it_lies_in() -> None:
    found = manifest.parse(document(), URL, LAKE)
    assert found.input == Input("general", 2023, date(2024, 6, 28), "r1")
    assert found.input.tag == "general_2023_20240628"
    assert found.parts == (manifest.Part(f"{LAKE}/staging/validated/x/part-00000.parquet", 2, 7),)
    assert found.audit_url == f"{LAKE}/metadata/ingestion_audit/x/a1.json"
    assert found.sums == manifest.Sums(3, 2, 1, Decimal("0.30"), Decimal("0.10"), Decimal("0.20"))


@pytest.mark.parametrize(
    ("text", "error", "expected"),
    [
        ("{", Unreadable, "is not a manifest of the host"),
        (document(version=2), Unreadable, "is of version 2; this program reads version 1"),
        (document(kind="research"), Refused, "is of kind `research`; curated kinds are `general`"),
        (document(run_id=...), Unreadable, "KeyError('run_id')"),
        (document(partition={"year": "2023", "publication": "June"}), Unreadable, "Invalid isoformat string: 'June'"),
        (document(amounts={}), Unreadable, "KeyError('Total_Amount_of_Payment_USDollars')"),
        (document(parts=[]), Unreadable, "different sizes for its parts"),
        (document(sizes=(8,)), Unreadable, "different sizes for its parts"),
        (document(sizes=(), parts=[]), Refused, "has no validated records"),
        (document(amounts=dollars("0.105")), Unreadable, "`0.105` is not a whole number of cents"),
    ],
)
def test_what_is_not_a_manifest_is_told(text: str, error: type[CuratedError], expected: str) -> None:
    with pytest.raises(error) as refused:
        manifest.parse(text, URL, LAKE)
    assert expected in str(refused.value)
    assert URL in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"attempt": "a2"},
        {"run_id": "r2"},
        {"records": {"read": 3, "validated": 3, "quarantined": 0}},
        {
            "amounts": {
                "Total_Amount_of_Payment_USDollars": {"read": "0.30", "validated": "0.11", "quarantined": "0.19"}
            }
        },
    ],
)
def test_an_audit_record_that_says_otherwise_is_told(changes: dict[str, object]) -> None:
    found = manifest.parse(document(), URL, LAKE)
    audit = {"run_id": "r1", "attempt": "a1", **SUMS}
    manifest.hold_against_audit(found, json.dumps(audit))
    with pytest.raises(Refused, match="the audit record does not agree with the manifest"):
        manifest.hold_against_audit(found, json.dumps({**audit, **changes}))


def test_the_set_of_inputs_is_written_the_same_whatever_its_order() -> None:
    both = [Input("general", year, date(2024, 6, 28), "r") for year in (2023, 2022)]
    text = format_inputs(frozenset(both))
    assert text == format_inputs(frozenset(reversed(both)))
    assert [one["year"] for one in json.loads(text)] == [2022, 2023]
    assert parse_inputs(text) == frozenset(both)


def test_places_of_manifests(new_lake: Callable[[], Lake], published: dict[str, str]) -> None:
    lake = new_lake()
    key = published["2021"]
    found = inputs.read(lake.spark, lake.root, [key, f"{lake.root}/{published['2022']}"])
    assert [one.input.year for one in found] == [2021, 2022]
    for places, error, expected in (
        ([key, key], Refused, "several manifests for the same year: general 2021"),
        (["s3://other/manifest.json"], Refused, "is not in the lake"),
        ([f"{key}.gone"], Unreadable, "cannot be read"),
    ):
        with pytest.raises(error, match=expected):
            inputs.read(lake.spark, lake.root, places)


def test_a_part_that_is_not_the_published_one_is_told(new_lake: Callable[[], Lake], staging: Staging) -> None:
    """The rows and dollars of a part are compared with the manifest before anything is written."""
    lake = new_lake()
    other = Staging(staging.root.with_name("changed"), staging.inputs)
    key = other.publish(2021, rows=30)
    (part,) = other.root.glob("staging/validated/**/part-*.parquet")
    found = other.publish(2022, rows=20)
    (another,) = (one for one in other.root.glob("staging/validated/**/part-*.parquet") if one != part)
    part.write_bytes(another.read_bytes())
    assert found != key
    changed = Lake(lake.spark, other.url, lake.catalog, lake.database)
    with pytest.raises(ChecksFailed) as failed:
        curate(changed, key)
    text = str(failed.value)
    assert "in the parts; nothing was written" in text
    assert "parts (name, rows, bytes): found" in text
    assert "dollars in the parts: found" in text
    assert "records of another year or publication: found" in text
