"""The lake as this package needs it: reads objects by key, and lists keys only to rebuild from the whole bucket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config

from assay_catalog.errors import CatalogError, NotThere
from assay_platform.model import Environment

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

# Ten tries, with pauses adapted to the service's answers: a year is registered in a handful of calls, and each may be
# throttled while all years of a backfill register at once.
RETRIES = Config(retries={"mode": "adaptive", "max_attempts": 10})


class Lake(Protocol):
    """Objects by key. Keys have no leading or trailing slash; `root` is the URL before them, without a final slash."""

    @property
    def root(self) -> str:
        """The URL that keys are below."""

    def read(self, key: str) -> bytes:
        """A whole object. Raises `NotThere`."""

    def read_end(self, key: str, most: int) -> bytes:
        """The last `most` bytes of an object, or all of a smaller one. Raises `NotThere`."""

    def write(self, key: str, content: bytes) -> None:
        """Writes an object, replacing an existing one."""

    def keys(self, below: str) -> Iterator[str]:
        """All keys below a folder, in order. Only `rebuild` uses this."""


def url(lake: Lake, key: str) -> str:
    """Where an object or a folder is."""
    return f"{lake.root}/{key}"


def key_of(lake: Lake, place: str) -> str:
    """The key of a URL in this lake; a key is returned as it is. Raises `CatalogError` for a URL in another lake."""
    if "://" not in place:
        return place.strip("/")
    if not place.startswith(lake.root + "/"):
        raise CatalogError(f"`{place}` is not in this lake, which is `{lake.root}`")
    return place.removeprefix(lake.root + "/").strip("/")


@dataclass(frozen=True)
class FolderLake:
    """A lake that is a local folder."""

    folder: Path

    @property
    def root(self) -> str:
        """`file:///…`."""
        return self.folder.absolute().as_uri()

    def read(self, key: str) -> bytes:
        """See `Lake`."""
        try:
            return (self.folder / key).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise NotThere(f"`{self.root}/{key}` is not there") from None

    def read_end(self, key: str, most: int) -> bytes:
        """See `Lake`."""
        try:
            with (self.folder / key).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - most))
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            raise NotThere(f"`{self.root}/{key}` is not there") from None

    def write(self, key: str, content: bytes) -> None:
        """See `Lake`."""
        (self.folder / key).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / key).write_bytes(content)

    def keys(self, below: str) -> Iterator[str]:
        """See `Lake`."""
        for path in sorted((self.folder / below).rglob("*")):
            if path.is_file():
                yield path.relative_to(self.folder).as_posix()


@dataclass(frozen=True)
class BucketLake:
    """A lake that is a bucket, or a prefix in one."""

    client: S3Client
    bucket: str
    prefix: str = ""

    @property
    def root(self) -> str:
        """`s3://bucket` or `s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def _whole(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    def read(self, key: str) -> bytes:
        """See `Lake`."""
        return self._get(key, "bytes=0-")

    def read_end(self, key: str, most: int) -> bytes:
        """See `Lake`."""
        return self._get(key, f"bytes=-{most}")

    def _get(self, key: str, wanted: str) -> bytes:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=self._whole(key), Range=wanted)["Body"].read()
        except self.client.exceptions.NoSuchKey:
            raise NotThere(f"`{self.root}/{key}` is not there") from None

    def write(self, key: str, content: bytes) -> None:
        """See `Lake`."""
        self.client.put_object(Bucket=self.bucket, Key=self._whole(key), Body=content)

    def keys(self, below: str) -> Iterator[str]:
        """See `Lake`."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self._whole(below) + "/"
        )
        start = len(self._whole(""))
        for page in pages:
            for one in page.get("Contents", []):
                yield one["Key"][start:]


def open_lake(here: Environment) -> Lake:
    """The lake of an environment. Raises `CatalogError` if its URL is neither `s3://` nor `file://`."""
    place = urlsplit(here.lake)
    if place.scheme == "file":
        return FolderLake(Path(unquote(place.path)))
    if place.scheme == "s3":
        client = boto3.client("s3", region_name=here.region, endpoint_url=here.endpoint("s3"), config=RETRIES)
        return BucketLake(client, place.netloc, place.path.strip("/"))
    raise CatalogError(f"`{here.lake}` is not a supported lake address; expected `s3://…` or `file://…`")
