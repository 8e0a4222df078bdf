"""Starts everything, as far as possible in parallel, and stops it in an order that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from assay_platform import config
from one_machine import commands, servers
from one_machine.airflow import Airflow
from one_machine.guard import Guarded
from one_machine.publisher import Publisher
from one_machine.screen import Screen
from one_machine.world import World

# One host can use all cores; a second keeps them busy while the first waits for the bucket.
HOSTS = 2


@dataclass
class Platform:
    """Everything that runs."""

    world: World
    screen: Screen
    publisher: Publisher
    airflow: Airflow
    running: dict[str, Guarded]

    def forget_catalog(self) -> None:
        """Stops the catalog's server, which loses all its data, and starts an empty one at the same address."""
        self.running["glue"].kill()
        self.running["glue"] = servers.catalog(self.world)

    def restart_bucket(self) -> None:
        """Kills the S3 server, and starts one over the same objects."""
        self.running["s3"].kill()
        self.running["s3"] = servers.bucket(self.world)


@contextmanager
def started(world: World, screen: Screen) -> Iterator[Platform]:
    """The platform, ready for its first year: servers answer, tables are made, DAGs are parsed."""
    running: dict[str, Guarded] = {}
    airflow: Airflow | None = None
    pool = config.load(world.platform).airflow.pool
    try:
        if trino := world.tools.trino:
            # The slowest to start, and not queried before the first year is there.
            running["trino"] = servers.trino(world, trino)
        running["s3"] = servers.bucket(world)
        running["glue"] = servers.catalog(world)
        running["postgresql"] = servers.postgresql(world)
        screen.say("bucket, catalog and PostgreSQL answer")
        with ThreadPoolExecutor() as several:
            tables = several.submit(commands.python, world, "assay_curated.migrate")
            warehouse = several.submit(commands.python, world, "assay_warehouse", "setup")
            airflow = Airflow.start(world, pool, HOSTS)
            screen.say(f"Airflow answers: {world.url('airflow')}")
            warehouse.result()
            tables.result()
            screen.say("tables created by `assay_curated.migrate` and `assay_warehouse setup`")
        if "trino" in running:
            servers.await_trino(running["trino"])
            screen.say("Trino answers in Athena's place")
        else:
            screen.say("NO TRINO: DuckDB answers in its place, which is not Athena's engine")
        yield Platform(world, screen, Publisher.start(world), airflow, running)
    finally:
        if airflow is not None:
            airflow.stop()
        for one in reversed(running.values()):
            one.stop()
