"""`qsv validate` with a JSON Schema: what it can say of the rules, with valid and invalid records as CSV.

usage: peer_qsv.py FILE OUT QSV

It has no check digit (R10) and writes no Parquet. `uniqueCombinedWith` finds the second and later members of a group.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import rules
from columns import COLUMNS

# JSON Schema compares numbers only where qsv reads the column as one, so bounds of text are patterns.
AMOUNT_PATTERN = r"^(?:0*[1-9][0-9]{0,7}(?:\.[0-9]{1,2})?|0*100000000(?:\.00?)?|0+\.(?:0[1-9]|[1-9][0-9]?))$"
DATE_PATTERN = (
    "^(?:(?:0[13578]|1[02])/(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)/(?:0[1-9]|[12][0-9]|30)"
    "|02/(?:0[1-9]|1[0-9]|2[0-8]))/2023$"
)


def schema() -> dict[str, object]:
    """The rules as JSON Schema; a blank cell is null."""
    text, blank = "string", ["string", "null"]
    columns: dict[str, dict[str, object]] = {
        column: {"type": text if column in rules.REQUIRED else blank} for column in COLUMNS
    }
    columns[rules.RECORD_ID]["pattern"] = rules.ID_PATTERN
    columns[rules.COMPANY_ID]["pattern"] = rules.ID_PATTERN
    columns[rules.AMOUNT]["pattern"] = AMOUNT_PATTERN
    columns[rules.DATE]["pattern"] = DATE_PATTERN
    columns[rules.CHANGE_TYPE]["enum"] = rules.CHANGE_TYPES
    columns[rules.RECIPIENT_TYPE]["enum"] = rules.RECIPIENT_TYPES
    columns[rules.NATURE]["enum"] = rules.NATURES
    columns[rules.ZIP]["pattern"] = rules.ZIP_PATTERN
    columns[rules.PAYMENTS] = {"type": ["integer", "null"], "minimum": 1, "maximum": rules.GREATEST_PAYMENTS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": columns,
        "required": COLUMNS,
        "if": {"properties": {rules.RECIPIENT_TYPE: {"const": rules.HOSPITAL}}},
        "then": {"properties": {rules.HOSPITAL_ID: {"type": text}}},
        "else": {"properties": {rules.PROFILE_ID: {"type": text}}},
        "uniqueCombinedWith": [rules.RECORD_ID],
    }


def main() -> None:
    file, out, qsv = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
    (out / "schema.json").write_text(json.dumps(schema()))
    # qsv writes beside its input.
    os.symlink(file, out / "input.csv")
    ended = subprocess.run([qsv, "validate", "input.csv", "schema.json", "--quiet"], cwd=out, check=False)
    # It ends with 1 where records are invalid; what it wrote tells that from a failure.
    if not (out / "input.csv.validation-errors.tsv").exists():
        sys.exit(f"`qsv validate` ended with {ended.returncode} and wrote no errors")


if __name__ == "__main__":
    main()
