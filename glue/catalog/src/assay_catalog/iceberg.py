"""Iceberg tables of a bucket, found by their metadata files. The catalog has one pointer per table, to the newest of
these files.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import basename, dirname
from typing import Any

from assay_catalog.errors import CatalogError
from assay_catalog.lake import Lake, url

# `00003-<uuid>.metadata.json`, `v3.metadata.json` for Hadoop tables, and either one compressed.
_NAME = re.compile(r"^(?:(?P<number>\d+)-.+|v(?P<version>\d+))(?P<gzip>\.gz)?\.metadata\.json(?P<late_gzip>\.gz)?$")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A metadata file. `number` counts its table's commits; `state` is what readers of the table would see."""

    key: str
    number: int
    table: str
    updated_ms: int
    state: str


def find(lake: Lake, curated: str) -> dict[str, list[str]]:
    """Keys of metadata files below a folder, by the table's folder name."""
    found = defaultdict(list)
    for key in lake.keys(curated):
        if _NAME.match(basename(key)) and basename(dirname(key)) == "metadata":
            found[basename(dirname(dirname(key)))].append(key)
    return dict(found)


def newest(lake: Lake, keys: Iterable[str]) -> str:
    """The URL of the metadata file that the catalog must point at. Raises `CatalogError` if the bucket can't show it.

    A folder may have files of a table that was dropped and recreated: the one that was changed last counts. Two
    commits that raced leave two files with the same number, and the catalog accepted one of them. If readers would see
    a difference, only a later file written on top of one shows which.
    """
    files = [_read(lake, key) for key in keys]
    last = max(files, key=lambda one: one.updated_ms)
    own = [one for one in files if one.table == last.table]
    top = [one for one in own if one.number == max(one.number for one in own)]
    if len({one.state for one in top}) > 1:
        names = "\n    ".join(f"{url(lake, one.key)} (changed at {one.updated_ms} ms)" for one in top)
        raise CatalogError(
            f"two commits raced, and the bucket does not tell which one won:\n    {names}\n"
            "  help: inspect both, then choose one with --metadata TABLE=URL"
        )
    return url(lake, max(one.key for one in top))


def _read(lake: Lake, key: str) -> Metadata:
    named = _NAME.match(basename(key))
    if named is None:
        raise CatalogError(f"`{key}` does not have the name of an Iceberg metadata file")
    text = lake.read(key)
    try:
        found: dict[str, Any] = json.loads(gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text)
        return Metadata(
            key=key,
            number=int(named["number"] or named["version"]),
            table=found["table-uuid"],
            updated_ms=found["last-updated-ms"],
            state=json.dumps([found.get(name) for name in ("refs", "current-schema-id", "properties")], sort_keys=True),
        )
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise CatalogError(f"`{key}` is not a metadata file of Iceberg: {error!r}") from error
