"""All checks of a branch, before main is moved to it."""

from __future__ import annotations

from assay_curated import checks, tables
from assay_curated.checks import Check
from assay_curated.lake import format_inputs
from assay_curated.plan import Plan
from assay_curated.tables import TABLES
from assay_curated.write import VARIANTS

# Columns of the fact that refer to a dimension.
REFERENCES = (
    ("profile_id", tables.PHYSICIANS_DIM),
    ("company_id", tables.COMPANIES_DIM),
    ("teaching_hospital_ccn", tables.TEACHING_HOSPITALS_DIM),
)


def branch(plan: Plan) -> list[Check]:
    """Every check of a branch. Totals cover all years, the other checks only the years that were written."""
    fact, products = plan.written(tables.PAYMENTS_FACT), plan.written(tables.PAYMENT_PRODUCTS)
    questions = [
        checks.slots(plan.kind, plan.parts, products),
        *checks.counted([(table, key, plan.written(table)) for table, key in VARIANTS], fact),
        *(checks.keys(table, plan.written(table)) for table in TABLES),
        *(checks.years(table, plan.read(table), plan.wanted) for table in TABLES if table.years),
        *(checks.orphans(f"`{key}` of payments", fact, plan.read(other), [key]) for key, other in REFERENCES),
        checks.orphans("product slots", products, fact, tables.PAYMENTS_FACT.key),
    ]
    return [
        *checks.totals(plan.read(tables.PAYMENTS_FACT), plan.read(tables.PUBLICATIONS)),
        *checks.nulls(plan.kind, plan.parts, fact),
        *checks.answer(questions),
        *_inputs(plan),
    ]


def _inputs(plan: Plan) -> list[Check]:
    wanted = format_inputs(plan.wanted)
    heads = [(table, plan.lake.head(table, plan.branch)) for table in TABLES]
    return [
        Check(f"`{table.name}`: inputs", wanted, format_inputs(head.inputs) if head else "[]") for table, head in heads
    ]
