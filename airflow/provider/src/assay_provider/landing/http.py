"""Downloads by HTTP(S): resumed by ranges, retried, complete or not at all."""

from __future__ import annotations

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from assay_provider.landing.errors import ChangedError, LandingError, NotThisFileError, PartialError

BLOCK = 1 << 20
# A stalled connection is given up after this long; CMS's servers answer within seconds.
TIMEOUT_SECONDS = 60.0
# With the pauses below, an outage of 2 minutes passes without a retry by Airflow.
TRIES = 6
FIRST_PAUSE_SECONDS = 2.0
RETRIED = {408, 425, 429, 500, 502, 503, 504}
PARTIAL, RANGE_NOT_SATISFIABLE = 206, 416


@dataclass(frozen=True, slots=True)
class Version:
    """What identifies a version of a file: if any field differs, it is another version."""

    length: int | None
    etag: str | None
    modified: str | None

    @classmethod
    def of(cls, headers: Message, length: int | None) -> Version:
        """The version from a response, for a file of `length` bytes."""
        return cls(length, headers.get("ETag"), headers.get("Last-Modified"))

    def if_range(self) -> str | None:
        """A strong entity tag or a date, so that the server sends a range of this version only."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


def download(
    url: str,
    target: Path,
    *,
    tries: int = TRIES,
    pause: float = FIRST_PAUSE_SECONDS,
    say: Callable[[str], None] = print,
) -> Version:
    """Downloads `url` to `target`. The download counts only if its length is the one that the server announced. Raises
    `LandingError`; a download is resumed only within this call."""
    version: Version | None = None
    target.unlink(missing_ok=True)
    for attempt in range(1, tries + 1):
        at = target.stat().st_size if target.exists() else 0
        try:
            version = _fetch(url, target, at, version)
            size = target.stat().st_size
            if version.length is None or size == version.length:
                return version
            if size > version.length:
                raise ChangedError(f"`{url}` returned {size} bytes; expected {version.length}")
            reason = f"{size} of {version.length} bytes came"
        except urllib.error.HTTPError as error:
            if error.code not in RETRIED:
                raise LandingError(f"`{url}`: {error.code} {error.reason}") from error
            reason = f"{error.code} {error.reason}"
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
        say(f"try {attempt} of {tries}: {reason}")
        if attempt < tries:
            time.sleep(pause * 2 ** (attempt - 1))
    raise PartialError(f"`{url}`: gave up after {tries} tries; the last: {reason}")


def _fetch(url: str, target: Path, at: int, known: Version | None) -> Version:
    # `identity`: lengths and ranges must refer to uncompressed bytes.
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})  # noqa: S310 (checked by the caller)
    resumed = at > 0 and known is not None and known.if_range() is not None
    if resumed and known is not None:
        request.add_header("Range", f"bytes={at}-")
        request.add_header("If-Range", known.if_range() or "")
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code == RANGE_NOT_SATISFIABLE:
            raise ChangedError(f"`{url}` is now shorter than the {at} bytes already downloaded") from error
        raise
    with response:
        partial = response.status == PARTIAL
        length = _length(response.headers, at if partial else 0, partial=partial)
        version = Version.of(response.headers, length)
        if known is not None and version != known:
            raise ChangedError(f"`{url}` changed during the download: it was {known} and is now {version}")
        _not_a_page(url, response.headers)
        with target.open("ab" if partial else "wb") as file:
            try:
                while block := response.read(BLOCK):
                    file.write(block)
            except http.client.IncompleteRead as error:
                file.write(error.partial)
            except OSError:
                # The received bytes are kept: the next try continues from there.
                pass
    return version


def _length(headers: Message, at: int, *, partial: bool) -> int | None:
    if partial:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers.get("Content-Range", ""))
        if found is None or int(found[1]) != at:
            raise ChangedError(f"the range `{headers.get('Content-Range')}` was not asked for; expected from {at} on")
        return int(found[2])
    text = headers.get("Content-Length")
    return int(text) if text is not None and text.isdigit() else None


def _not_a_page(url: str, headers: Message) -> None:
    if headers.get_content_type() in {"text/html", "application/xhtml+xml"}:
        raise NotThisFileError(
            f"`{url}` returned a web page (`{headers.get_content_type()}`), not a file; does it require a login?"
        )
