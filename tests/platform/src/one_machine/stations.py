"""Queries the data of every station, each in its own way: audits in the bucket, Athena's engine, the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import boto3

from assay_catalog.lake import open_lake
from assay_warehouse.engine import Engine, open_engine
from assay_warehouse.warehouse import Row, Warehouse, open_warehouse
from one_machine import commands
from one_machine.publisher import Sums
from one_machine.world import World

# Years of the curated table, and of it as it was published before: a tag is a version.
CURATED = "select program_year, count(*), sum(amount) from {database}.payments_fact{version} group by program_year"
WAREHOUSE = "select program_year, count(*), sum(amount) from payments_fact group by program_year"


@dataclass(frozen=True)
class Stations:
    """The bucket's query engine and the warehouse of a run."""

    world: World
    engine: Engine
    warehouse: Warehouse

    @classmethod
    def open(cls, world: World) -> Stations:
        """Opens them with the same file that everything else reads."""
        names, here = world.names, world.here
        return cls(world, open_engine(here, names), open_warehouse(here, names.warehouse, open_lake(here)))

    def sums(self) -> dict[str, dict[str, Sums]]:
        """Rows and dollars by station and year."""
        found: dict[str, dict[str, Sums]] = {"judged": {}, "held back": {}, "validated": {}}
        names = {"read": "judged", "quarantined": "held back", "validated": "validated"}
        for one in self.reconciliation():
            if station := names.get(one["station"]):
                found[station][str(one["year"])] = Sums(int(one["records"]), Decimal(one["amount"]))
        found["curated"] = self._curated("")
        found["warehouse"] = self.loaded()
        return found

    def loaded(self) -> dict[str, Sums]:
        """The warehouse's data, by year."""
        return by_year(self.warehouse.query(WAREHOUSE)[1])

    def reconciliation(self) -> list[dict[str, Any]]:
        """The lake's own reconciliation; its command fails if two stations differ."""
        return commands.python(self.world, "assay_warehouse", "validate", "reconciliation").answers

    def measured(self) -> list[str]:
        """Names of the alarms' metrics that were sent since CloudWatch's server started."""
        here = self.world.here
        client = boto3.client(
            "cloudwatch",
            region_name=here.region,
            endpoint_url=here.endpoint("cloudwatch"),
            aws_access_key_id=self.world.key,
            aws_secret_access_key=self.world.secret,
        )
        found = client.list_metrics(Namespace=self.world.names.metrics.namespace)["Metrics"]
        return sorted({one["MetricName"] for one in found})

    def at(self, tag: str) -> dict[str, Sums]:
        """The curated table as of the time when a publication was the newest."""
        return self._curated(f" for version as of '{tag}'")

    def _curated(self, version: str) -> dict[str, Sums]:
        database = self.world.names.catalog.curated.database
        return by_year(self.engine.query(CURATED.format(database=database, version=version))[1])


def by_year(rows: list[Row]) -> dict[str, Sums]:
    """Rows of year, count and sum."""
    return {str(year): Sums(int(str(count)), Decimal(str(amount))) for year, count, amount in rows}
