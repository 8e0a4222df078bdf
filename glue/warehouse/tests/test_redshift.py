"""The Data API's client, against a service that answers as AWS documents it. Whether Redshift accepts the SQL cannot be
tested here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from conftest import DATABASE, PLATFORM, World

from assay_warehouse import redshift
from assay_warehouse.errors import OlderPublication, TryAgain, WarehouseError
from assay_warehouse.load import DIMENSIONS, YEARS, Loader
from assay_warehouse.redshift import RedshiftDataApi, fault
from assay_warehouse.snapshot import Published


@dataclass
class Service:
    """A work group: the requests it received, and how statements end."""

    ends: list[dict[str, Any]] = field(default_factory=lambda: [{"Status": "FINISHED"}])
    pages: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    answer: str = ""

    def batch_execute_statement(self, **asked: Any) -> dict[str, str]:
        self.asked.append(asked)
        return {"Id": "id"}

    def describe_statement(self, Id: str) -> dict[str, Any]:  # noqa: N803 - the service's word
        assert Id == "id"
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]

    def cancel_statement(self, Id: str) -> None:  # noqa: N803
        self.cancelled.append(Id)

    def get_paginator(self, name: str) -> "Service":
        assert name == "get_statement_result"
        return self

    def paginate(self, Id: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        self.answer = Id
        return iter(self.pages)


def warehouse(service: Service) -> RedshiftDataApi:
    client: Any = service
    return RedshiftDataApi(client, "assay", "openpayments", "open_payments", pause=0.0)


def test_a_load_is_one_batch_of_one_transaction(world: World) -> None:
    world.publish(2023, "2024-06-28")
    published = Published.of(world.tables.catalog, DATABASE, [*YEARS, *DIMENSIONS])
    service = Service()
    done = Loader(warehouse(service), world.lake, published, PLATFORM.lake.copy_manifests, print).load("general", 2023)
    batch = service.asked[-1]
    assert (batch["WorkgroupName"], batch["Database"], batch["ClientToken"]) == ("assay", "openpayments", done.load_id)
    steps = [
        " ".join(line for line in one.splitlines() if not line.startswith("--")).split()[0] for one in batch["Sqls"]
    ]
    assert len(steps) == 38 < redshift.MOST_STATEMENTS, "all years and all dimensions: no load has more"
    assert steps[:3] == ["set", "update", "select"]
    assert steps.index("delete") < steps.index("copy")
    assert steps[-2:] == ["insert", "update"]
    assert not {"truncate", "commit", "begin", "merge", "lock"} & set(steps), (
        "TRUNCATE commits, MERGE keeps what is gone"
    )
    copies = [one for one in batch["Sqls"] if one.startswith("copy")]
    assert all("iam_role default format as parquet manifest fillrecord" in one for one in copies)
    assert not any("aws_access_key" in one.lower() for one in batch["Sqls"])


def test_answers_are_read_page_by_page_with_their_types() -> None:
    names = ("a", "b", "c", "d")
    types = ("int4", "numeric", "date", "varchar")
    metadata = [{"name": name, "typeName": kind} for name, kind in zip(names, types, strict=True)]
    rows = [[{"longValue": 1}, {"stringValue": "8.75"}, {"stringValue": "2024-06-28"}, {"isNull": True}]]
    service = Service(pages=[{"ColumnMetadata": metadata, "Records": rows}] * 2)
    found = warehouse(service).query("select 1")
    assert found == (list(names), [(1, Decimal("8.75"), date(2024, 6, 28), None)] * 2)
    assert service.answer == "id:2", "the answer is of the second statement; the first sets the search path"
    assert service.asked[0]["Sqls"] == ["set search_path to open_payments", "select 1"]


def test_it_waits_until_the_batch_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(ends=[{"Status": "SUBMITTED"}, {"Status": "STARTED"}, {"Status": "FINISHED"}])
    warehouse(service).transaction(["select 1"], "token")
    assert len(service.ends) == 1
    monkeypatch.setattr(redshift, "LONGEST_SECONDS", 0.05)
    endless = Service(ends=[{"Status": "STARTED"}])
    with pytest.raises(WarehouseError, match="did not end within"):
        warehouse(endless).transaction(["select 1"], "token")
    assert endless.cancelled == ["id"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ERROR: Invalid digit, Value 'r', Pos 0, Type: Integer", OlderPublication),
        ('invalid input syntax for type integer: "refused: loaded is publication 2025-01-30"', OlderPublication),
        ("ERROR: Invalid digit, Value 'd', Pos 0, Type: Integer", WarehouseError),
        ("ERROR: 1023 DETAIL: Serializable isolation violation on table", TryAgain),
        ("could not serialize access due to concurrent update", TryAgain),
        ("ERROR: deadlock detected", TryAgain),
        ("Spectrum Scan Error 15007", WarehouseError),
    ],
)
def test_faults_are_told_apart(text: str, expected: type[Exception]) -> None:
    service = Service(ends=[{"Status": "FAILED", "Error": text}])
    with pytest.raises(WarehouseError, match="statement `id`") as told:
        warehouse(service).transaction(["select 1"], "token")
    assert type(told.value) is expected
    assert type(fault(text)) is expected


def test_a_batch_that_is_too_long_is_told_before() -> None:
    with pytest.raises(WarehouseError, match="a batch of 51 statements; the Data API allows 40"):
        warehouse(Service()).transaction(["select 1"] * 50, "token")
