"""Glue's tables and partitions, each brought to a wanted state: created, altered, or left alone if it is the same.

Every function may run concurrently, anywhere: whatever another call created first is read and compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import starmap
from typing import TYPE_CHECKING, Any

import boto3

from assay_catalog.errors import CatalogError
from assay_catalog.lake import RETRIES
from assay_platform.model import Environment

if TYPE_CHECKING:
    from mypy_boto3_glue.client import GlueClient
    from mypy_boto3_glue.type_defs import StorageDescriptorTypeDef, TableInputTypeDef


class Change(Enum):
    """The change that was made to reach the wanted state."""

    NONE = "unchanged"
    MADE = "made"
    ALTERED = "altered"
    REMOVED = "removed"


@dataclass(frozen=True)
class Glue:
    """A Glue Data Catalog."""

    client: GlueClient

    @classmethod
    def of(cls, here: Environment) -> Glue:
        """The catalog of an environment."""
        return cls(boto3.client("glue", region_name=here.region, endpoint_url=here.endpoint("glue"), config=RETRIES))

    def database(self, name: str, location: str) -> Change:
        """Creates a database. An existing one keeps its location."""
        gone, there = self.client.exceptions.EntityNotFoundException, self.client.exceptions.AlreadyExistsException
        try:
            self.client.get_database(Name=name)
        except gone:
            try:
                self.client.create_database(DatabaseInput={"Name": name, "LocationUri": location})
            except there:
                return Change.NONE
            return Change.MADE
        return Change.NONE

    def table(self, database: str, wanted: TableInputTypeDef) -> Change:
        """Creates a table, or adds the columns that it lacks. Columns keep their position; new ones are appended.

        Raises `CatalogError` if the type of a column or partition key differs: all partitions would be unreadable.
        """
        found = self.find_table(database, wanted["Name"])
        if found is None:
            try:
                self.client.create_table(DatabaseName=database, TableInput=wanted)
            except self.client.exceptions.AlreadyExistsException:
                return self.table(database, wanted)
            return Change.MADE
        columns = _merged(wanted, found)
        storage: Any = {**wanted["StorageDescriptor"], "Columns": columns}
        if _same(storage, found["StorageDescriptor"]):
            return Change.NONE
        self.client.update_table(
            DatabaseName=database, TableInput={**wanted, "StorageDescriptor": storage}, SkipArchive=True
        )
        # Another process may have added a column between reading and writing.
        self.table(database, wanted)
        return Change.ALTERED

    def find_table(self, database: str, name: str) -> Any:  # noqa: ANN401 - as boto3 answers
        """A table as Glue describes it, or `None`."""
        try:
            return self.client.get_table(DatabaseName=database, Name=name)["Table"]
        except self.client.exceptions.EntityNotFoundException:
            return None

    def tables(self, database: str) -> Iterator[Any]:
        """All tables of a database, by name; none if the database does not exist."""
        try:
            pages = list(self.client.get_paginator("get_tables").paginate(DatabaseName=database))
        except self.client.exceptions.EntityNotFoundException:
            return
        yield from sorted((one for page in pages for one in page["TableList"]), key=lambda one: one["Name"])

    def partitions(self, database: str, table: str) -> Iterator[Any]:
        """All partitions of a table, by values."""
        pages = self.client.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=table)
        yield from sorted((one for page in pages for one in page["Partitions"]), key=lambda one: one["Values"])

    def partition(self, database: str, table: str, values: Sequence[str], storage: StorageDescriptorTypeDef) -> Change:
        """Points a partition at a folder."""
        wanted: Any = {"Values": list(values), "StorageDescriptor": storage}
        exceptions = self.client.exceptions
        try:
            found = self.client.get_partition(DatabaseName=database, TableName=table, PartitionValues=list(values))
        except exceptions.EntityNotFoundException:
            try:
                self.client.create_partition(DatabaseName=database, TableName=table, PartitionInput=wanted)
            except exceptions.AlreadyExistsException:
                return self.partition(database, table, values, storage)
            return Change.MADE
        if _same(storage, found["Partition"]["StorageDescriptor"]):
            return Change.NONE
        try:
            self.client.update_partition(
                DatabaseName=database, TableName=table, PartitionValueList=list(values), PartitionInput=wanted
            )
        except exceptions.EntityNotFoundException:
            return self.partition(database, table, values, storage)
        return Change.ALTERED

    def no_partition(self, database: str, table: str, values: Sequence[str]) -> Change:
        """Removes a partition, if it exists. The files stay."""
        try:
            self.client.delete_partition(DatabaseName=database, TableName=table, PartitionValues=list(values))
        except self.client.exceptions.EntityNotFoundException:
            return Change.NONE
        return Change.REMOVED


def _same(wanted: Any, found: Any) -> bool:  # noqa: ANN401
    """Whether everything wanted was found. Fields that Glue adds are ignored."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_same(value, found.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(starmap(_same, zip(wanted, found, strict=True)))
        )
    return bool(wanted == found)


def _merged(wanted: Any, found: Any) -> list[Any]:  # noqa: ANN401
    """The columns of both."""
    name = wanted["Name"]
    keys = [(key["Name"], key["Type"]) for key in wanted["PartitionKeys"]]
    there = [(key["Name"], key["Type"]) for key in found.get("PartitionKeys", [])]
    if keys != there:
        raise CatalogError(f"table `{name}` is partitioned by {there}; expected {keys}\n  help: drop it and rebuild")
    columns = list(found["StorageDescriptor"]["Columns"])
    types = {column["Name"]: column["Type"] for column in columns}
    for column in wanted["StorageDescriptor"]["Columns"]:
        was = types.get(column["Name"])
        if was is None:
            columns.append(column)
        elif was != column["Type"]:
            raise CatalogError(
                f"column `{column['Name']}` of table `{name}` is `{was}`; the files have `{column['Type']}`\n"
                "  help: a column never changes its type; the schema's new column gets a new name"
            )
    return columns
