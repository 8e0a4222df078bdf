"""Asks the warehouse what it has of a kind and year, and holds it against the host's audit and a caller's numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assay_warehouse import statements
from assay_warehouse.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `differences` is empty if all agrees."""

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
    """Rows, cents and ids of a kind and year. `rows` and `amount` are what a caller expects, such as a manifest's."""
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
