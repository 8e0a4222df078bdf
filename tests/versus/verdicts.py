"""Reads what an engine wrote and says the same of each: which records it held back, by which rules, and what it passed.

usage: verdicts.py ENGINE OUT

Writes OUT/verdicts.tsv, one line a bad record: its identifier and its rules, sorted. Prints one JSON object: counts, a
digest of the good records' 91 columns that does not depend on their order, columns, and the size of the good output.
"""

import csv
import io
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb

import rules
from columns import COLUMNS

ENGINE, OUT = sys.argv[1], Path(sys.argv[2])

# One bad record: its identifier and the rules it breaks.
Verdict = tuple[str, set[str]]

# Where each engine puts good records; whatever is not listed writes `good.parquet`.
GOOD = {
    "assay": "staging/validated/**/part-*.parquet",
    "pyspark": "split/good=true/*.parquet",
    "qsv": "input.csv.valid",
}
# Rules that are attributes of a column in dataframely and in JSON Schema.
OF_COLUMN = {
    rules.RECORD_ID: "R02",
    rules.COMPANY_ID: "R03",
    rules.AMOUNT: "R04",
    rules.DATE: "R05",
    rules.CHANGE_TYPE: "R06",
    rules.RECIPIENT_TYPE: "R07",
    rules.NATURE: "R08",
    rules.ZIP: "R09",
    rules.NPI: "R10",
    rules.HOSPITAL_ID: "R11",
    rules.PROFILE_ID: "R11",
    rules.PAYMENTS: "R12",
}


def of_assay() -> Iterator[Verdict]:
    """The quarantine keeps a record's bytes, so its identifier is read from them as CSV."""
    place = COLUMNS.index(rules.RECORD_ID)
    query = f"SELECT raw, findings FROM '{OUT}/staging/rejected/**/quarantine-*.parquet'"
    for raw, findings in duckdb.sql(query).fetchall():
        cells = next(csv.reader(io.StringIO(bytes(raw).decode(), newline="")))
        yield cells[place], {finding["rule"] for finding in findings if finding["level"] == "error"}


def of_reasons(pattern: str) -> Iterator[Verdict]:
    """A column `reasons`: a list, or text joined by commas."""
    for record_id, reasons in duckdb.sql(f"SELECT {rules.RECORD_ID}, reasons FROM '{OUT}/{pattern}'").fetchall():
        yield record_id, set(reasons.split(",") if isinstance(reasons, str) else reasons)


def of_pandera() -> Iterator[Verdict]:
    """Failure cases name the row and the check; `index` leads to the record."""
    named = {"not_nullable": "R01", "field_uniqueness": "R13"}
    found = defaultdict(set)
    for index, check in duckdb.sql(f'SELECT index, "check" FROM "{OUT}/failures.parquet"').fetchall():
        found[index].add(named.get(check, check))
    for index, record_id in duckdb.sql(f"SELECT index, {rules.RECORD_ID} FROM '{OUT}/bad.parquet'").fetchall():
        yield record_id, found[index]


def of_dataframely() -> Iterator[Verdict]:
    """A column for each rule, named by the rule or as `column|attribute`, which says `invalid` where it failed."""
    rows = duckdb.sql(f"FROM '{OUT}/bad.parquet'")
    place = rows.columns.index(rules.RECORD_ID)
    codes = {}
    for at, name in enumerate(rows.columns):
        column, _, attribute = name.partition("|")
        if name not in COLUMNS:
            codes[at] = "R01" if attribute == "nullability" else OF_COLUMN.get(column, name)
    for row in rows.fetchall():
        yield row[place], {code for at, code in codes.items() if row[at] == "invalid"}


def of_qsv() -> Iterator[Verdict]:
    """An error names row and field; a blank where text is required says that null is not of the type."""
    found = defaultdict(set)
    with (OUT / "input.csv.validation-errors.tsv").open(encoding="utf-8", newline="") as errors:
        for row, field, error in list(csv.reader(errors, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            found[int(row)].add(of_error(field, error))
    place = COLUMNS.index(rules.RECORD_ID)
    with (OUT / "input.csv").open(encoding="utf-8", newline="") as records:
        for number, cells in enumerate(csv.reader(records)):
            if number in found:
                yield cells[place], found[number]


def of_error(field: str, error: str) -> str:
    """The rule behind one of qsv's errors. Those about the whole record name the column in their text."""
    if error.endswith("is not unique"):
        return "R13"
    if cast := re.match(r"Can't cast to Integer. key: (\w+),", error):
        return OF_COLUMN[cast[1]]
    missing = error.startswith("null is not") and field in rules.REQUIRED
    return "R01" if missing else OF_COLUMN[field]


def verdicts() -> Iterator[Verdict]:
    match ENGINE:
        case "assay":
            return of_assay()
        case "pandera":
            return of_pandera()
        case "dataframely":
            return of_dataframely()
        case "qsv":
            return of_qsv()
        case "pyspark":
            return of_reasons("split/good=false/*.parquet")
        case _:
            return of_reasons("bad.parquet")


def good() -> dict[str, object]:
    """What was passed: how many records, what they hold, how it was stored."""
    pattern = GOOD.get(ENGINE, "good.parquet")
    files = sorted(OUT.glob(pattern))
    if ENGINE == "qsv":
        source = f"read_csv('{files[0]}', header = true, all_varchar = true, nullstr = '', quote = '\"', escape = '\"')"
    else:
        source = f"read_parquet({[str(file) for file in files]}, hive_partitioning = false)"
    cells = ", ".join(f"coalesce({column}, '')" for column in COLUMNS)
    # A sum of hashes: no order, and a record that is missing, doubled or changed in any cell shows.
    count, content = duckdb.sql(f"SELECT count(*), sum(hash({cells})::HUGEINT)::VARCHAR FROM {source}").fetchall()[0]
    return {
        "good": count,
        "content": content,
        "columns": len(duckdb.sql(f"FROM {source} LIMIT 0").columns),
        "bytes": sum(file.stat().st_size for file in files),
    }


def main() -> None:
    lines = sorted(f"{record_id}\t{','.join(sorted(broken))}" for record_id, broken in verdicts())
    (OUT / "verdicts.tsv").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    counted = Counter(rule for line in lines for rule in line.split("\t")[1].split(","))
    print(json.dumps({"bad": len(lines), "rules": dict(sorted(counted.items())), **good()}))


if __name__ == "__main__":
    main()
