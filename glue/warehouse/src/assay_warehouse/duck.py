"""DuckDB, to run Athena's SQL where there is no Trino: it reads the catalog's tables in place, Hive tables by the files
of their registered partitions and Iceberg tables by their metadata file.

It is not Athena's engine, nor like it: Trino is. An answer shows what the tables contain, but a statement that runs
here may still be refused by Athena, since it is translated first.
"""

from __future__ import annotations

import importlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import duckdb
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from assay_catalog.glue import Glue
from assay_catalog.rebuild import iceberg_catalog
from assay_platform.model import Environment, Platform
from assay_warehouse import duck_files, statements
from assay_warehouse.duck_sql import Reference, Translated, name, text, translate
from assay_warehouse.errors import WarehouseError
from assay_warehouse.warehouse import Row

NOTICE = (
    "WARNING: DuckDB runs this, which is NOT Athena's engine: statements are translated, and views are not kept in the "
    "catalog. Answers are what the tables hold; whether Athena takes the statements is shown by Trino, or by Athena"
)
# Iceberg's manifests are Avro files.
EXTENSIONS = ("avro", "iceberg", "httpfs")
VIEWS = (("athena", "views"), ("analyst", "views"))


@dataclass(frozen=True)
class DuckDb:
    """The catalog of an environment. Nothing is cached: each statement reads the catalog again, as in Athena."""

    here: Environment
    glue: Glue
    catalog: Catalog
    database: str

    @classmethod
    def of(cls, here: Environment, platform: Platform) -> DuckDb:
        """The engine of an environment."""
        glue = Glue.of(here)
        return cls(here, glue, iceberg_catalog(here, glue.client), platform.catalog.curated.database)

    def query(self, statement: str) -> tuple[list[str], list[Row]]:
        """See `Engine`. `create view` is only checked: the views of `sql/` always exist."""
        wanted = translate(statement, self.database)
        try:
            with closing(self._connect()) as connection:
                self._provide(connection, wanted, set())
                done = connection.execute(wanted.text)
                return [column[0] for column in done.description or ()], list(done.fetchall())
        except duckdb.Error as error:
            raise WarehouseError(f"{error} (DuckDB, asked for `{wanted.text}`)") from error

    def _connect(self) -> duckdb.DuckDBPyConnection:
        # Nothing is downloaded: extensions are packages, pinned like all others.
        alone = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        connection = duckdb.connect(":memory:", config=dict(alone))
        for extension in EXTENSIONS:
            connection.execute(f"load {text(str(_extension(extension)))}")
        if self.here.lake.startswith("s3:"):
            connection.execute(self._secret())
        return connection

    def _secret(self) -> str:
        """Access to the bucket: as with boto3, which finds credentials where all of AWS's tools do."""
        found = boto3.Session().get_credentials()
        if found is None:
            raise WarehouseError("no AWS credentials were found\n  help: set AWS_PROFILE, or the variables of a role")
        keys = found.get_frozen_credentials()
        settings = {"key_id": keys.access_key, "secret": keys.secret_key, "region": self.here.region}
        if keys.token:
            settings["session_token"] = keys.token
        flags = ""
        if endpoint := self.here.endpoint("s3"):
            place = urlsplit(endpoint)
            settings |= {"endpoint": place.netloc, "url_style": "path"}
            flags = f", use_ssl {str(place.scheme == 'https').lower()}"
        listed = ", ".join(f"{key} {text(str(value))}" for key, value in settings.items())
        return f"create secret (type s3, {listed}{flags})"

    def _provide(self, connection: duckdb.DuckDBPyConnection, wanted: Translated, made: set[Reference]) -> None:
        """Creates everything that a statement reads, recursively."""
        connection.execute(f"create schema if not exists {name(self.database)}")
        for one in wanted.reads:
            if one in made:
                continue
            made.add(one)
            connection.execute(f"create schema if not exists {name(one.database)}")
            if view := _view(one):
                of = translate(view, self.database)
                self._provide(connection, of, made)
                connection.execute(f"use {name(self.database)}")
                connection.execute(of.text)
            else:
                self._table(connection, one)
        connection.execute(f"use {name(self.database)}")

    def _table(self, connection: duckdb.DuckDBPyConnection, one: Reference) -> None:
        base, _, hidden = one.name.partition("$")
        found = self.glue.find_table(one.database, base)
        if found is None:
            raise WarehouseError(
                f"`{one.database}.{base}` is not in the catalog; has anything been registered or curated?"
            )
        if found.get("Parameters", {}).get("table_type", "").upper() == "ICEBERG":
            if hidden:
                rows: Any = self._iceberg(one.database, base).inspect
                connection.register("read", getattr(rows, hidden)())
                connection.execute(f"create table {one.here} as select * from read")
                connection.unregister("read")
                return
            body = self._scan(one)
        elif hidden == "partitions":
            body = duck_files.partitions(found, list(self.glue.partitions(one.database, base)))
        else:
            body = duck_files.rows(connection, found, list(self.glue.partitions(one.database, base)))
        connection.execute(f"create view {one.here} as {body}")

    def _iceberg(self, database: str, table: str) -> Table:
        try:
            return self.catalog.load_table((database, table))
        except (NoSuchTableError, OSError) as error:
            raise WarehouseError(f"`{database}.{table}` cannot be read: {error}") from error

    def _scan(self, one: Reference) -> str:
        table = self._iceberg(one.database, one.name)
        version = ""
        if one.version:
            tag = table.refs().get(one.version)
            snapshot = str(tag.snapshot_id) if tag else one.version
            if not snapshot.isdigit():
                raise WarehouseError(f"`{one.name}` has no snapshot and no tag `{one.version}`")
            version = f", snapshot_from_id => {snapshot}"
        return f"select * from iceberg_scan({text(duck_files.place(table.metadata_location))}{version})"


def _extension(extension: str) -> Path:
    package = importlib.import_module(f"duckdb_extension_{extension}")
    (found,) = Path(str(package.__file__)).parent.glob(f"extensions/*/{extension}.duckdb_extension")
    return found


def _view(one: Reference) -> str | None:
    """The statement that creates a view of `sql/`."""
    for folder in VIEWS:
        if one.name in statements.names(*folder):
            (statement,) = statements.read(*folder, one.name)
            return statement
    return None
