"""Trino's setup in place of Athena, on loopback; also for the tests of Athena's SQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assay_warehouse.engine import CATALOG

# Athena has one catalog for both kinds of tables; here the one with Athena's name redirects Iceberg tables to this.
ICEBERG = "iceberg"
PLUGINS = ("hive", "iceberg")


@dataclass(frozen=True, slots=True)
class Trino:
    """Its own address, those of the bucket and the catalog, and the keys for them."""

    port: int
    s3: str
    glue: str
    region: str
    key: str
    secret: str

    @property
    def address(self) -> str:
        """The URL for queries."""
        return f"http://127.0.0.1:{self.port}"


def write(folder: Path, server: Path, it: Trino) -> list[str]:
    """Writes its settings below `folder`; returns the command that starts the release unpacked at `server`."""
    for name, lines in _settings(folder, it).items():
        (folder / "etc" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "etc" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Other plugins take a minute to load, and are not needed.
    (folder / "plugins").mkdir(exist_ok=True)
    for plugin in PLUGINS:
        link = folder / "plugins" / plugin
        if not link.exists():
            link.symlink_to(server / "plugin" / plugin)
    return [str(server / "bin" / "launcher"), "run", "--etc-dir", str(folder / "etc")]


def _settings(folder: Path, it: Trino) -> dict[str, list[str]]:
    keys = [f"aws-access-key={it.key}", f"aws-secret-key={it.secret}"]
    storage = [f"endpoint={it.s3}", f"region={it.region}", "path-style-access=true", *keys]
    glue = [f"endpoint-url={it.glue}", f"region={it.region}", *keys]
    common = ["fs.native-s3.enabled=true", "fs.hadoop.enabled=false", *(f"s3.{one}" for one in storage)]
    common += [f"hive.metastore.glue.{one}" for one in glue]
    hive = ["connector.name=hive", "hive.metastore=glue", f"hive.iceberg-catalog-name={ICEBERG}", *common]
    return {
        f"catalog/{CATALOG}.properties": hive,
        f"catalog/{ICEBERG}.properties": ["connector.name=iceberg", "iceberg.catalog.type=glue", *common],
        "config.properties": [
            "coordinator=true",
            "node-scheduler.include-coordinator=true",
            f"http-server.http.port={it.port}",
            f"discovery.uri={it.address}",
            "catalog.management=static",
            # Dynamic filters may reach Glue as `in (…)`, which moto cannot parse.
            "enable-dynamic-filtering=false",
        ],
        # In practice it needs 1 GB; a serial collector leaves the other core to the rest.
        "jvm.config": ["-server", "-Xmx1G", "-XX:+UseSerialGC", "--add-modules=jdk.incubator.vector"],
        "node.properties": [
            "node.environment=platform",
            f"node.data-dir={folder}/data",
            "node.internal-address=127.0.0.1",
            "node.bind-ip=127.0.0.1",
            f"plugin.dir={folder}/plugins",
        ],
    }
