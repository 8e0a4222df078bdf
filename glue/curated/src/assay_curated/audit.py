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
    """Every check of a branch. Totals are held against all years, the rest against those that were written."""
    fact, products = plan.written(tables.PAYMENTS_FACT), plan.written(tables.PAYMENT_PRODUCTS)
    made = checks.totals(plan.read(tables.PAYMENTS_FACT), plan.read(tables.PUBLICATIONS))
    made += checks.nulls(plan.kind, plan.parts, fact)
    made.append(checks.slots(plan.kind, plan.parts, products))
    made += checks.counted([(table, key, plan.written(table)) for table, key in VARIANTS], fact)
    made += [checks.keys(table, plan.written(table)) for table in TABLES]
    for key, dimension in REFERENCES:
        made.append(checks.orphans(f"`{key}` of payments", fact, plan.read(dimension), [key]))
    made.append(checks.orphans("product slots", products, fact, tables.PAYMENTS_FACT.key))
    for table in TABLES:
        head = plan.lake.head(table, plan.branch)
        noted = format_inputs(head.inputs) if head else "[]"
        made.append(Check(f"`{table.name}`: inputs", format_inputs(plan.wanted), noted))
        if table.years:
            made.append(checks.years(table, plan.read(table), plan.wanted))
    return made
