"""Tables are migrated to the declarations, or refused if that would lose data."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyspark.sql.types import StructType

from assay_curated import tables
from assay_curated.errors import Refused
from assay_curated.lake import Lake
from assay_curated.migrate import changes, migrate
from assay_curated.tables import TABLES, Table

DECLARED = Table("t", ("id",), "id string not null, count bigint, name string, sum decimal(18,2)", years=False)


def columns(ddl: str) -> StructType:
    return Table("t", (), ddl).schema


@pytest.mark.parametrize(
    ("found", "renamed", "expected"),
    [
        ("id string not null, count bigint, name string, sum decimal(18,2)", {}, []),
        (
            "id string not null, name string",
            {},
            ["add column count bigint after id", "add column sum decimal(18,2) after name"],
        ),
        (
            "id string not null, count int not null, title string, sum decimal(14,2)",
            {"title": "name"},
            [
                "rename column title to name",
                "alter column count type bigint",
                "alter column count drop not null",
                "alter column sum type decimal(18,2)",
            ],
        ),
        (
            "name string, id string not null, count bigint, sum decimal(18,2)",
            {"title": "name"},
            ["alter column id first", "alter column count after id"],
        ),
    ],
)
def test_statements(found: str, renamed: dict[str, str], expected: list[str]) -> None:
    assert list(changes(columns(found), DECLARED, "t", renamed)) == [f"alter table t {one}" for one in expected]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("id string not null, count bigint, name string, sum decimal(18,2), old int", "has the column `old`"),
        ("count bigint, name string, sum decimal(18,2)", "`t.id` is new and declared not null"),
        ("id string, count bigint, name string, sum decimal(18,2)", "`t.id` may contain nulls"),
        (
            "id string not null, count string, name string, sum decimal(18,2)",
            "`t.count` is `string`, declared is `bigint`",
        ),
    ],
)
def test_what_would_lose_data_is_refused(found: str, expected: str) -> None:
    with pytest.raises(Refused) as refused:
        list(changes(columns(found), DECLARED, "t", {}))
    assert expected in str(refused.value)


def test_tables_are_made_once_and_changed_to_what_is_declared(new_lake: Callable[[], Lake]) -> None:
    lake = new_lake()
    assert migrate(lake, None) == []
    name = lake.name(tables.COMPANY_NAMES)
    lake.spark.sql(f"alter table {name} drop column company_name")
    lake.spark.sql(f"alter table {lake.name(tables.PUBLICATIONS)} alter column records_read drop not null")
    with pytest.raises(Refused):
        migrate(lake, None)
    assert lake.spark.table(name).schema.names != tables.COMPANY_NAMES.schema.names
    lake.spark.sql(f"drop table {lake.name(tables.PUBLICATIONS)}")
    made = migrate(lake, None)
    assert made[0].startswith("create table")
    assert made[1:] == [f"alter table {name} add column company_name string after company_id"]
    for table in TABLES:
        found = lake.spark.table(lake.name(table)).schema
        assert [(one.name, one.dataType, one.nullable) for one in found] == [
            (one.name, one.dataType, one.nullable) for one in table.schema
        ]
