"""Files and objects by URL: `s3://bucket/key`, `file:///…` or a path."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit


class AlreadyThereError(Exception):
    """Something already exists there, and nothing was overwritten."""


class Place(Protocol):
    """A folder or a prefix. Keys are below it."""

    def url(self, key: str) -> str:
        """The whole URL of a key."""

    def read(self, key: str) -> bytes:
        """Raises `FileNotFoundError`."""

    def keys(self, below: str = "") -> Iterator[str]:
        """Keys below, in order."""

    def create(self, key: str, source: Path) -> None:
        """Creates a file where none exists. Raises `AlreadyThereError`."""

    def fetch(self, key: str, target: Path) -> None:
        """Copies a file to a local path. Raises `FileNotFoundError`."""


@dataclass(frozen=True)
class Folder:
    """A local folder."""

    path: Path

    def url(self, key: str) -> str:
        """See `Place`."""
        return (self.path / key).absolute().as_uri()

    def read(self, key: str) -> bytes:
        """See `Place`."""
        return (self.path / key).read_bytes()

    def keys(self, below: str = "") -> Iterator[str]:
        """See `Place`."""
        for path in sorted((self.path / below).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self.path).as_posix()

    def create(self, key: str, source: Path) -> None:
        """See `Place`. A complete copy is hard-linked to its name, so a reader sees all of it or nothing."""
        target = self.path / key
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with source.open("rb") as given, copy.open("wb") as file:
                while block := given.read(1 << 20):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            os.link(copy, target)
        except FileExistsError:
            raise AlreadyThereError(self.url(key)) from None
        finally:
            copy.unlink(missing_ok=True)

    def fetch(self, key: str, target: Path) -> None:
        """See `Place`."""
        with (self.path / key).open("rb") as given, target.open("wb") as file:
            while block := given.read(1 << 20):
                file.write(block)


@dataclass(frozen=True)
class Bucket:
    """A bucket, below a prefix."""

    client: Any
    bucket: str
    prefix: str

    def _whole(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix and key else self.prefix or key

    def url(self, key: str) -> str:
        """See `Place`."""
        return f"s3://{self.bucket}/{self._whole(key)}"

    def read(self, key: str) -> bytes:
        """See `Place`."""
        try:
            body: bytes = self.client.get_object(Bucket=self.bucket, Key=self._whole(key))["Body"].read()
        except self.client.exceptions.NoSuchKey:
            raise FileNotFoundError(self.url(key)) from None
        return body

    def keys(self, below: str = "") -> Iterator[str]:
        """See `Place`."""
        start = len(self.prefix) + 1 if self.prefix else 0
        prefix = self._whole(below)
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{prefix}/" if prefix else ""
        )
        for page in pages:
            for one in page.get("Contents", ()):
                yield one["Key"][start:]

    def create(self, key: str, source: Path) -> None:
        """See `Place`. S3 accepts no single PUT above 5 GiB: then parts are sent, and the completion is conditional."""
        from assay_provider.upload import create  # noqa: PLC0415 (botocore is needed for buckets only)

        create(self.client, self.bucket, self._whole(key), source)

    def fetch(self, key: str, target: Path) -> None:
        """See `Place`. If the object is replaced during the copy, that is an error."""
        head = self.client.head_object(Bucket=self.bucket, Key=self._whole(key))
        body = self.client.get_object(Bucket=self.bucket, Key=self._whole(key), IfMatch=head["ETag"])["Body"]
        with target.open("wb") as file:
            for block in body.iter_chunks(1 << 20):
                file.write(block)


def open_place(url: str, client: Any = None, env: Mapping[str, str] | None = None) -> Place:
    """The folder or prefix of a URL. `client` is a boto3 S3 client (default: with this process's credentials, and the
    endpoint and region in `env`, like the host's)."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        if client is None:
            import boto3  # noqa: PLC0415 (needed for buckets only)

            given = env or {}
            client = boto3.client(
                "s3", region_name=given.get("AWS_REGION"), endpoint_url=given.get("AWS_ENDPOINT_URL_S3")
            )
        return Bucket(client, parts.netloc, parts.path.strip("/"))
    if parts.scheme in {"", "file"}:
        return Folder(Path(unquote(parts.path)) if parts.scheme else Path(url))
    raise ValueError(f"`{url}` is neither a path, `file://` nor `s3://`")


def read(url: str, env: Mapping[str, str] | None = None) -> bytes:
    """One file or object. Raises `FileNotFoundError`."""
    folder, _, name = url.rpartition("/")
    return open_place(folder or ".", env=env).read(name)


def local(url: str) -> str:
    """A path if the URL is local; otherwise the URL."""
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme == "file" else url
