"""Columns of the warehouse's tables, from their DDL, and whether an Iceberg table has them in the same order.

COPY of Parquet assigns columns by position: a misplaced column would silently be loaded into the wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
from pyiceberg.schema import Schema
from pyiceberg.types import (
    DateType,
    DecimalType,
    IcebergType,
    IntegerType,
    LongType,
    StringType,
    TimestampType,
    TimestamptzType,
)

from assay_warehouse import statements
from assay_warehouse.errors import WarehouseError

_COLUMN = re.compile(r"^    (?P<name>\w+) (?P<type>\w+)(?:\((?P<size>[\d, ]+)\))?(?P<required> not null)?,?$")

_IN_FILES = {
    "varchar": lambda it: pa.types.is_string(it) or pa.types.is_large_string(it),
    "integer": pa.types.is_int32,
    "bigint": pa.types.is_int64,
    "date": pa.types.is_date32,
    "timestamp": pa.types.is_timestamp,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the DDL. `type` has no size, except for decimals: `varchar`, `decimal(14,2)`."""

    name: str
    type: str
    required: bool


def columns(table: str) -> list[Column]:
    """Columns of a table, in order. Raises `WarehouseError` for a line that it does not understand."""
    (statement,) = statements.read("redshift", "tables", table)
    _, _, body = statement.partition("(\n")
    lines, _, _ = body.partition("\n)")
    found = []
    for line in lines.splitlines():
        read = _COLUMN.match(line)
        if read is None:
            raise WarehouseError(f"`{line.strip()}` in the DDL of `{table}` is not a column")
        size = f"({read['size'].replace(' ', '')})" if read["type"] == "decimal" else ""
        found.append(Column(read["name"], read["type"] + size, read["required"] is not None))
    return found


def type_of(given: IcebergType) -> str:
    """The warehouse's type for an Iceberg type. Raises `WarehouseError` if there is none."""
    match given:
        case StringType():
            return "varchar"
        case IntegerType():
            return "integer"
        case LongType():
            return "bigint"
        case DateType():
            return "date"
        case TimestampType() | TimestamptzType():
            return "timestamp"
        case DecimalType(precision=precision, scale=scale):
            return f"decimal({precision},{scale})"
        case _:
            raise WarehouseError(f"`{given}` has no corresponding type in the warehouse")


def agree(table: str, schema: Schema) -> None:
    """Raises `WarehouseError` unless an Iceberg table's columns match the warehouse's in order and type."""
    there = [(one.name, type_of(one.field_type)) for one in schema.fields]
    wanted = [(one.name, one.type) for one in columns(table)]
    for place, (one, other) in enumerate(zip(there, wanted, strict=False), 1):
        if one != other:
            raise WarehouseError(
                f"column {place} of `{table}` is `{' '.join(one)}` in the lake and `{' '.join(other)}` in the "
                "warehouse: COPY maps columns by position"
            )
    if len(there) != len(wanted):
        raise WarehouseError(f"`{table}` has {len(there)} columns in the lake and {len(wanted)} in the warehouse")


def file_agrees(table: str, found: pa.Schema) -> None:
    """Raises `WarehouseError` unless a Parquet file's columns are the first ones of the warehouse's table, in order and
    type: a file older than a column lacks it, and COPY fills it with nulls.
    """
    wanted = [(one.name, one.type) for one in columns(table)]
    there = [(field.name, type_in_file(field.type)) for field in found]
    for place, (one, other) in enumerate(zip(there, wanted, strict=False), 1):
        if one != other:
            raise WarehouseError(
                f"column {place} of a file of `{table}` is `{' '.join(one)}`; expected `{' '.join(other)}`: COPY goes "
                "by position"
            )
    if len(there) > len(wanted):
        raise WarehouseError(f"a file of `{table}` has {len(there)} columns and the warehouse {len(wanted)}")


def type_in_file(given: pa.DataType) -> str:
    """The warehouse's type for a Parquet type as Arrow represents it. Raises `WarehouseError` if there is none."""
    if pa.types.is_decimal(given):
        return f"decimal({given.precision},{given.scale})"
    for name, fits in _IN_FILES.items():
        if fits(given):
            return name
    raise WarehouseError(f"`{given}` in a file has no corresponding type in the warehouse")
