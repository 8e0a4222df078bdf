"""The contents of a catalog, without what differs between equivalent ones: times, versions, creators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay_catalog.glue import Glue
from assay_platform.model import StagingNames

# Iceberg keeps the previous pointer in the table: history, not content.
_HISTORY = {"previous_metadata_location"}


def content(glue: Glue, databases: list[str]) -> dict[str, Any]:
    """Databases, tables, columns, partitions and locations, as JSON in a fixed order: equal if and only if readers see
    the same.
    """
    return {
        database: {one["Name"]: _table(glue, database, one) for one in glue.tables(database)} for database in databases
    }


def newest(glue: Glue, names: StagingNames, kinds: Sequence[str]) -> dict[str, str | None]:
    """The newest publication of each kind, an ISO date; `None` if nothing is registered."""
    found: dict[str, str | None] = {}
    for kind in kinds:
        table = names.validated_table(kind)
        there = glue.find_table(names.database, table)
        keys = [key["Name"] for key in there["PartitionKeys"]] if there else []
        partitions = glue.partitions(names.database, table) if there else iter(())
        values = [dict(zip(keys, one["Values"], strict=True)).get("publication", "") for one in partitions]
        found[kind] = max(values, default="") or None
    return found


def _table(glue: Glue, database: str, table: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3 answers
    storage = table.get("StorageDescriptor", {})
    keys = [{"name": key["Name"], "type": key["Type"]} for key in table.get("PartitionKeys", [])]
    parameters = {name: value for name, value in sorted(table.get("Parameters", {}).items()) if name not in _HISTORY}
    made = {"type": table.get("TableType"), "parameters": parameters, "keys": keys, **_storage(storage)}
    if keys:
        partitions = glue.partitions(database, table["Name"])
        made["partitions"] = {"/".join(one["Values"]): _storage(one["StorageDescriptor"]) for one in partitions}
    return made


def _storage(storage: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "location": storage.get("Location", "").rstrip("/"),
        "columns": [[column["Name"], column["Type"]] for column in storage.get("Columns", [])],
        "serde": storage.get("SerdeInfo", {}).get("SerializationLibrary"),
    }
