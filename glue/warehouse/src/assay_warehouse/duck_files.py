"""Hive tables of the catalog as DuckDB reads them: the files of registered partitions only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb

from assay_warehouse.duck_sql import name, text, type_of


def partitions(table: Any, listed: list[Any]) -> str:  # noqa: ANN401 - as boto3 answers
    """The hidden table of partitions."""
    keys = [key["Name"] for key in table["PartitionKeys"]]
    rows = ", ".join(f"({', '.join(map(text, one['Values']))})" for one in listed)
    nothing = f"({', '.join('null::varchar' for _ in keys)})"
    where = "" if rows else " where false"
    return f"select * from (values {rows or nothing}) as t ({', '.join(map(name, keys))}){where}"


def rows(connection: duckdb.DuckDBPyConnection, table: Any, listed: list[Any]) -> str:  # noqa: ANN401
    """Parquet or JSON files of registered partitions only; `"$path"` is a row's file."""
    columns = {one["Name"]: type_of(one["Type"]) for one in table["StorageDescriptor"]["Columns"]}
    keys = {one["Name"]: type_of(one["Type"]) for one in table["PartitionKeys"]}
    everything = columns | {"$path": "varchar"} | keys
    parquet = "parquet" in table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].lower()
    typed = ", ".join(f"cast(null as {kind}) as {name(one)}" for one, kind in everything.items())
    parts = [f"select {typed} where false"]
    for one in listed:
        ending = "parquet" if parquet else "json"
        files = list(_listed(connection, f"{place(one['StorageDescriptor']['Location'])}/*.{ending}"))
        if not files:
            continue
        values = ", ".join(f"{text(value)} as {name(key)}" for key, value in zip(keys, one["Values"], strict=True))
        # The keys come from the catalog, not from the folders' names.
        options = ["filename = '$path'", "union_by_name = true", "hive_partitioning = false"]
        if not parquet:
            fields = ", ".join(f"{text(field)}: {text(kind)}" for field, kind in columns.items())
            options += [f"columns = {{{fields}}}", "format = 'newline_delimited'"]
        read = f"read_{ending}([{', '.join(map(text, files))}], {', '.join(options)})"
        parts.append(f"select *, {values} from {read}")
    return f"select {', '.join(map(name, everything))} from ({' union all by name '.join(parts)})"


def _listed(connection: duckdb.DuckDBPyConnection, pattern: str) -> Iterator[str]:
    for (file,) in connection.execute("select file from glob(?) order by file", [pattern]).fetchall():
        yield str(file)


def place(url: str) -> str:
    """A location as DuckDB takes it: a bucket's URL, or a path."""
    return unquote(urlsplit(url).path).rstrip("/") if url.startswith("file:") else url.rstrip("/")
