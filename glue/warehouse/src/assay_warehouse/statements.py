"""SQL files: finding them, splitting them into statements, and filling in values.

Values are inserted as literals, since a batch of the Data API takes no parameters. Only texts, whole numbers, exact
decimals and dates can be values, and each is written so that it cannot break out of its literal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from assay_warehouse.errors import WarehouseError

Value = str | int | Decimal | date | datetime

CHECKOUT = Path(__file__).resolve().parents[2] / "sql"
# A name after a colon, but not after the second colon of a cast, and not within a literal.
_TOKENS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::|:(?P<name>[a-z_]+)")


def folder(*below: str) -> Traversable:
    """A folder or file of SQL: in the checkout, otherwise in the wheel."""
    top: Traversable = CHECKOUT if CHECKOUT.is_dir() else resources.files("assay_warehouse").joinpath("sql")
    return top.joinpath(*below) if below else top


def names(*below: str) -> list[str]:
    """Names of the SQL files in a folder, without extensions, in order."""
    files = (one.name for one in folder(*below).iterdir())
    return sorted(name.removesuffix(".sql") for name in files if name.endswith(".sql"))


def read(*below: str) -> list[str]:
    """The statements of a file, without trailing semicolons. The path has no `.sql`."""
    return split(folder(*below[:-1], below[-1] + ".sql").read_text(encoding="utf-8"))


def split(text: str) -> list[str]:
    """The statements of a text: each ends with a semicolon at the end of a line."""
    whole = (part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text))
    return [part for part in whole if part and not all(line.startswith("--") for line in part.splitlines())]


def fill(statement: str, values: Mapping[str, Value]) -> str:
    """A statement with `:name`s replaced. Raises `WarehouseError` if one has no value."""

    def one(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return found[0]
        if name not in values:
            raise WarehouseError(f"`:{name}` has no value in `{statement[:60]}…`")
        return literal(values[name])

    return _TOKENS.sub(one, statement)


def literal(value: Value) -> str:
    """A value as SQL. Raises `WarehouseError` for a text with unexpected characters."""
    if isinstance(value, bool):
        raise WarehouseError("a boolean cannot be written as a literal")
    if isinstance(value, datetime):
        return f"'{value:%Y-%m-%d %H:%M:%S}'"
    if isinstance(value, date):
        return f"'{value.isoformat()}'"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"'{value:f}'"
    # A backslash is an escape in Redshift but not in PostgreSQL; none of our ids, dates or URLs has one.
    if "\\" in value or "\0" in value:
        raise WarehouseError(f"`{value}` contains a backslash or a NUL and cannot be written as a literal")
    return "'" + value.replace("'", "''") + "'"
