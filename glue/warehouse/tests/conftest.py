"""PostgreSQL in Redshift's place, moto's Glue, and curated Iceberg tables of generated payments."""

import logging
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg
import pytest
from moto.server import ThreadedMotoServer

import curated
from assay_catalog.glue import Glue
from assay_catalog.lake import FolderLake, Lake, open_lake
from assay_catalog.rebuild import iceberg_catalog
from assay_platform import config
from assay_platform.model import Environment
from assay_warehouse.__main__ import setup
from assay_warehouse.load import DIMENSIONS, YEARS, Loaded, Loader
from assay_warehouse.postgresql import PostgreSQL
from assay_warehouse.snapshot import Published

ROOT = Path(__file__).resolve().parents[3]
PLATFORM = config.load(config.CHECKOUT_FILE)
DATABASE = PLATFORM.catalog.curated.database


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server on loopback; yields the connection URL of its database. It refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="assay-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [_binary(program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True)

    run("initdb", "-U", "assay", "--auth=trust", "--no-sync", "--encoding=SQL_ASCII", "--locale=C")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
    yield f"postgresql://assay@127.0.0.1:{port}/postgres"
    run("pg_ctl", "stop", "-m", "immediate")
    shutil.rmtree(folder)


def _binary(name: str) -> str:
    """A PostgreSQL program: on the PATH, or where Debian installs it."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = next((str(one) for one in places), shutil.which(name))
    if found is None:
        pytest.fail(f"`{name}` of PostgreSQL is neither on the path nor in /usr/lib/postgresql")
    return found


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # otherwise it logs each request
    with pytest.MonkeyPatch.context() as patch:
        for name, value in keys.items():
            patch.setenv(name, value)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@dataclass
class World:
    """A lake in a folder, its catalog, an empty warehouse, and the published curated tables."""

    here: Environment
    warehouse: PostgreSQL
    tables: curated.Tables
    said: list[str] = field(default_factory=list)

    @property
    def lake(self) -> Lake:
        return open_lake(self.here)

    def publish(self, year: int, publication: str, *, seed: int = 1, rows: int = 60, kind: str = "general") -> None:
        self.tables.publish(curated.Year(kind, year, publication, seed, rows))

    def loader(self) -> Loader:
        published = Published.of(self.tables.catalog, DATABASE, [*YEARS, *DIMENSIONS])
        return Loader(self.warehouse, self.lake, published, PLATFORM.lake.copy_manifests, self.said.append)

    def load(self, year: int, *, kind: str = "general", again: bool = False) -> Loaded:
        return self.loader().load(kind, year, again=again)

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all data tables, in order."""
        tables = [*YEARS, *DIMENSIONS]
        return {one: sorted(self.warehouse.query(f"select * from {one}")[1], key=str) for one in tables}

    def one(self, query: str) -> tuple[object, ...]:
        return self.warehouse.query(query)[1][0]


@pytest.fixture
def world(server: str, moto: str, tmp_path: Path) -> World:
    return new_world(server, moto, tmp_path)


def new_world(server: str, moto: str, folder: Path) -> World:
    """A new world in a folder. It replaces the previous one in the same servers."""
    urlopen(Request(f"{moto}/moto-api/reset", method="POST")).close()  # noqa: S310 - loopback
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop schema if exists open_payments cascade")
    lake = (folder / "lake").as_uri()
    here = replace(PLATFORM.environments["local"], lake=lake, endpoints={"glue": moto})
    warehouse = PostgreSQL(server, PLATFORM.warehouse.schema, FolderLake(folder / "lake"))
    setup(warehouse)
    glue = Glue.of(here)
    glue.database(DATABASE, f"{lake}/curated")
    return World(here, warehouse, curated.Tables(iceberg_catalog(here, glue.client), DATABASE, f"{lake}/curated"))
