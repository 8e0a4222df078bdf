"""Loads a kind and year in one transaction, which an older publication cannot begin and which commits only if rows
and cents equal the host's.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from assay_catalog.lake import Lake, url
from assay_warehouse import manifest, statements, tables
from assay_warehouse.errors import OlderPublication, WarehouseError
from assay_warehouse.snapshot import Expected, File, Published
from assay_warehouse.statements import Value
from assay_warehouse.warehouse import Warehouse

YEARS = tuple(statements.names("redshift", "load", "years"))
DIMENSIONS = tuple(statements.names("redshift", "load", "dimensions"))
FACT, PRODUCTS = "payments_fact", "payment_products"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. `unchanged`: that run of that publication was already loaded, at this snapshot."""

    outcome: str
    kind: str
    year: int
    publication: str
    run_id: str
    rows: int
    amount: str
    load_id: str | None = None
    files: int = 0
    bytes: int = 0
    dimensions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Loader:
    """Loads from one lake into one warehouse. `manifests` is the lake's folder for COPY's manifests."""

    warehouse: Warehouse
    lake: Lake
    published: Published
    manifests: str
    say: Callable[[str], None]

    def load(self, kind: str, year: int, *, again: bool = False) -> Loaded:
        """Loads a kind and year, and the dimensions that are newer than the loaded ones.

        Raises `OlderPublication`, `TryAgain`, `WarehouseError`; in that case nothing is changed.
        """
        expected = self.published.expected(kind, year)
        state = self._state()
        self._refuse_older(kind, year, expected, state)
        fact = self.published.tables[FACT]
        there = state.get((kind, year))
        dimensions = [one for one in DIMENSIONS if self._newer(one, state)]
        same = there is not None and there["run_id"] == expected.run_id and there["sequence_number"] == fact.sequence
        if same and not dimensions and not again:
            return self._told("unchanged", kind, year, expected)
        for name, pinned in self.published.tables.items():
            tables.agree(name, pinned.table.schema())
        for name, of in [(kind, year), *((one, 0) for one in dimensions)]:
            claim = self._filled("claim", {"kind": name, "year": of})
            self.warehouse.transaction(claim, f"claim-{uuid.uuid4().hex}")
        load_id = uuid.uuid4().hex
        files = {name: self.published.files(name, kind, year) for name in YEARS}
        files |= {name: self.published.all_files(name) for name in dimensions}
        self._agree(files, kind, year, expected)
        values: dict[str, Value] = {
            "kind": kind,
            "year": year,
            "load_id": load_id,
            "publication": expected.publication.isoformat(),
            "run_id": expected.run_id,
            "rows": str(expected.rows),
            "amount": f"{expected.amount:f}",
            "products": str(sum(one.rows for one in files[PRODUCTS])),
            "snapshot": fact.snapshot,
            "sequence": fact.sequence,
            "files": str(sum(map(len, files.values()))),
            "bytes": str(sum(one.bytes for some in files.values() for one in some)),
            "loaded_at": datetime.now(UTC).replace(tzinfo=None),
        }
        transaction = self._transaction(values, files, dimensions)
        self.say(f"load {expected.rows} rows of {kind} {year}, publication {expected.publication}, as {load_id}")
        self.warehouse.transaction(transaction, load_id)
        return self._told("loaded", kind, year, expected, load_id, files, dimensions)

    def _transaction(
        self, values: dict[str, Value], files: dict[str, list[File]], dimensions: Sequence[str]
    ) -> list[str]:
        steps = [*self._filled("begin", values), *self._filled("refuse", values)]
        of = {
            one: values | {"kind": one, "year": 0, "sequence": self.published.tables[one].sequence}
            for one in dimensions
        }
        # In alphabetical order in every load: otherwise two loads could deadlock.
        for one in dimensions:
            steps += [*self._filled("begin", of[one]), *self._filled("refuse_dimension", of[one])]
            steps += self._copied("dimensions", one, of[one], files[one])
            steps += self._filled("commit_dimension", of[one])
        for one in YEARS:
            steps += self._copied("years", one, values, files[one])
        steps += self._filled("check", values)
        steps += self._filled("check_products", values | {"rows": values["products"]})
        return [*steps, *self._filled("audit", values), *self._filled("commit_year", values)]

    def _copied(self, folder: str, table: str, values: dict[str, Value], files: Sequence[File]) -> list[str]:
        """Delete and COPY of a table. A table without files is only emptied: COPY refuses an empty manifest."""
        key = f"{self.manifests}/{values['load_id']}/{table}.json"
        if files:
            self.lake.write(key, manifest.text(files))
        put = {**values, "manifest": url(self.lake, key)}
        clear, copy = self._filled(f"{folder}/{table}", put)
        return [clear, copy] if files else [clear]

    def _filled(self, path: str, values: dict[str, Value]) -> list[str]:
        return [statements.fill(one, values) for one in statements.read("redshift", "load", *path.split("/"))]

    def _state(self) -> dict[tuple[str, int], dict[str, Any]]:
        (query,) = statements.read("redshift", "load", "state")
        names, rows = self.warehouse.query(query)
        found: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
        return {(one["payment_kind"], one["program_year"]): one for one in found}

    def _newer(self, dimension: str, state: dict[tuple[str, int], dict[str, Any]]) -> bool:
        there = state.get((dimension, 0))
        return there is None or self.published.tables[dimension].sequence > there["sequence_number"]

    def _refuse_older(
        self, kind: str, year: int, expected: Expected, state: dict[tuple[str, int], dict[str, Any]]
    ) -> None:
        """The same check as in the transaction, but before anything is written, and with a clear message."""
        there = state.get((kind, year))
        if there is None or there["publication"] is None or there["publication"] < expected.publication:
            return
        if there["publication"] > expected.publication:
            raise OlderPublication(
                f"publication {expected.publication} of {kind} {year} is older than {there['publication']}, which is "
                "loaded"
            )
        if there["sequence_number"] > self.published.tables[FACT].sequence:
            raise OlderPublication(f"a newer snapshot of {kind} {year} is loaded: {there['sequence_number']}")

    def _agree(self, files: dict[str, list[File]], kind: str, year: int, expected: Expected) -> None:
        rows = sum(one.rows for one in files[FACT])
        if rows != expected.rows:
            raise WarehouseError(
                f"the files of {kind} {year} have {rows} rows; the host's audit says {expected.rows}: "
                "nothing was loaded"
            )

    def _told(
        self,
        outcome: str,
        kind: str,
        year: int,
        expected: Expected,
        load_id: str | None = None,
        files: dict[str, list[File]] | None = None,
        dimensions: Sequence[str] = (),
    ) -> Loaded:
        all_files = [one for some in (files or {}).values() for one in some]
        return Loaded(
            outcome=outcome,
            kind=kind,
            year=year,
            publication=expected.publication.isoformat(),
            run_id=expected.run_id,
            rows=expected.rows,
            amount=f"{expected.amount:f}",
            load_id=load_id,
            files=len(all_files),
            bytes=sum(one.bytes for one in all_files),
            dimensions=list(dimensions),
        )
