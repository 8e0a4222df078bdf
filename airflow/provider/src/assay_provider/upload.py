"""Creates an object where none exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from assay_provider.places import AlreadyThereError

# 64 MiB: S3's maximum of 10,000 parts is then 625 GiB; the dataset's largest file is 9 GB.
PART_BYTES = 64 << 20
TAKEN = {"PreconditionFailed", "412"}


def create(client: Any, bucket: str, key: str, source: Path) -> None:
    """Raises `AlreadyThereError`. An upload that is not completed is aborted."""
    try:
        if source.stat().st_size <= PART_BYTES:
            with source.open("rb") as body:
                client.put_object(Bucket=bucket, Key=key, Body=body, IfNoneMatch="*")
            return
        _in_parts(client, bucket, key, source)
    except ClientError as error:
        if error.response["Error"]["Code"] in TAKEN:
            raise AlreadyThereError(f"s3://{bucket}/{key}") from None
        raise


def _in_parts(client: Any, bucket: str, key: str, source: Path) -> None:
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    at = {"Bucket": bucket, "Key": key, "UploadId": upload}
    try:
        parts: list[dict[str, object]] = []
        with source.open("rb") as file:
            while block := file.read(PART_BYTES):
                number = len(parts) + 1
                tag = client.upload_part(**at, PartNumber=number, Body=block)["ETag"]
                parts.append({"PartNumber": number, "ETag": tag})
        client.complete_multipart_upload(**at, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
    except BaseException:
        client.abort_multipart_upload(**at)
        raise
