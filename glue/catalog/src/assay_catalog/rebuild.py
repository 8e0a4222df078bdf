"""Rebuilds the whole catalog from the bucket alone: for a lost database, another account, another region.

Partitions come from manifests, Iceberg tables from their newest metadata file. Whatever the bucket does not commit
is removed from the catalog. A registered Iceberg table keeps its pointer: an existing catalog is authoritative, and a
newer file in the bucket may be a commit that lost a race.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from pyiceberg.catalog.glue import GlueCatalog

from assay_catalog import iceberg
from assay_catalog.errors import CatalogError
from assay_catalog.glue import Change
from assay_catalog.lake import url
from assay_catalog.manifest import NAME
from assay_catalog.register import Registry, audit_partition
from assay_platform.model import CuratedNames, Environment

if TYPE_CHECKING:
    from mypy_boto3_glue.client import GlueClient


@dataclass
class Rebuilt:
    """What was done. `left` are Iceberg tables whose pointer in the catalog is not the newest metadata file."""

    manifests: int = 0
    audits: int = 0
    removed: list[str] = field(default_factory=list)
    iceberg: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    not_known: list[str] = field(default_factory=list)


def rebuild(
    registry: Registry, curated: CuratedNames, here: Environment, named: Mapping[str, str] | None = None
) -> Rebuilt:
    """Rebuilds everything. `named` gives metadata files of tables whose newest one the bucket does not show.

    Raises `CatalogError`; changes made until then are correct and stay.
    """
    done = Rebuilt()
    _staging(registry, done)
    _curated(registry, curated, here, named or {}, done)
    return done


def _staging(registry: Registry, done: Rebuilt) -> None:
    lake, names, prefixes = registry.lake, registry.names, registry.prefixes
    wanted: dict[str, set[tuple[str, ...]]] = {names.rejected: set(), names.audit: set()}
    registry.prepare()
    for key in lake.keys(prefixes.validated):
        if key.endswith("/" + NAME):
            registered = registry.register(key)
            values = tuple(registered.partition.values())
            wanted.setdefault(names.validated_table(registered.kind), set()).add(values)
            if registered.rejected is not None:
                wanted[names.rejected].add((registered.kind, *values))
            done.manifests += 1
    for folder in sorted({dirname(key) for key in lake.keys(prefixes.audit) if key.endswith(".json")}):
        registry.register_audit(folder + "/any.json")
        wanted[names.audit].add(tuple(audit_partition(prefixes, folder)[1]))
        done.audits += 1
    for table in registry.glue.tables(names.database):
        if table["Name"] in wanted:
            for partition in registry.glue.partitions(names.database, table["Name"]):
                if tuple(values := partition["Values"]) not in wanted[table["Name"]]:
                    removed = registry.glue.no_partition(names.database, table["Name"], values)
                    if removed is Change.REMOVED:
                        done.removed.append(f"{table['Name']}/{'/'.join(values)}")


def _curated(
    registry: Registry, curated: CuratedNames, here: Environment, named: Mapping[str, str], done: Rebuilt
) -> None:
    lake, glue = registry.lake, registry.glue
    glue.database(curated.database, url(lake, registry.prefixes.curated))
    catalog = iceberg_catalog(here, glue.client)
    found = iceberg.find(lake, registry.prefixes.curated)
    done.not_known = sorted(found.keys() - set(curated.tables))
    for name in curated.tables:
        if name not in found:
            continue
        pointer = named.get(name)
        there = glue.find_table(curated.database, name)
        if there is not None:
            points = there["Parameters"].get("metadata_location", "")
            if (pointer or iceberg.newest(lake, found[name])) != points:
                done.left[name] = points
            continue
        pointer = pointer or iceberg.newest(lake, found[name])
        catalog.register_table((curated.database, name), pointer)
        done.iceberg[name] = basename(pointer)
    if unknown := sorted(named.keys() - set(curated.tables)):
        raise CatalogError(f"`{unknown[0]}` is not a curated table; available: {', '.join(curated.tables)}")


def iceberg_catalog(here: Environment, client: GlueClient) -> GlueCatalog:
    """The Iceberg catalog of an environment."""
    settings = {"client.region": here.region}
    if (address := here.endpoint("s3")) is not None:
        settings["s3.endpoint"] = address
    return GlueCatalog("lake", client, **settings)
