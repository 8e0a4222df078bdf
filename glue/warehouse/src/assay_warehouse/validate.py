"""Views and validation queries over the bucket, with Athena or its replacement, and analysts' queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assay_warehouse import statements
from assay_warehouse.engine import Engine
from assay_warehouse.warehouse import Row

# It needs a snapshot as a parameter.
_WITH_VALUES = {"time_travel"}
VALIDATIONS = tuple(name for name in statements.names("athena", "validation") if name not in _WITH_VALUES)


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's answer."""

    name: str
    columns: list[str]
    rows: list[Row]

    def dicts(self) -> Iterator[dict[str, object]]:
        """Rows as dictionaries by column name."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


def make_views(engine: Engine) -> list[str]:
    """Recreates all views. They are stored in the catalog, so run this once after rebuilding it."""
    made = []
    for folder in (("athena", "views"), ("analyst", "views")):
        for name in statements.names(*folder):
            for statement in statements.read(*folder, name):
                engine.query(statement)
            made.append(name)
    return made


def ask(engine: Engine, name: str, **values: statements.Value) -> Answer:
    """The answer of a validation query."""
    (statement,) = statements.read("athena", "validation", name)
    return Answer(name, *engine.query(statements.fill(statement, values)))


def question(name: str, kind: str) -> str:
    """The answer of an analyst's query about a kind of payments."""
    (statement,) = statements.read("analyst", "queries", name)
    return statements.fill(statement, {"kind": kind})


def disagreeing(reconciliation: Answer) -> list[str]:
    """Stations at which rows or dollars differ from the station before."""
    return [
        f"{one['kind']} {one['year']} {one['station']}: {one['records']} records, {one['amount']} dollars; "
        f"expected {one['records_expected']} and {one['amount_expected']}"
        for one in reconciliation.dicts()
        if one["agrees"] is not True
    ]
