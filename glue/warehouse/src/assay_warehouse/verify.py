"""Queries what the warehouse has of a kind and year, and compares it with the host's audit and the caller's numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assay_warehouse import statements
from assay_warehouse.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Verified:
    """The findings. `differences` is empty if everything agrees."""

    kind: str
    year: int
    rows: int
    amount: str
    products: int
    publication: str | None
    differences: list[str] = field(default_factory=list)


def verify(
    warehouse: Warehouse, kind: str, year: int, *, rows: int | None = None, amount: Decimal | None = None
) -> Verified:
    """Checks rows, cents and ids of a kind and year. `rows` and `amount` are expected values, such as a manifest's."""
    (query,) = statements.read("redshift", "load", "verify")
    names, answer = warehouse.query(statements.fill(query, {"kind": kind, "year": year}))
    found: dict[str, Any] = dict(zip(names, answer[0], strict=True))
    pairs = {
        "rows and the audit's": (found["fact_rows"], found["audit_rows"]),
        "dollars and the audit's": (found["fact_amount"], found["audit_amount"]),
        "rows and different record ids": (found["fact_rows"], found["fact_ids"]),
        "audits and one": (found["audits"], 1),
        "the first and the last publication": (found["first_publication"], found["last_publication"]),
        "payments of unknown companies and none": (found["without_company"], 0),
    }
    if rows is not None:
        pairs["rows and those expected"] = (found["fact_rows"], rows)
    if amount is not None:
        pairs["dollars and those expected"] = (found["fact_amount"], amount)
    return Verified(
        kind=kind,
        year=year,
        rows=found["fact_rows"],
        amount=f"{Decimal(found['fact_amount']):.2f}",
        products=found["product_rows"],
        publication=None if found["last_publication"] is None else str(found["last_publication"]),
        differences=[f"{what}: {one} and {other}" for what, (one, other) in pairs.items() if one != other],
    )
