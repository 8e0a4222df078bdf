"""Curated tables as the job leaves them: Iceberg, all with the same inputs; written without Spark."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlglot
from pyiceberg.catalog import Catalog
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform
from sqlglot import exp

from assay_warehouse import statements

NATURES = ("Food and Beverage", "Consulting Fee", "Travel and Lodging", "Royalty or License")
SPECIALTIES = ("Allopathic|Internal Medicine|Cardiology", "Allopathic|Surgery", "Dental|Dentist", None)
STATES = ("OH", "CA", "TX", None)
PRODUCTS = ("Stent A", "STENT A", "Drug B", "Kit C")
YEARS = (
    "publications",
    "payments_fact",
    "payment_products",
    "physician_names",
    "physician_addresses",
    "physician_credentials",
    "company_names",
    "teaching_hospital_names",
)
ARROW = {
    exp.DataType.Type.VARCHAR: pa.string(),
    exp.DataType.Type.INT: pa.int32(),
    exp.DataType.Type.BIGINT: pa.int64(),
    exp.DataType.Type.DATE: pa.date32(),
    exp.DataType.Type.TIMESTAMP: pa.timestamp("us"),
}


def columns(table: str) -> list[exp.ColumnDef]:
    """Columns of a table of the warehouse, in order."""
    (statement,) = statements.read("redshift", "tables", table)
    return list(sqlglot.parse_one(statement, dialect="redshift").find_all(exp.ColumnDef))


def schema(table: str) -> pa.Schema:
    """The Parquet schema with the columns of a warehouse table."""
    return pa.schema([pa.field(one.name, _arrow(one), nullable=not _required(one)) for one in columns(table)])


def _required(column: exp.ColumnDef) -> bool:
    return any(isinstance(one.kind, exp.NotNullColumnConstraint) for one in column.constraints)


def _arrow(column: exp.ColumnDef) -> pa.DataType:
    kind = column.kind
    assert kind is not None
    if kind.this == exp.DataType.Type.DECIMAL:
        precision, scale = (int(one.name) for one in kind.expressions)
        return pa.decimal128(precision, scale)
    return ARROW[kind.this]


@dataclass(frozen=True)
class Year:
    """A publication of a kind and year. Equal ones give equal rows."""

    kind: str
    year: int
    publication: str
    seed: int
    count: int

    @property
    def run_id(self) -> str:
        return f"run-{self.kind}-{self.year}-{self.seed}-{self.count}"

    @property
    def key(self) -> dict[str, Any]:
        day = date.fromisoformat(self.publication)
        return {"payment_kind": self.kind, "program_year": self.year, "publication": day}

    def payments(self) -> list[dict[str, Any]]:
        """Rows of the fact."""
        draw = random.Random(f"{self.kind}{self.year}{self.seed}")
        made = []
        for index in range(self.count):
            hospital = draw.random() < 0.1
            person = str(1000 + draw.randrange(12))
            made.append(
                self.key
                | {
                    "record_id": str(self.year * 100_000 + index),
                    "run_id": self.run_id,
                    "source_record": index + 1,
                    "source_line": index + 2,
                    "recipient_key": "H-100001" if hospital else f"P-{person}",
                    "recipient_kind": "Covered Recipient " + ("Teaching Hospital" if hospital else "Physician"),
                    "profile_id": None if hospital else person,
                    "teaching_hospital_ccn": "100001" if hospital else None,
                    "recipient_state": draw.choice(STATES),
                    "specialty_1": None if hospital else draw.choice(SPECIALTIES),
                    "company_id": str(1 + draw.randrange(4)),
                    "amount": Decimal(draw.randrange(1, 10_000_000)) / 100,
                    "payment_date": date(self.year, 1, 1) + timedelta(days=draw.randrange(365)),
                    "payment_count": 1,
                    "form_of_payment": "Cash or cash equivalent",
                    "nature_of_payment": draw.choice(NATURES),
                    "contextual_information": draw.choice([None, "it's a\ttab, a \\ and a\nnewline"]),
                }
            )
        return made

    def products(self) -> list[dict[str, Any]]:
        """Up to three products per payment; the same product may be named twice."""
        draw = random.Random(f"products{self.year}{self.seed}")
        made = []
        for payment in self.payments():
            for slot in range(1, draw.randrange(4) + 1):
                name = {"slot": slot, "product_type": "Device", "product_name": draw.choice(PRODUCTS)}
                made.append(self.key | {"record_id": payment["record_id"]} | name)
        return made

    def variants(self) -> dict[str, list[dict[str, Any]]]:
        """Spellings of recipients and companies: one of each here, with the payments that have it."""
        columns = {
            "physician_names": ("profile_id", {"last_name": "Name {}"}),
            "physician_addresses": ("profile_id", {"recipient_address_line_1": "{} Main St"}),
            "physician_credentials": ("profile_id", {"npi": "1{}"}),
            "company_names": ("company_id", {"company_name": "Company {}"}),
            "teaching_hospital_names": ("teaching_hospital_ccn", {"teaching_hospital_name": "Mercy {}"}),
        }
        made = {}
        for table, (key, spelled) in columns.items():
            counts = Counter(str(one[key]) for one in self.payments() if one[key])
            made[table] = [
                self.key | {key: value, "records": count} | {name: form.format(value) for name, form in spelled.items()}
                for value, count in sorted(counts.items())
            ]
        return made

    def audit(self) -> list[dict[str, Any]]:
        """The row of `publications`."""
        amount = sum((one["amount"] for one in self.payments()), Decimal("0.00"))
        sums = {"amount_read": amount + 1, "amount_validated": amount, "amount_quarantined": Decimal("1.00")}
        rows = {"records_read": self.count + 1, "records_validated": self.count, "records_quarantined": 1}
        place = {"manifest": "s3://lake/m", "committed_at": datetime(2026, 1, 1)}  # noqa: DTZ001 - as in Parquet
        return [self.key | {"run_id": self.run_id, "attempt": "a", **rows, **sums, **place}]


@dataclass
class Tables:
    """The Iceberg tables."""

    catalog: Catalog
    database: str
    place: str
    held: dict[tuple[str, int], Year] = field(default_factory=dict)

    def publish(self, year: Year) -> None:
        """Publishes, replacing the publication of the same kind and year in all tables."""
        self.held[year.kind, year.year] = year
        made = {"publications": year.audit(), "payments_fact": year.payments(), "payment_products": year.products()}
        for name, rows in (made | year.variants()).items():
            self.write(name, rows, year)
        for name, rows in self.dimensions().items():
            self.write(name, rows)

    def write(self, name: str, rows: list[dict[str, Any]], year: Year | None = None) -> None:
        """Replaces a kind and year of a table, or all of it."""
        content = pa.Table.from_pylist(rows, schema=schema(name))
        only = AlwaysTrue() if year is None else f"payment_kind = '{year.kind}' and program_year = {year.year}"
        self.table(name).overwrite(content, only, snapshot_properties={"assay.inputs": json.dumps(self.inputs())})

    def inputs(self) -> list[dict[str, Any]]:
        """The inputs of all tables."""
        return [
            {"kind": one.kind, "year": one.year, "publication": one.publication, "run_id": one.run_id}
            for one in self.held.values()
        ]

    def table(self, name: str) -> Table:
        """A table, created if it is missing."""
        full = f"{self.database}.{name}"
        if not self.catalog.table_exists(full):
            made = self.catalog.create_table(full, schema(name), f"{self.place}/{name}", PartitionSpec())
            if name in YEARS:
                with made.update_spec() as spec:
                    for key in ("payment_kind", "program_year"):
                        spec.add_field(key, IdentityTransform(), key)
        return self.catalog.load_table(full)

    def dimensions(self) -> dict[str, list[dict[str, Any]]]:
        """Companies, people and the one hospital of all payments."""
        payments = [one for year in self.held.values() for one in year.payments()]
        seen = {"first_year": 2020, "last_year": 2023, "first_publication": date(2024, 6, 28)}
        seen |= {"last_publication": date(2024, 6, 28), "records": len(payments), "name_variants": 1}
        people = sorted({one["profile_id"] for one in payments if one["profile_id"]})
        companies = sorted({one["company_id"] for one in payments})
        more = {"address_variants": 1}
        return {
            "companies_dim": [seen | {"company_id": one, "canonical_name": f"Company {one}"} for one in companies],
            "physicians_dim": [
                seen
                | more
                | {"profile_id": one, "recipient_key": f"P-{one}", "last_name": f"Name {one}", "npi_variants": 0}
                for one in people
            ],
            "teaching_hospitals_dim": [
                seen
                | more
                | {"teaching_hospital_ccn": "100001", "recipient_key": "H-100001", "teaching_hospital_name": "Mercy"}
            ],
        }
