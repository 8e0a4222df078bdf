"""A real lake, and curated tables of exactly its newest publications, as the job would make them."""

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import curated
from assay_catalog.lake import Lake

ROOT = Path(__file__).resolve().parents[3]
HOST = Path(os.environ.get("ASSAY", ROOT / "target" / "debug" / "assay"))
# The publication named in a year's generated records.
GENERATED = {2022: "06/30/2023", 2023: "06/28/2024"}
AMOUNT = "Total_Amount_of_Payment_USDollars"
FACT = {
    "record_id": "Record_ID",
    "source_record": "_record",
    "source_line": "_line",
    "profile_id": "Covered_Recipient_Profile_ID",
    "npi": "Covered_Recipient_NPI",
    "teaching_hospital_ccn": "Teaching_Hospital_CCN",
    "recipient_kind": "Covered_Recipient_Type",
    "recipient_state": "Recipient_State",
    "recipient_country": "Recipient_Country",
    "primary_type_1": "Covered_Recipient_Primary_Type_1",
    "specialty_1": "Covered_Recipient_Specialty_1",
    "company_id": "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID",
    "amount": AMOUNT,
    "payment_date": "Date_of_Payment",
    "payment_count": "Number_of_Payments_Included_in_Total_Amount",
    "form_of_payment": "Form_of_Payment_or_Transfer_of_Value",
    "nature_of_payment": "Nature_of_Payment_or_Transfer_of_Value",
}


def judge(
    lake: str, scratch: Path, year: int, publication: str, *, seed: int = 1, defects: str = "2%"
) -> dict[str, Any]:
    """Runs the host on a generated file of 3,000 records; returns its report."""
    y, m, d = publication.split("-")
    file = scratch / str(seed) / f"OP_DTL_GNRL_PGYR{year}_P{m}{d}{y}.csv"
    file.parent.mkdir(exist_ok=True, parents=True)
    made = ["--year", str(year), "--rows", "3000", "--seed", str(seed), "--defects", defects]
    subprocess.run(
        [HOST, "sample", "open-payments", "general", *made, "-o", file], cwd=ROOT, check=True, capture_output=True
    )
    text = file.read_bytes()  # some defects are not UTF-8
    file.write_bytes(text.replace(GENERATED[year].encode(), f"{m}/{d}/{y}".encode()))
    run = [str(HOST), "run", str(file), "--root", lake, "--format", "json"]
    done = subprocess.run(run, cwd=ROOT, check=False, capture_output=True, text=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@dataclass(frozen=True)
class LakeYear(curated.Year):
    """A publication as it is in a lake."""

    lake: Lake | None = None
    manifest: str = ""

    @classmethod
    def of(cls, lake: Lake, manifest: str) -> "LakeYear":
        """What a manifest commits."""
        assay = json.loads(lake.read(manifest))["assay"]
        partition = assay["partition"]
        year, publication = int(partition["year"]), partition["publication"]
        return cls(assay["kind"], year, publication, 0, assay["records"]["validated"], lake, manifest)

    @property
    def _assay(self) -> dict[str, Any]:
        assert self.lake is not None
        found: dict[str, Any] = json.loads(self.lake.read(self.manifest))["assay"]
        return found

    @property
    def run_id(self) -> str:
        return str(self._assay["run_id"])

    def _rows(self) -> list[dict[str, Any]]:
        assert self.lake is not None
        parts = [self.lake.read(part["key"]) for part in self._assay["parts"]]
        return [row for part in parts for row in pq.read_table(BytesIO(part)).to_pylist()]

    def payments(self) -> list[dict[str, Any]]:
        key = self.key | {"run_id": self.run_id}
        made = [key | {name: row[source] for name, source in FACT.items()} for row in self._rows()]
        for row in made:
            ccn, person = row["teaching_hospital_ccn"], row["profile_id"]
            row["recipient_key"] = f"H-{ccn}" if ccn else f"P-{person}" if person else None
        return made

    def products(self) -> list[dict[str, Any]]:
        name = "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_{}"
        kind = "Indicate_Drug_or_Biological_or_Device_or_Medical_Supply_{}"
        return [
            self.key
            | {"record_id": row["Record_ID"], "slot": slot}
            | {"product_name": row[name.format(slot)], "product_type": row[kind.format(slot)]}
            for row in self._rows()
            for slot in range(1, 6)
            if row[name.format(slot)] is not None
        ]

    def audit(self) -> list[dict[str, Any]]:
        assay = self._assay
        counts = {f"records_{name}": count for name, count in assay["records"].items()}
        sums = {f"amount_{one}": Decimal(assay["amounts"][AMOUNT][one]) for one in ("read", "validated", "quarantined")}
        place = {"manifest": self.manifest, "committed_at": datetime(2026, 1, 1)}  # noqa: DTZ001 - as in Parquet
        return [self.key | {"run_id": self.run_id, "attempt": assay["attempt"], **counts, **sums, **place}]
