"""Shared by all servers and commands of one run: the folder, ports, keys, and `platform.json` with these addresses."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

from assay_platform import config
from assay_platform.model import Environment, Platform
from one_machine.tools import Tools

ENVIRONMENT = "local"
REGION = "us-east-1"
PORTS = ("s3", "glue", "postgresql", "trino", "airflow", "publisher")


def free_ports(count: int) -> list[int]:
    """Free ports on loopback."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@dataclass(frozen=True)
class World:
    """A folder for everything that a run leaves behind, and the addresses of its servers. `url("s3")` is one."""

    tools: Tools
    folder: Path
    ports: dict[str, int]
    # These protect nothing secret; they differ so that no server can be mistaken for another run's.
    key: str = field(default_factory=lambda: f"KEY{secrets.token_hex(8).upper()}")
    secret: str = field(default_factory=lambda: secrets.token_hex(20))

    @classmethod
    def make(cls, tools: Tools, folder: Path) -> World:
        """Creates an empty one. The remains of an earlier run in `folder` are removed."""
        if folder.exists():
            shutil.rmtree(folder)
        (folder / "logs").mkdir(parents=True)
        made = cls(tools, folder, dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))
        made._write_platform()
        made._write_spark()
        return made

    def url(self, server: str) -> str:
        """The URL of an HTTP server."""
        return f"http://127.0.0.1:{self.ports[server]}"

    def database(self, name: str, driver: str = "postgresql") -> str:
        """Connection URL of a database."""
        return f"{driver}://assay@127.0.0.1:{self.ports['postgresql']}/{name}"

    def log(self, name: str) -> Path:
        """The log file of a server or command."""
        return self.folder / "logs" / f"{name}.txt"

    @property
    def platform(self) -> Path:
        """The file of names and addresses that everything reads."""
        return self.folder / "platform.json"

    @property
    def names(self) -> Platform:
        """The contents of that file."""
        return config.load(self.platform)

    @property
    def here(self) -> Environment:
        """The environment of this run."""
        return config.environment(self.names, ENVIRONMENT)

    @property
    def bucket(self) -> str:
        """The lake's bucket."""
        return self.here.lake.removeprefix("s3://").partition("/")[0]

    @property
    def raw(self) -> str:
        """Where files land."""
        return self.here.url(self.names.lake.raw)

    @property
    def warehouse(self) -> str:
        """Connection URL of the warehouse."""
        return self.database(self.names.warehouse.database)

    def variables(self) -> dict[str, str]:
        """The variables that a command needs to use these servers, without those already in the environment."""
        return {
            "ASSAY_ENVIRONMENT": ENVIRONMENT,
            "ASSAY_PLATFORM": str(self.platform),
            "ASSAY_PYTHON": str(self.tools.python),
            "JAVA_HOME": str(self.tools.java),
            "ASSAY_SPARK_JARS": ",".join(map(str, self.tools.jars)),
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": self.url("s3"),
            "AWS_ENDPOINT_URL_GLUE": self.url("glue"),
            # This machine has no instance metadata, and looking for it takes seconds.
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": self.tools.sources(),
            "SPARK_CONF_DIR": str(self.folder / "spark"),
            # Spark's driver answers on loopback only.
            "SPARK_LOCAL_IP": "127.0.0.1",
        }

    def environment(self, **more: str) -> dict[str, str]:
        """The whole environment of a child."""
        # AWS settings in a person's shell are about other buckets.
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW"))}
        return {**mine, **self.variables(), **more}

    def _write_spark(self) -> None:
        """Spark's defaults for a small job on few cores; they don't change its results. Half of a job's time would go
        into compiling code that runs once, and 200 partitions are meant for larger sizes."""
        settings = {
            "spark.sql.shuffle.partitions": "4",
            "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "spark.ui.enabled": "false",
            "spark.sql.debug.maxToStringFields": "100",
        }
        (self.folder / "spark").mkdir()
        lines = "".join(f"{name} {value}\n" for name, value in settings.items())
        (self.folder / "spark" / "spark-defaults.conf").write_text(lines, encoding="utf-8")

    def _write_platform(self) -> None:
        """Writes `platform.json`, changed only by the addresses of these servers in its local environment."""
        text = (self.tools.root / "terraform" / "platform.json").read_text(encoding="utf-8")
        whole = json.loads(text)
        here = whole["environments"][ENVIRONMENT]
        here["endpoints"] = {"s3": self.url("s3"), "glue": self.url("glue"), "cloudwatch": self.url("glue")}
        here["host"]["binary"] = str(self.tools.assay)
        here["warehouse"]["dsn"] = self.database(whole["warehouse"]["database"])
        if self.tools.trino:
            here["query"] = {"runner": "trino", "address": self.url("trino")}
        else:
            here["query"] = {"runner": "duckdb"}
        self.platform.write_text(json.dumps(whole, indent=2), encoding="utf-8")
