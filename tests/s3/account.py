"""The promises about buckets, held against a real one: S3 as AWS runs it, or whatever else speaks its API.

usage: account.py ASSAY s3://BUCKET[/PREFIX]

Everything is written under a new prefix below the one named, and removed at the end, versions included. Keys, region and
endpoint are found as AWS's own tools find them. It takes some 200 MB of traffic and a few hundred requests.
"""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

TOP = Path(__file__).resolve().parents[2]

# Several ranges of 8 MiB, and more than one slab.
MEGABYTES = 40

CASES = []


def case(function):
    """Registers a case; its docstring is the promise."""
    CASES.append(function)
    return function


class Place:
    """A prefix of our own in the bucket, the program, and a file with its lake on the disk to compare with."""

    def __init__(self, assay: str, address: str, folder: Path) -> None:
        parts = urlsplit(address)
        if parts.scheme != "s3" or not parts.netloc:
            sys.exit(f"`{address}` is not an address; expected s3://BUCKET or s3://BUCKET/PREFIX")
        self.assay, self.folder, self.bucket = assay, folder, parts.netloc
        self.prefix = "/".join(part for part in (parts.path.strip("/"), f"assay-{uuid.uuid4().hex[:12]}") if part)
        self.s3 = boto3.client("s3", region_name=os.environ.get("AWS_REGION"))
        self.file = folder / "general.csv"
        self.versioned, self.input, self.on_disk, self.data_on_disk = False, "", {}, {}

    def prepare(self) -> None:
        """Generates the file, puts it into the bucket, and judges it on the disk."""
        generate = [sys.executable, "-B", TOP / "tests/versus/generate.py", self.file, str(MEGABYTES), "42"]
        subprocess.run(generate, check=True, stdout=sys.stderr)
        self.versioned = self.s3.get_bucket_versioning(Bucket=self.bucket).get("Status") == "Enabled"
        self.input = self.put("raw/general.csv", self.file)
        self.on_disk = self.run(self.file, self.folder / "lake")
        self.data_on_disk = {
            path.name: digest(path.read_bytes()) for path in (self.folder / "lake").rglob("*.parquet")
        }

    def address(self, name: str) -> str:
        return f"s3://{self.bucket}/{self.prefix}/{name}"

    def put(self, name: str, file: Path) -> str:
        self.s3.upload_file(str(file), self.bucket, f"{self.prefix}/{name}")
        return self.address(name)

    def keys(self, name: str) -> dict[str, int]:
        """What lies under a name, with sizes."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}/{name}/")
        return {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])}

    def bytes(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def data(self, name: str) -> dict[str, str]:
        """The data files of a lake by name, without the folders, which name the attempt's time."""
        found = [key for key in self.keys(name) if key.endswith(".parquet")]
        return {key.rsplit("/", 1)[1]: digest(self.bytes(key)) for key in found}

    def command(self, file, root, *more: str) -> list[str]:
        return [
            *(self.assay, "run", str(file), "--root", str(root), "--pack", str(TOP / "rules/versus/pack.toml")),
            *("--rules", str(TOP / "rules"), "--plugins", str(TOP / "target/plugins")),
            *("--progress", "never", "--format", "json", *more),
        ]

    def run(self, file, root, *more: str) -> dict:
        """A run that must be published, and what it printed."""
        done = subprocess.run(self.command(file, root, *more), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr}"
        return json.loads(done.stdout)

    def refused(self, file, environment: dict[str, str] | None = None) -> str:
        """What a run says that must end with exit code 2 and publish nothing."""
        command = self.command(file, self.address("refused"))
        environment = os.environ | (environment or {})
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 2, f"exit code {done.returncode}, expected 2: {done.stderr}"
        assert not [key for key in self.keys("refused") if key.endswith("manifest.json")]
        return done.stderr

    def remove(self) -> None:
        """Everything under our prefix: objects, versions, markers, uploads."""
        uploads = self.s3.list_multipart_uploads(Bucket=self.bucket, Prefix=self.prefix).get("Uploads", [])
        for upload in uploads:
            self.s3.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}/")
        for page in pages:
            for entry in page.get("Versions", []) + page.get("DeleteMarkers", []):
                self.s3.delete_object(Bucket=self.bucket, Key=entry["Key"], VersionId=entry["VersionId"])


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@case
def same_bytes(place: Place) -> None:
    """From a bucket to a bucket a run writes the bytes that it writes on a disk."""
    said = place.run(place.input, place.address("lake"))
    assert said["run_id"] == place.on_disk["run_id"]
    assert place.data("lake") == place.data_on_disk


@case
def again(place: Place) -> None:
    """The same run again changes nothing of what is published, and says so."""
    before = place.keys("lake/staging")
    assert place.run(place.input, place.address("lake"))["already_published"] is True
    assert place.keys("lake/staging") == before


@case
def manifest(place: Place) -> None:
    """The manifest names each part by the address and the size that Redshift's COPY takes."""
    keys = place.keys("lake")
    manifests = [key for key in keys if key.endswith("_commit/manifest.json")]
    assert len(manifests) == 1, manifests
    entries = json.loads(place.bytes(manifests[0]))["entries"]
    assert entries
    for entry in entries:
        bucket, key = entry["url"].removeprefix("s3://").split("/", 1)
        assert (bucket, keys[key]) == (place.bucket, entry["meta"]["content_length"]), entry


@case
def spooled(place: Place) -> None:
    """A copied input gives the same bytes."""
    place.run(place.input, place.address("spooled"), "--spool")
    assert place.data("spooled") == place.data_on_disk


@case
def compressed(place: Place) -> None:
    """A compressed input gives the same bytes."""
    packed = place.folder / "general.csv.gz"
    packed.write_bytes(gzip.compress(place.file.read_bytes(), compresslevel=1))
    place.run(place.put("raw/general.csv.gz", packed), place.address("compressed"))
    assert place.data("compressed") == place.data_on_disk


@case
def two_at_once(place: Place) -> None:
    """Two processes with the same run end well, and there is one manifest with all it names."""
    command = place.command(place.input, place.address("race"))
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        _, complaint = process.communicate()
        assert process.returncode == 0, complaint
    keys = place.keys("race")
    manifests = [key for key in keys if key.endswith("_commit/manifest.json")]
    assert len(manifests) == 1, manifests
    for entry in json.loads(place.bytes(manifests[0]))["entries"]:
        assert entry["url"].removeprefix(f"s3://{place.bucket}/") in keys, entry


def refuses(call, **request) -> bool:
    """Whether a request is refused because its condition does not hold."""
    try:
        call(**request)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] == 412  # noqa: PLR2004 - Precondition Failed
    return False


@case
def conditions(place: Place) -> None:
    """Each condition that keeps two runs apart is looked at: on creating, replacing, completing an upload, and reading."""
    s3, thing = place.s3, {"Bucket": place.bucket, "Key": f"{place.prefix}/conditions"}
    tag = s3.put_object(**thing, Body=b"one", IfNoneMatch="*")["ETag"]
    assert refuses(s3.put_object, **thing, Body=b"two", IfNoneMatch="*"), "PUT creates what is there"
    assert not refuses(s3.put_object, **thing, Body=b"two", IfMatch=tag), "PUT does not replace what was read"
    assert refuses(s3.put_object, **thing, Body=b"three", IfMatch=tag), "PUT replaces what was changed since"
    assert refuses(s3.get_object, **thing, IfMatch=tag), "GET reads another state than was asked for"
    upload = s3.create_multipart_upload(**thing)["UploadId"]
    part = s3.upload_part(**thing, UploadId=upload, PartNumber=1, Body=b"four")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    complete = {**thing, "UploadId": upload, "MultipartUpload": parts, "IfNoneMatch": "*"}
    assert refuses(s3.complete_multipart_upload, **complete), "an upload takes the place of what is there"
    s3.abort_multipart_upload(**thing, UploadId=upload)
    assert place.bytes(thing["Key"]) == b"two"


@case
def not_there(place: Place) -> None:
    """An object that is not there is told by its name."""
    said = place.refused(place.address("raw/nothing.csv"))
    assert "raw/nothing.csv" in said, said


@case
def not_allowed(place: Place) -> None:
    """A refused signature is never taken for an object that is not there."""
    # The right key with a wrong secret, whatever it was that the right one came from.
    right = boto3.Session().get_credentials().get_frozen_credentials()
    wrong = {"AWS_ACCESS_KEY_ID": right.access_key, "AWS_SECRET_ACCESS_KEY": "wrong"}
    wrong |= {"AWS_SESSION_TOKEN": right.token} if right.token else {}
    stranger = boto3.client(
        "s3",
        region_name=os.environ.get("AWS_REGION"),
        aws_access_key_id=right.access_key,
        aws_secret_access_key="wrong",
        aws_session_token=right.token,
    )
    try:
        stranger.head_object(Bucket=place.bucket, Key=f"{place.prefix}/raw/general.csv")
        print("        (the server checks no signatures, so the next is not tried)")
    except ClientError:
        said = place.refused(place.input, wrong)
        assert "403" in said, said


@case
def old_version(place: Place) -> None:
    """`?versionId=` reads the state that it names."""
    if not place.versioned:
        print("        (the bucket keeps no versions, so the next is not tried)")
        return
    key = f"{place.prefix}/raw/general.csv"
    version = place.s3.head_object(Bucket=place.bucket, Key=key)["VersionId"]
    place.s3.put_object(Bucket=place.bucket, Key=key, Body=b"replaced\n")
    said = place.run(f"{place.input}?versionId={version}", place.address("version"))
    assert said["run_id"] == place.on_disk["run_id"]


@case
def collected(place: Place) -> None:
    """`assay gc` finds its way through a root in a bucket."""
    command = [place.assay, "gc", "--root", place.address("lake"), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)


@case
def nothing_unfinished(place: Place) -> None:
    """No upload is left unfinished, which would cost money and be seen by nobody."""
    assert not place.s3.list_multipart_uploads(Bucket=place.bucket, Prefix=place.prefix).get("Uploads", [])


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(sys.argv[1], sys.argv[2], Path(folder))
        try:
            place.prepare()
            for promise in CASES:
                try:
                    promise(place)
                    print(f"holds   {promise.__doc__}", flush=True)
                except Exception:  # One broken promise must not hide the others, whatever it raises.
                    failed += 1
                    print(f"BROKEN  {promise.__doc__}\n{traceback.format_exc()}", flush=True)
        finally:
            place.remove()
    if failed:
        sys.exit(f"{failed} of {len(CASES)} promises do not hold")


if __name__ == "__main__":
    main()
