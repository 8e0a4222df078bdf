"""Athena's SQL as DuckDB takes it: translated by sqlglot, and here where sqlglot changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from assay_warehouse.errors import WarehouseError


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A table that a statement reads. `version` is a snapshot's id, or the name of a tag; empty: the newest."""

    database: str
    name: str
    version: str = ""

    @property
    def label(self) -> str:
        """The name in DuckDB, which keeps versions apart."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def here(self) -> str:
        """The whole name in DuckDB, quoted."""
        return f"{name(self.database)}.{name(self.label)}"


@dataclass(frozen=True, slots=True)
class Translated:
    """A statement for DuckDB, and the tables it needs."""

    text: str
    reads: tuple[Reference, ...]


def translate(statement: str, database: str) -> Translated:
    """Translates a statement for Athena; unqualified names refer to `database`. Raises `WarehouseError` for anything it
    does not understand, rather than passing it on.
    """
    try:
        parsed = sqlglot.parse_one(statement, dialect="athena", error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        raise WarehouseError(f"`{statement[:60]}…` cannot be parsed: {error}") from error
    if parsed.find(exp.Command):
        raise WarehouseError(f"`{statement[:60]}…` cannot be parsed")
    made = parsed.this.find(exp.Table) if isinstance(parsed, exp.Create) else None
    reads = tuple(sorted(set(_references(parsed, made, database))))
    parsed = parsed.transform(_keys).transform(_rows)
    return Translated(parsed.sql(dialect="duckdb", comments=False), reads)


def _references(parsed: exp.Expr, made: exp.Table | None, database: str) -> Iterator[Reference]:
    """The tables read by the statement; also renames each to its name in DuckDB."""
    common = {one.alias for one in parsed.find_all(exp.CTE)}
    for table in parsed.find_all(exp.Table):
        if table is made or (not table.db and table.name in common) or not isinstance(table.this, exp.Identifier):
            continue
        version = table.args.get("version")
        found = Reference(table.db or database, table.name, version.expression.name if version else "")
        table.set("version", None)
        table.set("db", exp.to_identifier(found.database, quoted=True))
        table.set("this", exp.to_identifier(found.label, quoted=True))
        if version and not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(found.name)))
        yield found


def _keys(node: exp.Expr) -> exp.Expr:
    """`transform_keys(map, (k, v) -> …)`, which DuckDB lacks: the map's entries, with new keys."""
    if not (isinstance(node, exp.Anonymous) and node.name.lower() == "transform_keys"):
        return node
    of, function = node.expressions
    key, value = (one.name for one in function.expressions)
    fields = {key: "key", value: "value"}
    body = function.this.transform(
        lambda it: (
            exp.column(fields[it.name], table="entry")
            if isinstance(it, exp.Identifier) and it.name in fields and not isinstance(it.parent, exp.Column)
            else it
        )
    )
    entries = f"list_transform(map_entries({of.sql('duckdb')}), lambda entry : row({body.sql('duckdb')}, entry.value))"
    return sqlglot.parse_one(f"map_from_entries({entries})", dialect="duckdb")


def _rows(node: exp.Expr) -> exp.Expr:
    """`unnest` of an array of rows, which gives one column per field in Athena but a single one in DuckDB."""
    if not (isinstance(node, exp.Unnest) and len(node.alias_column_names) > 1):
        return node
    (array,) = node.expressions
    fields = sqlglot.parse_one(f"select unnest({array.sql('duckdb')}, max_depth := 2)", dialect="duckdb")
    return exp.Lateral(this=exp.Subquery(this=fields), alias=node.args["alias"])


def type_of(hive: str) -> str:
    """DuckDB's type for one of a Hive table: `array<struct<rule:string>>`."""
    return exp.DataType.build(hive, dialect="hive").sql(dialect="duckdb")


def name(text: str) -> str:
    """A name, quoted."""
    return '"' + text.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text, quoted. It may contain anything: DuckDB has no escapes in plain strings."""
    return "'" + value.replace("'", "''") + "'"
