"""The intended contents of a branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - the usual name

from assay_curated.columns import Kind
from assay_curated.lake import Lake
from assay_curated.manifest import Input, Manifest
from assay_curated.tables import Table


@dataclass(frozen=True, slots=True)
class Plan:
    """The years on `branch` that `manifests` replace, whose records are `parts`, and `wanted`, the complete set of
    publications on the branch afterwards.
    """

    lake: Lake
    branch: str
    kind: Kind
    manifests: Sequence[Manifest]
    parts: DataFrame
    wanted: frozenset[Input]

    @property
    def years(self) -> Column:
        """Whether a row belongs to a year that is replaced."""
        replaced = [one.input.year for one in self.manifests]
        return (F.col("payment_kind") == self.kind.name) & F.col("program_year").isin(replaced)

    def read(self, table: Table) -> DataFrame:
        """All rows of the branch."""
        return self.lake.read(table, self.branch)

    def written(self, table: Table) -> DataFrame:
        """The rows that were written: those of the replaced years, or all of a dimension."""
        rows = self.read(table)
        return rows.where(self.years) if table.years else rows
