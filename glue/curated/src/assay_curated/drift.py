"""How much the share of blanks rose from one publication to the next. Iceberg counts nulls by file and column, so no
row is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assay_curated.lake import Lake
from assay_curated.manifest import Input
from assay_curated.tables import PAYMENTS_FACT

# With more digits, shares would differ by rounding.
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Drift:
    """The column whose share of blanks rose most since an older publication, and by how much: 0.05 is five in a hundred
    records. If none rose, it is the one that fell least, and `rise` is zero or negative.
    """

    column: str
    rise: float
    since: date

    def json(self) -> dict[str, str | float]:
        """The form used in reports."""
        return {"column": self.column, "rise": self.rise, "since": self.since.isoformat()}


def drift(lake: Lake, new: Input) -> Drift | None:
    """Compares the payments of `new` with the newest older publication of its kind and year that a tag keeps.
    `None` if there is none, or if either has no payments.
    """
    prefix, _, _ = new.tag.rpartition("_")
    stamps = (str(name).rpartition("_") for name in lake.loaded(PAYMENTS_FACT).refs())
    dates = (datetime.strptime(stamp, "%Y%m%d").date() for before, _, stamp in stamps if before == prefix)  # noqa: DTZ007 - a date has no zone
    since = max((one for one in dates if one < new.publication), default=None)
    if since is None:
        return None
    older = dict(_shares(lake, new, f"{prefix}_{since:%Y%m%d}"))
    rises = [(share - older[name], name) for name, share in _shares(lake, new, new.tag) if name in older]
    if not rises:
        return None
    rise, name = max(rises, key=lambda one: (one[0], one[1]))
    return Drift(name, round(rise, DIGITS), since)


def _shares(lake: Lake, of: Input, tag: str) -> Iterator[tuple[str, float]]:
    """Nullable columns and their share of nulls, in a year's files at a tag."""
    loaded = lake.loaded(PAYMENTS_FACT)
    kept: Any = loaded.refs().get(tag)
    if kept is None:
        return
    options = {"snapshot-id": str(kept.snapshotId())}
    files = lake.spark.read.format("iceberg").options(**options).load(f"{lake.name(PAYMENTS_FACT)}.files")
    of_the_year = f"partition.payment_kind = '{of.kind}' and partition.program_year = {of.year}"
    rows, nulls = 0, Counter[int]()
    for file in files.where(of_the_year).select("record_count", "null_value_counts").collect():
        rows += file.record_count
        nulls.update(file.null_value_counts or {})
    nullable = {field.name for field in PAYMENTS_FACT.schema if field.nullable}
    for number, count in sorted(nulls.items()):
        name = str(loaded.schema().findColumnName(number))
        if rows and name in nullable:
            yield name, count / rows
