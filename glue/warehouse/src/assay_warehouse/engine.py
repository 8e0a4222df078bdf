"""Engines that query the bucket in place: Athena on AWS, Trino on one machine, with the same SQL; DuckDB, with a
translation of it, where there is no Trino.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import boto3

from assay_catalog.lake import RETRIES
from assay_platform.model import Environment, Platform
from assay_warehouse.errors import WarehouseError
from assay_warehouse.warehouse import Row

if TYPE_CHECKING:
    from mypy_boto3_athena.client import AthenaClient

# Athena's name for the account's catalog. Trino's catalog has the same name, so that the SQL can be the same.
CATALOG = "awsdatacatalog"
# Validation of a year takes a minute; after a quarter of an hour, something hangs.
LONGEST_SECONDS = 900
PAUSE_SECONDS = 1.0


class Engine(Protocol):
    """Runs one statement. Unqualified names refer to the curated database."""

    def query(self, statement: str) -> tuple[list[str], list[Row]]:
        """Names of columns, and rows. Money is `Decimal`, dates are `date`. Raises `WarehouseError`."""


@dataclass(frozen=True)
class Athena:
    """A work group, which defines where results go."""

    client: AthenaClient
    workgroup: str
    database: str

    def query(self, statement: str) -> tuple[list[str], list[Row]]:
        """See `Engine`."""
        started = self.client.start_query_execution(
            QueryString=statement,
            WorkGroup=self.workgroup,
            QueryExecutionContext={"Catalog": CATALOG, "Database": self.database},
        )
        execution = started["QueryExecutionId"]
        self._wait(execution)
        names: list[str] = []
        rows: list[Row] = []
        for page in self.client.get_paginator("get_query_results").paginate(QueryExecutionId=execution):
            columns = page["ResultSet"].get("ResultSetMetadata", {}).get("ColumnInfo", [])
            names = [column["Name"] for column in columns]
            for row in page["ResultSet"]["Rows"]:
                texts = [field.get("VarCharValue") for field in row["Data"]]
                rows.append(tuple(_value(text, column["Type"]) for text, column in zip(texts, columns, strict=False)))
        # The first row of a SELECT has the column names.
        return names, rows[1:] if rows and list(rows[0]) == names else rows

    def _wait(self, execution: str) -> None:
        for _ in range(int(LONGEST_SECONDS / PAUSE_SECONDS)):
            status: Any = self.client.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] in {"FAILED", "CANCELLED"}:
                raise WarehouseError(f"{status.get('StateChangeReason') or status['State']} (query `{execution}`)")
            time.sleep(PAUSE_SECONDS)
        self.client.stop_query_execution(QueryExecutionId=execution)
        raise WarehouseError(f"query `{execution}` did not end within {LONGEST_SECONDS} s and was stopped")


@dataclass(frozen=True)
class Trino:
    """A server by its URL."""

    address: str
    database: str

    def query(self, statement: str) -> tuple[list[str], list[Row]]:
        """See `Engine`."""
        import trino  # noqa: PLC0415 - not needed on AWS

        place = urlsplit(self.address)
        names = {"user": "assay", "catalog": CATALOG, "schema": self.database}
        connection: Any = trino.dbapi.connect(host=place.hostname, port=place.port, **names)
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            rows = [tuple(row) for row in cursor.fetchall()]
            return [column[0] for column in cursor.description or ()], rows
        except trino.exceptions.Error as error:
            raise WarehouseError(str(error)) from error
        finally:
            connection.close()


def open_engine(here: Environment, platform: Platform) -> Engine:
    """The engine of an environment. Raises `WarehouseError` if its runner is not one."""
    database = platform.catalog.curated.database
    if here.query.runner == "trino":
        return Trino(here.query.setting("address"), database)
    if here.query.runner == "athena":
        client = boto3.client("athena", region_name=here.region, endpoint_url=here.endpoint("athena"), config=RETRIES)
        return Athena(client, here.query.setting("workgroup"), database)
    if here.query.runner == "duckdb":
        from assay_warehouse.duck import NOTICE, DuckDb  # noqa: PLC0415 - as above

        sys.stderr.write(f"{NOTICE}\n")
        return DuckDb.of(here, platform)
    raise WarehouseError(f"`{here.query.runner}` is not a query engine; expected athena, trino or duckdb")


def _value(text: str | None, kind: str) -> object:
    """Athena returns every value as a text."""
    if text is None:
        return None
    match kind:
        case "bigint" | "integer" | "smallint" | "tinyint":
            return int(text) if text.lstrip("-").isdigit() else text
        case "boolean":
            return text == "true" if text in {"true", "false"} else text
        case "decimal":
            return Decimal(text) if text[-1:].isdigit() else text
        case "date":
            return date.fromisoformat(text) if text[:1].isdigit() else text
        case _:
            return text
