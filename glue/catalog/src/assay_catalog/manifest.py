"""The host's manifest: which attempt's files make up a partition."""

from __future__ import annotations

import json
from dataclasses import dataclass
from posixpath import dirname
from typing import Any

from assay_catalog.errors import CatalogError
from assay_catalog.lake import Lake, key_of

VERSION = 1
NAME = "_commit/manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a manifest. Folders are keys in the manifest's lake, so a lake that was copied to another bucket
    is registered at the copy.
    """

    key: str
    dataset: str
    kind: str
    partition: tuple[tuple[str, str], ...]
    run_id: str
    attempt: str
    superseded_by: str | None
    parts: tuple[str, ...]
    folder: str
    rejected: str | None
    audit: str
    rows: int

    @property
    def values(self) -> list[str]:
        """Values of the partition keys, in order."""
        return [value for _, value in self.partition]

    @property
    def names(self) -> list[str]:
        """Names of the partition keys, in order."""
        return [name for name, _ in self.partition]


def read(lake: Lake, place: str) -> Manifest:
    """The manifest at a URL or key. Raises `CatalogError` if it is not a manifest of this version."""
    key = key_of(lake, place)
    return parse(key, lake.read(key))


def parse(key: str, text: bytes) -> Manifest:
    """Parses a manifest. Raises `CatalogError`."""
    try:
        assay: dict[str, Any] = json.loads(text)["assay"]
        if (version := assay["version"]) != VERSION:
            raise CatalogError(f"`{key}` is of version {version}; this program reads version {VERSION}")
        parts = tuple(part["key"] for part in assay["parts"])
        rejected = {dirname(one["key"]) for files in assay["rejected"].values() for one in files}
        made = Manifest(
            key=key,
            dataset=assay["dataset"],
            kind=assay["kind"],
            partition=tuple(assay["partition"].items()),
            run_id=assay["run_id"],
            attempt=assay["attempt"],
            superseded_by=assay["superseded_by"],
            parts=parts,
            folder=dirname(assay["report"]),
            rejected=rejected.pop() if rejected else None,
            audit=assay["audit"],
            rows=sum(part["rows"] for part in assay["parts"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogError(f"`{key}` is not a manifest of the host: {error!r}") from error
    if rejected or any(dirname(part) != made.folder for part in parts):
        raise CatalogError(f"`{key}` names files in several folders; a partition has one")
    return made


@dataclass(frozen=True, slots=True)
class Newest:
    """Which publication of a year is the newest, and the key of its manifest."""

    value: str
    manifest: str


def newest(lake: Lake, manifest: Manifest) -> Newest:
    """The newest publication of the same kind and year as `manifest`. Raises `NotThere` and `CatalogError`."""
    key = f"{dirname(dirname(dirname(manifest.key)))}/_commit/newest.json"
    try:
        found: dict[str, Any] = json.loads(lake.read(key))
        return Newest(value=found["value"], manifest=found["manifest"])
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogError(f"`{key}` does not name the newest publication: {error!r}") from error
