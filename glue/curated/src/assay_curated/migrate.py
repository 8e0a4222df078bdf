"""`python -m assay_curated.migrate`: creates the tables, and migrates older ones to the declarations in `tables`.

Each statement is derived from the difference between actual and declared tables, so an interrupted migration is
simply run again. Columns are added, renamed (`RENAMED`), moved and widened, all without rewriting files. Changes that
would lose data are refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from pyspark.sql.types import DataType, DecimalType, IntegerType, LongType, StructField, StructType

from assay_curated import session
from assay_curated.errors import Refused, failure
from assay_curated.lake import Lake
from assay_curated.tables import PARTITION, TABLES, Table

# Columns that had another name in an earlier version: table, then the old name and the new one.
RENAMED: dict[str, dict[str, str]] = {}

PROPERTIES = {
    "format-version": "2",
    # Copy-on-write: readers without support for delete files, such as COPY, need complete data files.
    "write.delete.mode": "copy-on-write",
    "write.parquet.compression-codec": "zstd",
    # Every task writes rows of one year; shuffling a year's rows to one task first would only slow it down.
    "write.distribution-mode": "none",
    # Old metadata files can be found through the newest, which lists a hundred commits.
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "100",
}


def create(table: Table, name: str, location: str | None) -> str:
    """The statement that creates a table; `location` is given if the catalog needs one."""
    columns = ", ".join(_column(field) for field in table.schema)
    properties = ", ".join(f"'{name}' = '{value}'" for name, value in PROPERTIES.items())
    partitions = f" partitioned by ({', '.join(PARTITION)})" if table.years else ""
    place = f" location '{location}'" if location else ""
    return (
        f"create table if not exists {name} ({columns}) using iceberg{partitions}{place} tblproperties ({properties})"
    )


def changes(found: StructType, table: Table, name: str, renamed: dict[str, str]) -> Iterator[str]:
    """The statements that turn the columns `found` into those of `table`. Raises `Refused` for unsafe changes."""
    there = {field.name: field for field in found}
    for old, new in renamed.items():
        if old in there and new not in there:
            there[new] = there.pop(old)
            yield f"alter table {name} rename column {old} to {new}"
    if surplus := sorted(there.keys() - set(table.schema.names)):
        raise Refused(
            f"`{name}` has the column `{surplus[0]}`, which is not declared\n"
            "  help: drop it by hand if nobody reads it, or add it to `RENAMED`"
        )
    order = [renamed.get(one, one) for one in found.names]
    for position, field in enumerate(table.schema):
        after = f"after {table.schema.names[position - 1]}" if position else "first"
        if field.name not in there:
            if not field.nullable:
                raise Refused(
                    f"`{name}.{field.name}` is new and declared not null, but existing rows have no value for it"
                )
            order.insert(position, field.name)
            yield f"alter table {name} add column {field.name} {field.dataType.simpleString()} {after}"
            continue
        if order[position] != field.name:
            order.remove(field.name)
            order.insert(position, field.name)
            yield f"alter table {name} alter column {field.name} {after}"
        yield from _changed(there[field.name], field, name)


def _changed(old: StructField, new: StructField, name: str) -> Iterator[str]:
    if old.dataType != new.dataType:
        if not _wider(old.dataType, new.dataType):
            kinds = f"`{old.dataType.simpleString()}`, declared is `{new.dataType.simpleString()}`"
            raise Refused(f"`{name}.{new.name}` is {kinds}, which cannot represent all existing values")
        yield f"alter table {name} alter column {new.name} type {new.dataType.simpleString()}"
    if new.nullable and not old.nullable:
        yield f"alter table {name} alter column {new.name} drop not null"
    elif old.nullable and not new.nullable:
        raise Refused(f"`{name}.{new.name}` may contain nulls, but is declared not null")


def _wider(old: DataType, new: DataType) -> bool:
    if isinstance(old, DecimalType) and isinstance(new, DecimalType):
        return old.scale == new.scale and old.precision <= new.precision
    return isinstance(old, IntegerType) and isinstance(new, LongType)


def _column(field: StructField) -> str:
    return f"{field.name} {field.dataType.simpleString()}{'' if field.nullable else ' not null'}"


def migrate(lake: Lake, locations: str | None) -> list[str]:
    """Migrates all tables to the declarations and returns the executed statements. `locations` is the folder in which
    each table gets a subfolder, if the catalog needs locations. Raises `Refused`.
    """
    done = []
    lake.spark.sql(f"create namespace if not exists {lake.catalog}.{lake.database}")
    for table in TABLES:
        name = lake.name(table)
        if not lake.spark.catalog.tableExists(name):
            statements: Sequence[str] = [create(table, name, f"{locations}/{table.name}" if locations else None)]
        else:
            found = lake.spark.table(name).schema
            statements = list(changes(found, table, name, RENAMED.get(table.name, {})))
        for statement in statements:
            lake.spark.sql(statement)
            done.append(statement)
    return done


def run(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m assay_curated.migrate", description="Make or change the tables")
    parser.add_argument("--environment", help="Name of an environment in platform.json (default: ASSAY_ENVIRONMENT)")
    parser.add_argument("--lake", help="URL of the lake (default: the environment's)")
    # Glue adds its own arguments.
    given, _ = parser.parse_known_args(arguments)
    try:
        lake, locations = session.lake(given.environment, given.lake, "assay migrate")
        for statement in migrate(lake, locations) or ["nothing to do: all tables are as declared"]:
            sys.stdout.write(f"{statement}\n")
    except Exception as error:  # noqa: BLE001 - Python's own exit code would say that the tables were refused
        return failure(error)
    return 0


if __name__ == "__main__":
    sys.exit(run())
