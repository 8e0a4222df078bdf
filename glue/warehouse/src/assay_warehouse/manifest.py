"""The manifest that COPY reads: `entries`, and nothing else. COPY's treatment of other keys is not documented."""

from __future__ import annotations

import json
from collections.abc import Sequence

from assay_warehouse.snapshot import File


def text(files: Sequence[File]) -> bytes:
    """A manifest for these files. COPY needs `content_length` for Parquet."""
    entries = [{"url": file.url, "mandatory": True, "meta": {"content_length": file.bytes}} for file in files]
    return (json.dumps({"entries": entries}, indent=2) + "\n").encode()
