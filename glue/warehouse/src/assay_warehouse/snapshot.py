"""The published state: the current snapshots of the curated Iceberg tables."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from assay_warehouse.errors import TryAgain, WarehouseError

INPUTS = "assay.inputs"
YEAR_KEYS = ("payment_kind", "program_year")


@dataclass(frozen=True, slots=True)
class File:
    """A data file: its URL, its size in bytes, its rows."""

    url: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Pinned:
    """A table at a fixed snapshot. `sequence` rises with each commit."""

    table: Table
    snapshot: int
    sequence: int
    inputs: str


@dataclass(frozen=True, slots=True)
class Expected:
    """The figures of a kind and year in the host's audit."""

    publication: date
    run_id: str
    rows: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Published:
    """Snapshots of all tables, made from the same inputs."""

    tables: dict[str, Pinned]

    @classmethod
    def of(cls, catalog: Catalog, database: str, names: Sequence[str]) -> Published:
        """The current snapshots. Raises `TryAgain` if their inputs differ: somebody is publishing."""
        tables = {name: pin(catalog, database, name) for name in names}
        if len({one.inputs for one in tables.values()}) > 1:
            told = "; ".join(f"{name}: {one.inputs}" for name, one in tables.items())
            raise TryAgain(f"the curated tables were built from different inputs, so a job is publishing: {told}")
        return cls(tables)

    def files(self, name: str, kind: str, year: int) -> list[File]:
        """Data files of exactly one kind and year. Raises `WarehouseError` for files that COPY would load wrongly."""
        pinned = self.tables[name]
        found = []
        for file in _plan(pinned, only(kind, year)):
            values = partition(pinned.table, file)
            if tuple(values.get(key) for key in YEAR_KEYS) != (kind, year):
                raise WarehouseError(
                    f"`{file.file_path}` of `{name}` belongs to partition {values}; expected only {kind} {year}: "
                    "loading it would duplicate other years"
                )
            found.append(File(_s3(file.file_path), file.file_size_in_bytes, file.record_count))
        return found

    def all_files(self, name: str) -> list[File]:
        """All data files of a dimension."""
        files = _plan(self.tables[name], None)
        return [File(_s3(file.file_path), file.file_size_in_bytes, file.record_count) for file in files]

    def expected(self, kind: str, year: int) -> Expected:
        """The row of `publications`. Raises `WarehouseError` if that year is not published."""
        pinned = self.tables["publications"]
        rows: list[dict[str, Any]] = (
            pinned.table.scan(row_filter=only(kind, year), snapshot_id=pinned.snapshot).to_arrow().to_pylist()
        )
        if len(rows) != 1:
            raise WarehouseError(f"`publications` has {len(rows)} rows of {kind} {year}; expected 1: is it published?")
        row = rows[0]
        return Expected(row["publication"], row["run_id"], row["records_validated"], row["amount_validated"])


def pin(catalog: Catalog, database: str, name: str) -> Pinned:
    """A table at its current snapshot. Raises `WarehouseError` if it has none."""
    try:
        table = catalog.load_table((database, name))
    except NoSuchTableError:
        raise WarehouseError(f"`{database}.{name}` is not in the catalog; has anything been curated?") from None
    except OSError as error:
        raise WarehouseError(
            f"the catalog points `{database}.{name}` at metadata that cannot be read: {error}\n"
            "  help: if the catalog belongs to another lake, rebuild it with `python -m assay_catalog rebuild-catalog`"
        ) from error
    snapshot = table.current_snapshot()
    if snapshot is None or snapshot.summary is None:
        raise WarehouseError(f"nothing is published in `{database}.{name}`")
    deletes = snapshot.summary["total-delete-files"]
    if deletes not in (None, "0"):
        raise WarehouseError(
            f"`{database}.{name}` has {deletes} delete files, which COPY does not read: deleted rows would come back\n"
            "  help: rewrite the table's data files, or write it copy-on-write"
        )
    inputs = json.dumps(sorted(json.loads(snapshot.summary[INPUTS] or "[]"), key=json.dumps), sort_keys=True)
    return Pinned(table, snapshot.snapshot_id, snapshot.sequence_number or 0, inputs)


def partition(table: Table, file: DataFile) -> dict[str, object]:
    """Values of a file's identity partition fields, by column."""
    spec = table.specs()[file.spec_id]
    schema = table.schema()
    return {
        schema.find_column_name(part.source_id) or "": file.partition[index]
        for index, part in enumerate(spec.fields)
        if str(part.transform) == "identity"
    }


def only(kind: str, year: int) -> str:
    """The filter for a kind and year. Raises `WarehouseError` for a kind that is not a word."""
    if not re.fullmatch(r"[a-z][a-z-]*", kind):
        raise WarehouseError(f"`{kind}` is not a kind")
    return f"payment_kind = '{kind}' and program_year = {year}"


def _plan(pinned: Pinned, wanted: str | None) -> list[DataFile]:
    scan = (
        pinned.table.scan(snapshot_id=pinned.snapshot)
        if wanted is None
        else pinned.table.scan(row_filter=wanted, snapshot_id=pinned.snapshot)
    )
    files = []
    for task in scan.plan_files():
        if task.delete_files:
            raise WarehouseError(f"`{task.file.file_path}` has delete files, which COPY does not read")
        files.append(task.file)
    return sorted(files, key=lambda file: file.file_path)


def _s3(url: str) -> str:
    """COPY takes only `s3://`; Hadoop's writers use `s3a://` for the same."""
    return "s3://" + url.removeprefix("s3a://") if url.startswith("s3a://") else url
