"""The servers that replace AWS: a bucket, Glue's catalog, a warehouse, and Trino for Athena. All on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import boto3
import psycopg
from psycopg import sql

from one_machine import trino as settings
from one_machine.guard import Guarded
from one_machine.tools import Trino
from one_machine.world import REGION, World

# Trino needs 35 s on an idle core, and several times that if everything starts at once.
_PATIENCE_SECONDS = 300.0


class ServerError(Exception):
    """A server does not run; the text has the last lines of its output."""


def await_answer(server: Guarded, answers: Callable[[], bool]) -> Guarded:
    """Waits until the server answers. Raises `ServerError` if it ends or takes too long."""
    begun = time.monotonic()
    while not answers():
        if not server.runs():
            raise ServerError(f"{server.name} ended:\n{server.said()}")
        if time.monotonic() - begun > _PATIENCE_SECONDS:
            raise ServerError(f"{server.name} did not answer within {_PATIENCE_SECONDS} s:\n{server.said()}")
        time.sleep(0.2)
    return server


def answers_http(url: str) -> bool:
    """Whether anything answers there, even if it refuses access."""
    try:
        with urlopen(Request(url), timeout=5):  # noqa: S310 - loopback
            return True
    except HTTPError as error:
        return error.code < 500  # noqa: PLR2004 - a server that is still starting says 503
    except (URLError, OSError):
        return False


def bucket(world: World) -> Guarded:
    """The S3 server, with the lake's versioned bucket: versitygw, or otherwise the server of our own tests."""
    folder = world.folder / "s3"
    objects, versions = folder / "objects", folder / "versions"
    objects.mkdir(parents=True, exist_ok=True)
    versions.mkdir(exist_ok=True)
    is_new = not any(objects.iterdir())
    if world.tools.versitygw:
        address = f"127.0.0.1:{world.ports['s3']}"
        command = [str(world.tools.versitygw), "--region", REGION, "--port", address, "--quiet"]
        command += ["posix", "--versioning-dir", str(versions), str(objects)]
        keys = {"ROOT_ACCESS_KEY_ID": world.key, "ROOT_SECRET_ACCESS_KEY": world.secret}
    else:
        command = [str(world.tools.bucket), "--root", str(objects), "--port", str(world.ports["s3"])]
        keys = {"AWS_ACCESS_KEY_ID": world.key, "AWS_SECRET_ACCESS_KEY": world.secret}
    started = Guarded.start("s3", command, world.environment(**keys), world.log("s3"))
    await_answer(started, lambda: answers_http(world.url("s3")))
    if is_new:
        s3 = boto3.client(
            "s3",
            endpoint_url=world.url("s3"),
            region_name=REGION,
            aws_access_key_id=world.key,
            aws_secret_access_key=world.secret,
        )
        s3.create_bucket(Bucket=world.bucket)
        s3.put_bucket_versioning(Bucket=world.bucket, VersioningConfiguration={"Status": "Enabled"})
    return started


def catalog(world: World) -> Guarded:
    """Glue's catalog, by moto. It forgets everything when it ends."""
    started = Guarded.start("glue", _moto(world, "glue"), world.environment(), world.log("glue"))
    return await_answer(started, lambda: answers_http(world.url("glue")))


def _moto(world: World, server: str) -> list[str]:
    program = world.tools.python.with_name("moto_server")
    return [str(program), "--host", "127.0.0.1", "--port", str(world.ports[server])]


def postgresql(world: World) -> Guarded:
    """PostgreSQL, for Airflow's own database and as the warehouse. It refuses to run as root."""
    user = "nobody" if os.geteuid() == 0 else None
    # Not in the checkout: that user may have no access to its folders.
    folder = Path(tempfile.mkdtemp(prefix="assay-platform-"))
    data = folder / "data"
    if user:
        shutil.chown(folder, user)
    programs = world.tools.postgresql
    make = [str(programs / "initdb"), "-D", str(data), "-U", "assay", "--auth=trust", "--no-sync", "--locale=C"]
    made = subprocess.run(
        [*make, "--encoding=UTF8"], user=user, cwd=folder, check=False, capture_output=True, text=True
    )
    if made.returncode != 0:
        raise ServerError(f"initdb: {made.stderr}")
    settings = {
        "port": str(world.ports["postgresql"]),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        # Its data does not outlive this run anyway.
        "fsync": "off",
        "max_connections": "200",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(data), *options]
    log = folder / "log.txt"
    log.touch()
    if user:
        shutil.chown(log, user)
    started = Guarded.start("postgresql", command, dict(os.environ), log, user=user, folder=folder)
    await_answer(started, lambda: _connects(world.database("postgres")))
    with psycopg.connect(world.database("postgres"), autocommit=True) as connection:
        connection.execute("create database airflow")
        # Like Redshift, it counts bytes, not characters.
        warehouse = sql.Identifier(world.names.warehouse.database)
        connection.execute(sql.SQL("create database {} encoding 'SQL_ASCII' template template0").format(warehouse))
    return started


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def trino(world: World, tools: Trino) -> Guarded:
    """Trino in Athena's place, not yet ready."""
    addresses = settings.Trino(
        world.ports["trino"], world.url("s3"), world.url("glue"), REGION, world.key, world.secret
    )
    command = settings.write(world.folder / "trino", tools.folder, addresses)
    environment = world.environment(JAVA_HOME=str(tools.java), PATH=f"{tools.java}/bin:{os.environ['PATH']}")
    return Guarded.start("trino", command, environment, world.log("trino"))


def await_trino(server: Guarded) -> Guarded:
    """Waits until it takes queries."""
    return await_answer(server, lambda: "SERVER STARTED" in server.said(1_000_000))
