"""Reads a lake that `assay run` wrote with DuckDB, pyarrow and pandas, and compares with what the run reported.

usage: read_back.py ROOT SUMMARY.json      (SUMMARY.json is what `assay run --format json` printed)
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlparse

import duckdb
import pandas as pd
import pyarrow.parquet as pq


def local_path(root: Path, text: str) -> Path:
    """The file that a URL or key in a document names."""
    if text.startswith("file:"):
        return Path(unquote(urlparse(text).path))
    path = Path(text)
    return path if path.exists() else root / text


def check(what: str, got: object, expected: object) -> None:
    """Stops with a message unless the two are equal."""
    if got != expected:
        sys.exit(f"{what}: read {got!r}, reported {expected!r}")


def main() -> None:
    root, summary = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    records = summary["records"]
    manifest = json.loads(local_path(root, summary["manifest"]).read_text())
    parts = [str(local_path(root, entry["url"])) for entry in manifest["entries"]]
    for entry, part in zip(manifest["entries"], parts, strict=True):
        check(f"size of {part}", Path(part).stat().st_size, entry["meta"]["content_length"])

    db = duckdb.connect()
    if parts:
        check("validated (duckdb)", db.execute("select count(*) from read_parquet(?)", [parts]).fetchone()[0], records["validated"])
    check("validated (pyarrow)", sum(pq.read_table(part).num_rows for part in parts), records["validated"])
    check("validated (pandas)", sum(len(pd.read_parquet(part)) for part in parts), records["validated"])
    for column, sums in summary["amounts"].items():
        total = Decimal(0)
        if parts:
            total = db.execute(f'select coalesce(sum("{column}"), 0) from read_parquet(?)', [parts]).fetchone()[0]
        check(f"sum of {column}", Decimal(total), Decimal(sums["validated"]))
        check(f"conservation of {column}", Decimal(sums["validated"]) + Decimal(sums["quarantined"]), Decimal(sums["read"]))

    rejected = Path(str(Path(parts[0]).parent).replace("/validated/", "/rejected/")) if parts else None
    if rejected and rejected.exists():
        held = sorted(str(path) for path in rejected.glob("quarantine-*.parquet"))
        if held:
            check("quarantined (duckdb)", db.execute("select count(*) from read_parquet(?)", [held]).fetchone()[0], records["quarantined"])
            check("quarantined (pyarrow)", sum(pq.read_table(path).num_rows for path in held), records["quarantined"])
            frame = pd.concat(pd.read_parquet(path) for path in held)
            check("quarantined (pandas)", len(frame), records["quarantined"])
            check("each has findings", int(frame["findings"].map(len).min()) >= 1 if len(frame) else True, True)
            by_rule = db.execute(
                "select f.rule, count(*) from (select unnest(findings) f from read_parquet(?)) where f.level = 'error' group by 1", [held]
            ).fetchall()
            for rule, count in by_rule:
                check(f"findings of {rule}", count, summary["findings"][rule]["error"])
    print(f"read back: {records['validated']} validated, {records['quarantined']} quarantined, sums conserved")


if __name__ == "__main__":
    main()
