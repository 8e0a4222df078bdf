"""DuckDB: the file is staged in memory with the reasons of each record, then copied out twice.

usage: peer_duckdb.py FILE OUT

Staging once is the fastest way found: a table in a database file costs about a quarter more CPU, and reading the CSV
anew for the duplicates and for each output about a third more. Staged in memory it still spills to disk where memory
ends.
"""

import sys
from pathlib import Path

import duckdb

import bucket
import rules
from rules import AMOUNT, CHANGE_TYPE, COMPANY_ID, DATE, NATURE, NPI, PAYMENTS, RECIPIENT_TYPE, RECORD_ID, ZIP

FILE, OUT = sys.argv[1], Path(sys.argv[2])


def unlike(column: str, pattern: str) -> str:
    """The cell does not match; the anchors go, because the function matches the whole text."""
    return f"NOT regexp_full_match({column}, '{pattern[1:-1]}')"


def strange(column: str, values: list[str]) -> str:
    """The cell is none of the values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} NOT IN ({listed})"


def luhn() -> str:
    """The sum over the check digit, as arithmetic on the digits' codes."""
    terms = []
    for place in range(1, 11):
        digit = f"(ascii(substr({NPI}, {place}, 1)) - 48)"
        doubled = f"CASE WHEN {digit} > 4 THEN {digit} * 2 - 9 ELSE {digit} * 2 END"
        terms.append(doubled if place % 2 else digit)
    return f"{rules.LUHN_START} + " + " + ".join(terms)


# What is true of a bad record; NULL, so not bad, where the cell is blank.
RULES = {
    "R01": " OR ".join(f"{column} IS NULL" for column in rules.REQUIRED),
    "R02": unlike(RECORD_ID, rules.ID_PATTERN),
    "R03": unlike(COMPANY_ID, rules.ID_PATTERN),
    "R04": f"{unlike(AMOUNT, rules.AMOUNT_PATTERN)} OR TRY_CAST({AMOUNT} AS DECIMAL(18, 2)) "
    f"NOT BETWEEN {rules.LEAST_AMOUNT} AND {rules.GREATEST_AMOUNT}",
    "R05": f"{unlike(DATE, rules.DATE_PATTERN)} OR {DATE} IS NOT NULL AND try_strptime({DATE}, '%m/%d/%Y') IS NULL "
    f"OR year(try_strptime({DATE}, '%m/%d/%Y')) <> TRY_CAST({rules.YEAR} AS INT)",
    "R06": strange(CHANGE_TYPE, rules.CHANGE_TYPES),
    "R07": strange(RECIPIENT_TYPE, rules.RECIPIENT_TYPES),
    "R08": strange(NATURE, rules.NATURES),
    "R09": unlike(ZIP, rules.ZIP_PATTERN),
    "R10": f"{unlike(NPI, rules.NPI_PATTERN)} OR ({luhn()}) % 10 <> 0",
    "R11": f"CASE WHEN {RECIPIENT_TYPE} = '{rules.HOSPITAL}' THEN {rules.HOSPITAL_ID} IS NULL "
    f"ELSE {rules.PROFILE_ID} IS NULL END",
    "R12": f"COALESCE(TRY_CAST({PAYMENTS} AS INT) NOT BETWEEN 1 AND {rules.GREATEST_PAYMENTS}, {PAYMENTS} IS NOT NULL)",
}


def main() -> None:
    reasons = ", ".join(f"CASE WHEN {bad} THEN '{rule}' END" for rule, bad in RULES.items())
    db = duckdb.connect()
    if bucket.is_address(FILE):
        bucket.let_in(db)
    # Threads and memory limit stay at their defaults: all cores, and four fifths of the machine's memory.
    db.execute("SET preserve_insertion_order = false")
    db.execute(
        f"""
        CREATE TABLE staged AS
        SELECT *, list_filter([{reasons}], lambda reason: reason IS NOT NULL) AS found
        FROM read_csv(?, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true, nullstr = '')
    """,
        [FILE],
    )
    db.execute(f"""
        CREATE TABLE repeated AS
        SELECT {RECORD_ID} FROM staged WHERE {RECORD_ID} IS NOT NULL GROUP BY {RECORD_ID} HAVING count(*) > 1
    """)
    db.execute(f"""
        CREATE VIEW judged AS
        SELECT * EXCLUDE found,
            CASE WHEN {RECORD_ID} IN (FROM repeated) THEN list_append(found, 'R13') ELSE found END AS reasons
        FROM staged
    """)
    outputs = {
        "good": "SELECT * EXCLUDE reasons FROM judged WHERE len(reasons) = 0",
        "bad": "FROM judged WHERE len(reasons) > 0",
    }
    for name, query in outputs.items():
        db.execute(f"COPY ({query}) TO '{OUT / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main()
