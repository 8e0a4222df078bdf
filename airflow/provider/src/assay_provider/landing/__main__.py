"""`python -m assay_provider.landing`: lands files by hand, as a DAG does. Prints one JSON object per file, with a
`reason` if it did not land; exit codes: 0 landed, 1 not the expected file or a different one is already there,
2 could not be fetched (try again).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence

from assay_provider import places
from assay_provider.landing.errors import ChangedError, LandingError, PartialError
from assay_provider.landing.land import land


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m assay_provider.landing", description="Land files in raw/")
    parser.add_argument("origin", nargs="+", help="Path, `s3://…` or `https://…` of a file")
    parser.add_argument("--raw", required=True, help="Folder or `s3://bucket/prefix` of raw files")
    parser.add_argument("--year", required=True, help="Program year of the files")
    parser.add_argument("--digest", help="Expected digest, `sha256:…`, as published for the file (one file only)")
    parser.add_argument("--name", help="Name to land it under (one file only; default: the origin's)")
    given = parser.parse_args(arguments)
    if (given.digest or given.name) and len(given.origin) > 1:
        parser.error("--digest and --name need exactly one file")
    raw = places.open_place(given.raw)
    for origin in given.origin:
        try:
            done = land(
                origin,
                raw,
                given.year,
                name=given.name,
                digest=given.digest,
                say=lambda text: print(text, file=sys.stderr),
            )
        except (PartialError, ChangedError, OSError) as error:
            return _failed("failed", error, 2)
        except LandingError as error:
            return _failed("refused", error, 1)
        print(json.dumps(dataclasses.asdict(done)))
    return 0


def _failed(outcome: str, error: Exception, code: int) -> int:
    print(json.dumps({"outcome": outcome, "error": type(error).__name__, "reason": str(error)}))
    print(f"error: {outcome}: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
