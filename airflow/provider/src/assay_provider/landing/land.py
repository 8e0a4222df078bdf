"""Lands a file: `raw/year=<year>/<name>` and, beside it, `<name>.landed.json` with size, digest, origin and time.

The sidecar is written last: a file without one is not landed. Both are only ever created.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from assay_provider import places
from assay_provider.landing import http
from assay_provider.landing.errors import LandingError, NotThisFileError, OtherContentError, PartialError

SIDECAR = ".landed.json"
PAGE_STARTS = (b"<!doctype html", b"<html", b"<?xml")
HEAD_BYTES = 512


@dataclass(frozen=True, slots=True)
class Landed:
    """A landed file. `digest` is `sha256:` and 64 hexadecimal digits, over the stored bytes; `entries` are the files
    in a zip archive."""

    url: str
    name: str
    year: str
    size: int
    digest: str
    origin: str
    landed_at: str
    etag: str | None = None
    modified: str | None = None
    entries: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: bytes) -> Landed:
        """Reads a sidecar."""
        given = json.loads(text)
        return cls(**{**given, "entries": tuple(given["entries"])})


def land(
    origin: str,
    raw: places.Place,
    year: str,
    *,
    name: str | None = None,
    digest: str | None = None,
    size: int | None = None,
    client: Any = None,
    fetch: Callable[..., http.Version] = http.download,
    say: Callable[[str], None] = print,
) -> Landed:
    """Lands the file at `origin`: a path, `file://`, `s3://`, or `http(s)://`. `digest` and `size` are the published
    ones, if there are any. Landing the same bytes again returns the file that was landed first. Raises
    `LandingError`."""
    name = name or unquote(urlsplit(origin).path.rpartition("/")[2])
    if not name or name.startswith(".") or "/" in name:
        raise LandingError(f"`{origin}` has no file name; give one")
    with tempfile.TemporaryDirectory(prefix="landing-") as folder:
        copy = Path(folder) / "file"
        version = _copy(origin, copy, client, fetch, say)
        found = Landed(
            url=raw.url(f"year={year}/{name}"),
            name=name,
            year=year,
            size=copy.stat().st_size,
            digest=_digest(copy),
            origin=origin,
            landed_at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            etag=version.etag,
            modified=version.modified,
        )
        found = replace(found, entries=_whole(found, copy, digest, size))
        return _put(raw, found, copy, Path(folder) / "sidecar")


def _copy(
    origin: str, copy: Path, client: Any, fetch: Callable[..., http.Version], say: Callable[[str], None]
) -> http.Version:
    if urlsplit(origin).scheme in {"http", "https"}:
        return fetch(origin, copy, say=say)
    folder, _, name = origin.rpartition("/")
    try:
        places.open_place(folder or ".", client).fetch(unquote(name) if "://" in origin else name, copy)
    except FileNotFoundError:
        raise LandingError(f"`{origin}` is not there") from None
    return http.Version(copy.stat().st_size, None, None)


def _whole(found: Landed, copy: Path, digest: str | None, size: int | None) -> tuple[str, ...]:
    """Checks that the bytes are a data file, and the announced one; returns the entries of an archive."""
    with copy.open("rb") as file:
        head = file.read(HEAD_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if found.size == 0:
        raise PartialError(f"`{found.origin}` is empty")
    if head.startswith(PAGE_STARTS):
        raise NotThisFileError(f"`{found.origin}` starts like a web page, not a data file; does it require a login?")
    if size is not None and found.size != size:
        raise PartialError(f"`{found.origin}` has {found.size} bytes; expected {size}")
    if digest is not None and found.digest != digest:
        raise PartialError(f"`{found.origin}` has digest {found.digest}; expected {digest}")
    try:
        if found.name.endswith(".zip"):
            with zipfile.ZipFile(copy) as archive:
                if (broken := archive.testzip()) is not None:
                    raise PartialError(f"`{found.origin}`: the entry `{broken}` fails its checksum")
                return tuple(one.filename for one in archive.infolist() if not one.is_dir())
        elif found.name.endswith(".gz"):
            with gzip.open(copy) as stream:
                while stream.read(1 << 20):
                    pass
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError) as error:
        raise PartialError(f"`{found.origin}` is incomplete: {error}") from error
    return ()


def _put(raw: places.Place, found: Landed, copy: Path, sidecar: Path) -> Landed:
    key = f"year={found.year}/{found.name}"
    try:
        raw.create(key, copy)
    except places.AlreadyThereError:
        there = copy.with_name("there")
        raw.fetch(key, there)
        if _digest(there) != found.digest:
            raise OtherContentError(
                f"`{found.url}` differs from `{found.origin}` ({found.digest}); "
                "nothing was overwritten\n"
                "  help: land it under another name with the same beginning (`--name`); "
                "the latest file of a publication counts"
            ) from None
    sidecar.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    try:
        raw.create(key + SIDECAR, sidecar)
    except places.AlreadyThereError:
        return Landed.parse(raw.read(key + SIDECAR))
    return found


def landed(raw: places.Place, year: str) -> list[Landed]:
    """The landed files of a year, in order of names."""
    keys = [key for key in raw.keys(f"year={year}") if key.endswith(SIDECAR)]
    return [Landed.parse(raw.read(key)) for key in keys]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
