"""Redshift by its Data API: no network path into the cluster, no password, and a batch is one transaction."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from assay_platform.model import Environment, WarehouseNames
from assay_warehouse.errors import OlderPublication, TryAgain, WarehouseError
from assay_warehouse.warehouse import Row

if TYPE_CHECKING:
    from mypy_boto3_redshift_data.client import RedshiftDataAPIServiceClient as Client

# A load of the largest year takes minutes; after more than an hour it hangs.
LONGEST_SECONDS = 3600
# The service allows a hundred calls a second per account; polling more often does not make a load faster.
PAUSE_SECONDS = 2.0
# A batch takes 40 statements; a load has at most 38, including the search path.
MOST_STATEMENTS = 40


@dataclass(frozen=True)
class RedshiftDataApi:
    """A serverless work group. COPY reads the bucket with its namespace's default role."""

    client: Client
    workgroup: str
    database: str
    schema: str
    pause: float = PAUSE_SECONDS

    @classmethod
    def of(cls, here: Environment, names: WarehouseNames) -> RedshiftDataApi:
        """The warehouse of an environment."""
        client = boto3.client(
            "redshift-data",
            region_name=here.region,
            endpoint_url=here.endpoint("redshift-data"),
            config=Config(retries={"mode": "adaptive", "max_attempts": 10}),
        )
        setting = here.warehouse.setting
        return cls(client, setting("workgroup"), names.database, names.schema)

    def query(self, statement: str) -> tuple[list[str], list[Row]]:
        """See `Warehouse`."""
        answer = f"{self._run([statement], uuid.uuid4().hex)}:2"
        columns: list[Any] = []
        rows: list[Row] = []
        for page in self.client.get_paginator("get_statement_result").paginate(Id=answer):
            columns = list(page["ColumnMetadata"])
            rows.extend(_row(record, columns) for record in page["Records"])
        return [column["name"] for column in columns], rows

    def transaction(self, statements: Sequence[str], token: str) -> None:
        """See `Warehouse`. With the token, a repeated call finds the batch of the first one."""
        self._run(statements, token)

    def _run(self, statements: Sequence[str], token: str) -> str:
        steps = [f"set search_path to {self.schema}", *statements]
        if len(steps) > MOST_STATEMENTS:
            raise WarehouseError(f"a batch of {len(steps)} statements; the Data API allows {MOST_STATEMENTS}")
        started = self.client.batch_execute_statement(
            WorkgroupName=self.workgroup,
            Database=self.database,
            Sqls=steps,
            StatementName="assay",
            ClientToken=token[:64],
        )
        self._wait(started["Id"])
        return started["Id"]

    def _wait(self, statement: str) -> None:
        for _ in range(int(LONGEST_SECONDS / max(self.pause, 0.01))):
            told: Any = self.client.describe_statement(Id=statement)
            if told["Status"] == "FINISHED":
                return
            if told["Status"] in {"FAILED", "ABORTED"}:
                raise fault(f"{told.get('Error') or told['Status']} (statement `{statement}`)")
            time.sleep(self.pause)
        self.client.cancel_statement(Id=statement)
        raise WarehouseError(f"statement `{statement}` did not end within {LONGEST_SECONDS} s and was cancelled")


def fault(text: str) -> WarehouseError:
    """The error for a database's message. The guards of a load fail by casting their text to a number: Redshift
    reports the text's first letter, with the text as context; PostgreSQL reports the text.
    """
    lower = text.lower()
    if "refused: " in lower or "invalid digit, value 'r'" in lower:
        return OlderPublication(text)
    if any(one in lower for one in ("1023", "serializable isolation", "could not serialize", "deadlock", "conflict")):
        return TryAgain(f"another load was in the way: {text}")
    return WarehouseError(text)


def _row(record: Any, columns: Any) -> Row:  # noqa: ANN401 - as boto3 answers
    return tuple(_value(one, column) for one, column in zip(record, columns, strict=True))


def _value(field: Any, column: Any) -> object:  # noqa: ANN401
    if field.get("isNull"):
        return None
    (value,) = field.values()
    match column["typeName"]:
        case "numeric" | "decimal":
            return Decimal(value)
        case "date":
            return date.fromisoformat(value)
        case _:
            return value
