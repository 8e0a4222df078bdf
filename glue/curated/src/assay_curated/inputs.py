"""Reads manifests, and the parts that they name: each file by its URL; folders are never listed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the usual name
from pyspark.sql.types import DataType, DateType, DecimalType, LongType, StringType, StructField, StructType

from assay_curated import files, manifest
from assay_curated.columns import Kind
from assay_curated.errors import Refused
from assay_curated.manifest import Manifest

# Those of the parts' columns that are not text.
_TYPES: dict[str, DataType] = {
    "amount": DecimalType(14, 2),
    "payment_date": DateType(),
    "payment_count": LongType(),
    "program_year": LongType(),
    "publication": DateType(),
}
POSITION = ("_record", "_line", "_offset")


def read(spark: SparkSession, lake: str, places: Iterable[str]) -> list[Manifest]:
    """The manifests at `places` (URLs, or keys in the lake), each checked against its audit record. Raises
    `Unreadable`, and `Refused` if two are about the same year or one is not in this lake.
    """
    found = [_manifest(spark, lake, place) for place in places]
    years = [(one.input.kind, one.input.year) for one in found]
    if twice := sorted({year for year in years if years.count(year) > 1}):
        named = ", ".join(f"{kind} {year}" for kind, year in twice)
        raise Refused(f"several manifests for the same year: {named}\n  help: pass only the one to curate")
    return found


def _manifest(spark: SparkSession, lake: str, place: str) -> Manifest:
    url = place if "://" in place else f"{lake}/{place}"
    if not url.startswith(f"{lake}/"):
        raise Refused(f"`{url}` is not in the lake `{lake}`\n  help: name another environment or another manifest")
    found = manifest.parse(files.read(spark, url), url, lake)
    manifest.hold_against_audit(found, files.read(spark, found.audit_url))
    return found


def schema(kind: Kind) -> StructType:
    """The columns of a kind's parts, given to Spark so that it infers nothing and a missing column is null."""
    columns = [StructField(one.cms, _TYPES.get(one.name, StringType())) for one in kind.columns]
    return StructType([*columns, *(StructField(name, LongType()) for name in POSITION)])


def parts(spark: SparkSession, manifests: Iterable[Manifest]) -> DataFrame:
    """All validated records of `manifests`, with columns from the manifest (`payment_kind`, `year`, `published`, `run`)
    and about their file (`part`, `part_bytes`). The manifests are of one kind.
    """
    frames = [
        spark.read.schema(schema(one.kind))
        .parquet(*(part.url for part in one.parts))
        .select(
            "*",
            F.lit(one.input.kind).alias("payment_kind"),
            F.lit(one.input.year).alias("year"),
            F.lit(one.input.publication).alias("published"),
            F.lit(one.input.run_id).alias("run"),
            F.col("_metadata.file_name").alias("part"),
            F.col("_metadata.file_size").alias("part_bytes"),
        )
        for one in manifests
    ]
    return reduce(DataFrame.unionByName, frames)
