"""Glue and S3 by moto on loopback; lakes by the real host."""

import json
import logging
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer

from assay_catalog.content import content
from assay_catalog.glue import Glue
from assay_catalog.lake import open_lake
from assay_catalog.register import Registry
from assay_platform import config
from assay_platform.model import Environment

ROOT = Path(__file__).resolve().parents[3]
HOST = Path(os.environ.get("ASSAY", ROOT / "target" / "debug" / "assay"))
PLATFORM = config.load(config.CHECKOUT_FILE)
# The publication named in a year's generated records; it must be the one in the file's name.
GENERATED = {2022: "06/30/2023", 2023: "06/28/2024"}


@dataclass(frozen=True)
class World:
    """A lake, a catalog, and the host between them."""

    here: Environment
    scratch: Path

    @property
    def registry(self) -> Registry:
        return Registry(Glue.of(self.here), open_lake(self.here), PLATFORM.catalog.staging, PLATFORM.lake)

    def publish(self, year: int, publication: str, *, seed: int = 1, rows: int = 200, defects: str = "2%") -> str:
        """Publishes a generated file; returns the key of its manifest. `publication` is an ISO date."""
        self.judge(year, publication, seed=seed, rows=rows, defects=defects, code=0)
        below = f"staging/validated/dataset=open-payments/kind=general/year={year}/publication={publication}"
        return f"{below}/_commit/manifest.json"

    def judge(self, year: int, publication: str, *, seed: int, rows: int, defects: str, code: int) -> str:
        """Runs the host, which must end with that code; returns its output."""
        y, m, d = publication.split("-")
        file = self.scratch / f"{seed}-{rows}" / f"OP_DTL_GNRL_PGYR{year}_P{m}{d}{y}.csv"
        file.parent.mkdir(exist_ok=True)
        made = ["--year", str(year), "--rows", str(rows), "--seed", str(seed), "--defects", defects]
        _host(0, "sample", "open-payments", "general", *made, "--output", str(file))
        text = file.read_bytes()  # some defects are not UTF-8
        file.write_bytes(text.replace(GENERATED[year].encode(), f"{m}/{d}/{y}".encode()))
        return _host(code, "run", str(file), "--root", self.here.lake, "--format", "json")

    def content(self) -> str:
        """The catalog's content, as it is printed."""
        names = PLATFORM.catalog
        return json.dumps(content(self.registry.glue, [names.staging.database, names.curated.database]))

    def partitions(self, table: str) -> dict[str, str]:
        """Locations of a table's partitions, below the lake's root."""
        glue, database = self.registry.glue, PLATFORM.catalog.staging.database
        root = self.registry.lake.root + "/"
        return {
            "/".join(one["Values"]): one["StorageDescriptor"]["Location"].removeprefix(root)
            for one in glue.partitions(database, table)
        }

    def lose_the_catalog(self) -> None:
        client = self.registry.glue.client
        for database in client.get_databases()["DatabaseList"]:
            client.delete_database(Name=database["Name"])


def _host(code: int, *arguments: str) -> str:
    done = subprocess.run([HOST, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


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


@pytest.fixture(params=["folder", "bucket"])
def world(request: pytest.FixtureRequest, moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty lake, in a folder and below a prefix of a bucket, with an empty catalog."""
    urlopen(Request(f"{moto}/moto-api/reset", method="POST")).close()  # noqa: S310 - loopback
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto)
    lake = (tmp_path / "lake").as_uri()
    if request.param == "bucket":
        boto3.client("s3", endpoint_url=moto, region_name="us-east-1").create_bucket(Bucket="lake")
        lake = "s3://lake/below/it"
    here = replace(PLATFORM.environments["local"], lake=lake, endpoints={"s3": moto, "glue": moto})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return World(here, scratch)
