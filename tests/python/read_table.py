"""Reads every part of a lake as one table, by the very commands of `docs/how-to/read.md`, and compares what they find.

usage: read_table.py ROOT SUMMARY.json [READER…]      (the summary is not needed; without readers all but Spark)

The lake holds general payments in two layouts, with the first date there is, one of the year 2, and the last.
"""

import datetime
import json
import re
import sys
from pathlib import Path

import pyarrow.parquet as pq

PAGE = Path(__file__).parents[2] / "docs/how-to/read.md"
READERS = ["duckdb", "polars", "pandas", "pyarrow"]
FIRST, EARLY, LAST = datetime.date(1, 1, 1), datetime.date(2, 11, 30), datetime.date(9999, 12, 31)


def check(what: str, got: object, expected: object) -> None:
    """Stops with a message unless the two are equal."""
    if got != expected:
        sys.exit(f"{what}: read {got!r}, expected {expected!r}")


def main() -> None:
    blocks = dict(re.findall(r"```python (\w+)\n(.*?)```", PAGE.read_text(), re.DOTALL))
    names = {"root": sys.argv[1]}
    exec(blocks["parts"], names)  # noqa: S102 (the page is ours)
    files = names["files"]
    schemas = [pq.read_schema(file) for file in files]
    manifests = Path(sys.argv[1]).glob("staging/validated/**/_commit/manifest.json")
    layouts = {json.loads(manifest.read_text())["assay"]["layout"] for manifest in manifests}
    check("layouts", len(layouts), 2)
    for schema, file in zip(schemas, files, strict=True):
        check(f"columns of {file}", schema.remove_metadata(), schemas[0].remove_metadata())
        ids = [field.metadata[b"PARQUET:field_id"] for field in schema]
        check(f"field ids of {file}", ids, [field.metadata[b"PARQUET:field_id"] for field in schemas[0]])
        check(f"distinct ids of {file}", len(set(ids)), len(ids))
        names_without_case = {field.name.lower() for field in schema}
        check(f"distinct names of {file}", len(names_without_case), len(ids))
        keys = {key.split("=")[0].lower() for key in Path(file).parent.parts if "=" in key}
        check(f"names that are folders of {file}", names_without_case & keys, set())
    rows = sum(pq.read_metadata(file).num_rows for file in files)
    cells = [date for file in files for date in pq.read_table(file, columns=["Date_of_Payment"], partitioning=None)[0].to_pylist()]
    check("dates", {FIRST, EARLY, LAST} - set(cells), set())
    for reader in sys.argv[3:] or READERS:
        found = dict(names)
        exec(blocks[reader], found)  # noqa: S102
        check(f"rows ({reader})", found["rows"], rows)
        check(f"dates ({reader})", tuple(found["dates"]), (FIRST, LAST))
        if reader == "spark":
            early = found["table"].where(f"Date_of_Payment = date'{EARLY}'").count()
            check("dates of the year 2 (spark)", early, cells.count(EARLY))
            check("columns (spark)", len(found["table"].columns), len(schemas[0]))
            # Nothing but data lies in it where Spark looks, and each year was published once.
            folder = found["spark"].read.parquet(f"{sys.argv[1]}/staging/validated")
            check("rows of the folder (spark)", folder.count(), rows)
            keys = {"dataset", "kind", "year", "publication", "run", "attempt"}
            check("columns of the folder (spark)", set(folder.columns) - set(schemas[0].names), keys)
        print(f"{reader}: {rows} rows of {len(files)} parts in {len(layouts)} layouts")


if __name__ == "__main__":
    main()
