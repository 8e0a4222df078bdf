"""PostgreSQL in Redshift's place, on one machine: the same statements, without those parts that only Redshift has.

COPY reads the same manifest and the same Parquet files, by position like Redshift, and refuses the same files: those
that are missing, or have the wrong size or columns.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import pyarrow.parquet as pq
import sqlglot
from psycopg import sql
from sqlglot import exp

from assay_catalog.errors import NotThere
from assay_catalog.lake import Lake, key_of
from assay_warehouse import tables
from assay_warehouse.errors import WarehouseError
from assay_warehouse.redshift import fault
from assay_warehouse.warehouse import Row


@dataclass(frozen=True)
class PostgreSQL:
    """A database by its connection URL. COPY reads from `lake`."""

    dsn: str
    schema: str
    lake: Lake

    def query(self, statement: str) -> tuple[list[str], list[Row]]:
        """See `Warehouse`."""
        try:
            with self._connect(autocommit=True) as connection:
                cursor = connection.execute(_bytes(translate(statement)))
                return [column.name for column in cursor.description or ()], list(cursor.fetchall())
        except psycopg.Error as error:
            raise fault(str(error)) from error

    def transaction(self, statements: Sequence[str], token: str) -> None:
        """See `Warehouse`. `token` is not needed: the connection reports how a transaction ended."""
        del token
        try:
            with self._connect(autocommit=False) as connection:
                connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
                for statement in statements:
                    parsed = sqlglot.parse_one(statement, dialect="redshift")
                    if isinstance(parsed, exp.Copy):
                        self._copy(connection, parsed)
                    else:
                        connection.execute(_bytes(translate(statement)))
        except psycopg.Error as error:
            raise fault(str(error)) from error

    def _connect(self, *, autocommit: bool) -> psycopg.Connection:
        # Otherwise a server with the encoding SQL_ASCII returns bytes, and nothing is found by name.
        options = f"-c search_path={self.schema} -c client_encoding=UTF8"
        return psycopg.connect(self.dsn, autocommit=autocommit, options=options)

    def _copy(self, connection: psycopg.Connection, statement: exp.Copy) -> None:
        table = statement.this
        manifest: dict[str, list[dict[str, dict[str, int]]]] = json.loads(self._read(statement.args["files"][0].name))
        if manifest.keys() != {"entries"} or not manifest["entries"]:
            raise WarehouseError("the manifest must contain only `entries`, with at least one")
        target = sql.Identifier(*(part.name for part in table.parts))
        statement_text = sql.SQL("copy {} ({}) from stdin")
        for entry in manifest["entries"]:
            content = self._read(str(entry["url"]))
            if len(content) != entry["meta"]["content_length"]:
                raise WarehouseError(f"`{entry['url']}` has {len(content)} bytes; the manifest states another size")
            rows = pq.read_table(io.BytesIO(content))
            tables.file_agrees(table.name, rows.schema)
            names = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
            with connection.cursor() as cursor, cursor.copy(statement_text.format(target, names)) as copy:
                for batch in rows.to_batches():
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        copy.write_row(row)
        # Redshift does this by itself after a load; without it, PostgreSQL plans as if the tables were empty.
        connection.execute(sql.SQL("analyze {}").format(target))

    def _read(self, place: str) -> bytes:
        try:
            return self.lake.read(key_of(self.lake, place))
        except NotThere as error:
            raise WarehouseError(f"{error}; COPY reads only existing files") from error


def translate(statement: str) -> str:
    """A statement for Redshift as PostgreSQL takes it: without distribution and sort keys.

    Raises `WarehouseError` for anything it does not understand, rather than passing it on.
    """
    parsed = sqlglot.parse_one(statement, dialect="redshift")
    if parsed.find(exp.Command):
        raise WarehouseError(f"`{statement[:60]}…` cannot be parsed")
    if isinstance(parsed, exp.Create) and parsed.kind == "TABLE":
        parsed.set("properties", None)
    return parsed.sql(dialect="postgres")


def _bytes(statement: str) -> bytes:
    """For psycopg, whose types accept only literal strings; ours come from files."""
    return statement.encode()
