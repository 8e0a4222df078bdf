"""Hive tables: columns from Parquet, and the descriptions of tables and partitions for Glue."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from assay_catalog.errors import CatalogError
from assay_catalog.lake import Lake

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import ColumnTypeDef, StorageDescriptorTypeDef, TableInputTypeDef

# Footers of parts are about 30 KiB with one row group, plus 10 KiB for each additional one.
_END = 256 * 1024
_MAGIC = b"PAR1"
_HIVE = "org.apache.hadoop.hive.ql.io"
_PLAIN = {
    pa.string(): "string",
    pa.large_string(): "string",
    pa.int64(): "bigint",
    pa.int32(): "int",
    pa.bool_(): "boolean",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.binary(): "binary",
}

# The three kinds of files that a run writes besides its parts share a folder. They are one table, in which each file
# fills the columns it has; views separate them by `"$path"`. A test compares this with the host's output.
REJECTED = {
    "record": "bigint",
    "line": "bigint",
    "line_first": "bigint",
    "line_last": "bigint",
    "byte_offset": "bigint",
    "byte_length": "bigint",
    "raw": "binary",
    "raw_complete": "boolean",
    "outcome": "string",
    "disposition": "string",
    "rule": "string",
    "level": "string",
    "column": "string",
    "message": "string",
    "value": "string",
    "before": "string",
    "after": "string",
    "findings": "array<struct<rule:string,class:string,level:string,column:string,message:string,value:string>>",
    "repairs": "array<struct<column:string,rule:string,before:string,after:string>>",
}

_COUNTS = ("evaluated", "passed", "failed", "skipped", "errored", "repaired")
# The fields of the audit record (`schema/run.schema.json`) that queries need. Partition keys are not columns.
AUDIT = {
    "version": "string",
    "outcome": "string",
    "already_published": "boolean",
    "run_id": "string",
    "attempt": "string",
    "started_at": "string",
    "ended_at": "string",
    "dataset": "string",
    "layout": "string",
    "pack": "string",
    "pack_digest": "string",
    "plugins": "map<string,string>",
    "source": "struct<name:string,location:string,stored_bytes:bigint,compression:string,bytes:bigint,digest:string>",
    "records": "struct<read:bigint,validated:bigint,quarantined:bigint,passed:bigint,repaired:bigint,warned:bigint>",
    "amounts": "map<string,struct<read:string,validated:string,quarantined:string,summed:bigint,blank:bigint,"
    "unread:bigint>>",
    "findings": "map<string,map<string,bigint>>",
    "rules": "map<string,struct<owner:string,class:string,level:string,title:string,"
    + ",".join(f"{one}:bigint" for one in _COUNTS)
    + ">>",
    "manifest": "string",
    "replaces": "string",
    "superseded_by": "string",
    "host_version": "string",
}


def type_of(field: pa.DataType) -> str:
    """The Hive type of a Parquet type. Raises `CatalogError` for types that the host does not write."""
    if pa.types.is_decimal(field):
        return f"decimal({field.precision},{field.scale})"
    if pa.types.is_list(field):
        return f"array<{type_of(field.value_type)}>"
    if pa.types.is_struct(field):
        inner = (field.field(index) for index in range(field.num_fields))
        return f"struct<{','.join(f'{one.name}:{type_of(one.type)}' for one in inner)}>"
    try:
        return _PLAIN[field]
    except KeyError:
        raise CatalogError(f"no Hive type corresponds to the Parquet type `{field}`") from None


def columns_of(lake: Lake, part: str) -> dict[str, str]:
    """Columns of a Parquet file, by lower-case name: the only case that Athena and Spark agree on.

    Reads its footer only. Raises `CatalogError` if the file is missing or damaged.
    """
    end = lake.read_end(part, _END)
    if end[-4:] != _MAGIC:
        raise CatalogError(f"`{part}` does not end as a Parquet file does")
    footer = int.from_bytes(end[-8:-4], "little") + 8
    if footer > len(end):
        end = lake.read_end(part, footer)
    try:
        schema = pq.read_schema(io.BytesIO(_MAGIC + end[-footer:]))
    except (pa.ArrowInvalid, OSError) as error:
        raise CatalogError(f"the footer of `{part}` cannot be read: {error}") from error
    return {field.name.lower(): type_of(field.type) for field in schema}


def parquet_at(location: str, columns: dict[str, str]) -> StorageDescriptorTypeDef:
    """Parquet files in a folder."""
    return {
        "Columns": _columns(columns),
        "Location": location.rstrip("/") + "/",
        "InputFormat": f"{_HIVE}.parquet.MapredParquetInputFormat",
        "OutputFormat": f"{_HIVE}.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": f"{_HIVE}.parquet.serde.ParquetHiveSerDe"},
    }


def json_at(location: str, columns: dict[str, str]) -> StorageDescriptorTypeDef:
    """Files with one JSON object per line in a folder."""
    return {
        "Columns": _columns(columns),
        "Location": location.rstrip("/") + "/",
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": f"{_HIVE}.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    }


def table(name: str, keys: Sequence[str], storage: StorageDescriptorTypeDef, form: str) -> TableInputTypeDef:
    """A table with only its registered partitions: no projection, which would find every run.

    `form` is `parquet` or `json`. Values of partition keys are texts, as in the lake's paths.
    """
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": form},
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
        "StorageDescriptor": storage,
    }


def _columns(columns: dict[str, str]) -> list[ColumnTypeDef]:
    return [{"Name": name, "Type": type_} for name, type_ in columns.items()]
