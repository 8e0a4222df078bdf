import io
import json
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from server import Publisher, serve

from assay_provider import places
from assay_provider.landing import http
from assay_provider.landing.errors import (
    ChangedError,
    LandingError,
    NotThisFileError,
    OtherContentError,
    PartialError,
)
from assay_provider.landing.land import land, landed
from assay_provider.landing.published import Listing

CONTENT = b"Record_ID,Amount\n" + b"".join(b"%d,1.00\n" % number for number in range(20_000))
QUICK = partial(http.download, pause=0.0)
YEAR = "2023"


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
        archive.writestr("b.csv", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("faults", "ranges"),
    [
        ([], [None]),
        ([("busy", None), ("busy", None)], [None, None, None]),
        ([("break", 1000)], [None, "bytes=1000-"]),
        ([("break", 1000), ("break", 500)], [None, "bytes=1000-", "bytes=1500-"]),
        # The server doesn't support ranges: it sends the whole file again, which replaces the received part.
        ([("break", 1000), ("plain", None)], [None, "bytes=1000-"]),
    ],
)
def test_a_broken_transfer_goes_on(tmp_path: Path, faults: list[Any], ranges: list[str | None]) -> None:
    raw = places.Folder(tmp_path / "raw")
    with serve(Publisher(CONTENT, list(faults))) as there:
        found = land(there.url, raw, YEAR, fetch=QUICK)
    assert raw.read(f"year=2023/{found.name}") == CONTENT
    assert there.seen == ranges
    assert (found.size, found.origin, found.etag) == (len(CONTENT), there.url, '"v1"')
    assert landed(raw, YEAR) == [found]


@pytest.mark.parametrize(
    ("faults", "error", "text"),
    [
        ([("break", 10)] * 6, PartialError, "gave up after 6 tries"),
        ([("lie", 5)] + [("busy", None)] * 5, PartialError, "gave up"),
        ([("break", 1000), ("change", CONTENT + b"1,1.00\n")], ChangedError, "changed during the download"),
        ([("break", 1000), ("change", CONTENT[:500])], ChangedError, "changed"),
        ([("break", 1000), ("shift", None)], ChangedError, "was not asked for"),
        ([("html", None)], NotThisFileError, "returned a web page"),
        ([("change", b"<!DOCTYPE html><p>Please log in")], NotThisFileError, "starts like a web page"),
        ([("change", b"")], PartialError, "is empty"),
        ([("gone", None)], LandingError, "404"),
    ],
)
def test_what_does_not_land_leaves_nothing(
    tmp_path: Path, faults: list[Any], error: type[LandingError], text: str
) -> None:
    raw = places.Folder(tmp_path / "raw")
    with serve(Publisher(CONTENT, list(faults))) as there, pytest.raises(error, match=text):
        land(there.url, raw, YEAR, fetch=QUICK)
    assert list(raw.keys()) == []


def test_a_redirect_is_followed(tmp_path: Path) -> None:
    raw = places.Folder(tmp_path)
    with serve(Publisher(CONTENT)) as there:
        found = land(there.url.replace("/OP_", "/moved/OP_"), raw, YEAR, fetch=QUICK)
    assert found.size == len(CONTENT)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    raw = places.Folder(tmp_path)
    with serve(Publisher(CONTENT)) as there:
        first = land(there.url, raw, YEAR, fetch=QUICK)
        assert land(there.url, raw, YEAR, fetch=QUICK) == first
        there.content = CONTENT + b"restated\n"
        with pytest.raises(OtherContentError, match="nothing was overwritten"):
            land(there.url, raw, YEAR, fetch=QUICK)
    assert raw.read(f"year=2023/{first.name}") == CONTENT


@pytest.mark.parametrize(("digest", "size"), [("sha256:" + "0" * 64, None), (None, 1)])
def test_what_is_published_beside_it_must_hold(tmp_path: Path, digest: str | None, size: int | None) -> None:
    (tmp_path / "a.csv").write_bytes(CONTENT)
    raw = places.Folder(tmp_path / "raw")
    with pytest.raises(PartialError, match="expected"):
        land(str(tmp_path / "a.csv"), raw, YEAR, digest=digest, size=size)
    assert list(raw.keys()) == []


def test_an_archive_is_kept_as_it_is(tmp_path: Path) -> None:
    packed = zipped(CONTENT)
    (tmp_path / "a b.zip").write_bytes(packed)
    (tmp_path / "cut.zip").write_bytes(packed[:-30])
    raw = places.Folder(tmp_path / "raw")
    found = land((tmp_path / "a b.zip").as_uri(), raw, YEAR)
    assert (raw.read("year=2023/a b.zip"), found.entries) == (packed, ("a.csv", "b.csv"))
    with pytest.raises(PartialError, match="is incomplete"):
        land(str(tmp_path / "cut.zip"), raw, YEAR)


def test_a_bucket_is_landed_in_create_only(tmp_path: Path) -> None:
    import boto3
    from moto import mock_aws

    (tmp_path / "a.csv").write_bytes(CONTENT)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="lake")
        raw = places.open_place("s3://lake/raw", client)
        found = land(str(tmp_path / "a.csv"), raw, YEAR)
        assert found.url == "s3://lake/raw/year=2023/a.csv"
        assert landed(raw, YEAR) == [found]
        again = land(found.url, places.Folder(tmp_path / "raw"), YEAR, client=client)
        assert again.digest == found.digest
        (tmp_path / "a.csv").write_bytes(CONTENT + b"x")
        with pytest.raises(OtherContentError):
            land(str(tmp_path / "a.csv"), raw, YEAR)


@pytest.mark.parametrize(
    ("year", "names", "missing"),
    [
        ("2023", [], ["general", "research"]),
        ("2023", ["GNRL_2023_P1.csv"], ["research"]),
        ("2023", ["GNRL_2022_P1.csv"], ["general", "research"]),
        ("2023", ["ALL_2023.zip"], []),
        ("2013", ["GNRL_2013_P1.csv"], []),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, year: str, names: list[str], missing: list[str]) -> None:
    (tmp_path / "list.json").write_text(
        json.dumps(
            {
                "files": [
                    {"kind": "general", "pattern": "^GNRL_{year}", "from": 2013},
                    {"kind": "research", "pattern": "^RSRCH_{year}", "from": 2014},
                ],
                "archives": ["^ALL_{year}"],
            }
        )
    )
    assert Listing.load(tmp_path / "list.json").missing(year, names) == missing
