"""The small interface that everything here uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from assay_catalog.lake import Lake
from assay_platform.model import Environment, WarehouseNames
from assay_warehouse.errors import WarehouseError

Row: TypeAlias = tuple[object, ...]


class Warehouse(Protocol):
    """A database that takes Redshift's SQL. Unqualified names refer to its schema, so that analysts' SQL is the same
    for Redshift and Athena.
    """

    def query(self, statement: str) -> tuple[list[str], list[Row]]:
        """Names of columns, and rows. Money is `Decimal`, dates are `date`."""

    def transaction(self, statements: Sequence[str], token: str) -> None:
        """All statements, or none. The same `token` twice means the same transaction, if the service supports that.

        Raises `TryAgain` if another transaction was in the way, `OlderPublication` and `WarehouseError` if a statement
        refused.
        """


def open_warehouse(here: Environment, names: WarehouseNames, lake: Lake) -> Warehouse:
    """The warehouse of an environment. Raises `WarehouseError` if its runner is not one."""
    # Imported only when used: PostgreSQL's client is not installed on AWS.
    if here.warehouse.runner == "redshift-data":
        from assay_warehouse.redshift import RedshiftDataApi  # noqa: PLC0415

        return RedshiftDataApi.of(here, names)
    if here.warehouse.runner == "postgresql":
        from assay_warehouse.postgresql import PostgreSQL  # noqa: PLC0415

        return PostgreSQL(here.warehouse.setting("dsn"), names.schema, lake)
    raise WarehouseError(f"`{here.warehouse.runner}` is not a warehouse; expected redshift-data or postgresql")
