"""Writes a branch: the given years are replaced in the tables partitioned by year, and dimensions are rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the usual name

from assay_curated import tables, transforms
from assay_curated.lake import BRANCH, INPUTS, TAGS, Lake, format_inputs
from assay_curated.manifest import Manifest
from assay_curated.plan import Plan
from assay_curated.tables import Table

# Tables of variants, and the column with the key of each.
VARIANTS = (
    (tables.PHYSICIAN_NAMES, "profile_id"),
    (tables.PHYSICIAN_ADDRESSES, "profile_id"),
    (tables.PHYSICIAN_CREDENTIALS, "profile_id"),
    (tables.COMPANY_NAMES, "company_id"),
    (tables.TEACHING_HOSPITAL_NAMES, "teaching_hospital_ccn"),
)


def branch(plan: Plan, step: Callable[[str], None]) -> None:
    """Writes all tables of the branch; each snapshot records the whole set of inputs, `plan.wanted`."""
    kind, parts = plan.kind, plan.parts
    notes = {
        INPUTS: format_inputs(plan.wanted),
        BRANCH: plan.branch,
        TAGS: ",".join(sorted(one.input.tag for one in plan.manifests)),
    }

    def put(table: Table, rows: DataFrame) -> None:
        step(f"write `{table.name}`")
        writer = rows.writeTo(plan.lake.name(table, plan.branch))
        for note, value in notes.items():
            writer = writer.option(f"snapshot-property.{note}", value)
        # Not Spark's dynamic overwrite, which would keep a year that no longer has rows, such as one without products.
        writer.overwrite(plan.years if table.years else F.lit(True))

    put(tables.PUBLICATIONS, publications(plan.lake, plan.manifests))
    for table, key in VARIANTS:
        put(table, transforms.variants(kind, parts, table, key))
    put(tables.PHYSICIANS_DIM, transforms.physicians(*(plan.read(table) for table, _ in VARIANTS[:3])))
    put(tables.COMPANIES_DIM, transforms.companies(plan.read(tables.COMPANY_NAMES)))
    put(tables.TEACHING_HOSPITALS_DIM, transforms.hospitals(plan.read(tables.TEACHING_HOSPITAL_NAMES)))
    put(tables.PAYMENT_PRODUCTS, transforms.products(kind, parts))
    put(tables.PAYMENTS_FACT, transforms.facts(kind, parts))


def publications(lake: Lake, manifests: Sequence[Manifest]) -> DataFrame:
    """`publications`: the host's figures for each publication."""
    rows = [
        {
            "payment_kind": one.input.kind,
            "program_year": one.input.year,
            "publication": one.input.publication,
            "run_id": one.input.run_id,
            "attempt": one.attempt,
            "pack": one.pack,
            "pack_digest": one.pack_digest,
            "layout": one.layout,
            "source_name": one.source_name,
            "source_digest": one.source_digest,
            "source_bytes": one.source_bytes,
            "records_read": one.sums.read,
            "records_validated": one.sums.validated,
            "records_quarantined": one.sums.quarantined,
            "amount_read": one.sums.amount_read,
            "amount_validated": one.sums.amount_validated,
            "amount_quarantined": one.sums.amount_quarantined,
            "manifest": one.url,
            "committed_at": one.committed_at,
        }
        for one in manifests
    ]
    schema = tables.PUBLICATIONS.schema
    return lake.spark.createDataFrame([tuple(row[name] for name in schema.names) for row in rows], schema)
