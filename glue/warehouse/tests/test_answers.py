"""Every analysts' query, answered by hand: a dozen payments that fit on a page, with PostgreSQL for Redshift and
DuckDB for Athena.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from conftest import PLATFORM, World, new_world

import curated
from assay_platform.model import Part
from assay_warehouse import statements
from assay_warehouse.engine import open_engine
from assay_warehouse.validate import question

HEART, KNIFE, TEETH = "Allopathic|Internal Medicine|Cardiology", "Allopathic|Surgery", "Dental|Dentist"
FOOD, FEE, ROYALTY = "Food and Beverage", "Consulting Fee", "Royalty or License"
# Kind, year, record id; company, recipient, state, specialty; dollars, nature, products in their slots. Two products of
# payment 12 are the same, spelled in two ways.
PAYMENTS = [
    ("general", 2022, "11", "1", "P-1", "OH", HEART, "100.00", FOOD, ["Stent A"]),
    ("general", 2022, "12", "1", "P-2", "CA", KNIFE, "50.50", FEE, ["Stent A", "STENT A"]),
    ("general", 2022, "13", "2", "P-1", "OH", HEART, "25.25", FOOD, ["Stent A", "Drug B"]),
    ("general", 2022, "14", "2", "H-100001", "OH", None, "1000.00", ROYALTY, []),
    ("general", 2023, "15", "2", "P-1", "OH", HEART, "10.00", FOOD, ["Drug B"]),
    ("general", 2023, "16", "1", "P-3", None, TEETH, "10.00", FOOD, []),
    ("research", 2023, "21", "1", "H-100001", "OH", None, "300.00", ROYALTY, ["Drug B"]),
    ("research", 2023, "22", "1", None, "TX", None, "700.00", ROYALTY, []),
    ("ownership", 2023, "31", "1", "P-1", "OH", HEART, "4000.00", ROYALTY, []),
    ("ownership", 2023, "32", "1", "P-2", "CA", KNIFE, "5000.00", ROYALTY, []),
    ("ownership", 2023, "33", "2", "P-2", "CA", KNIFE, "1.00", ROYALTY, []),
]
HEARTS, SURGEONS, DENTISTS = ("Allopathic", "Internal Medicine"), ("Allopathic", "Surgery"), ("Dental", "Dentist")
P, H = "Covered Recipient Physician", "Covered Recipient Teaching Hospital"
WANTED: dict[tuple[str, str], list[tuple[object, ...]]] = {
    ("top_companies", "general"): [
        (2022, 1, "2", "Company 2", 2, "1025.25"),
        (2022, 2, "1", "Company 1", 2, "150.50"),
        (2023, 1, "1", "Company 1", 1, "10.00"),
        (2023, 2, "2", "Company 2", 1, "10.00"),
    ],
    ("top_companies", "research"): [(2023, 1, "1", "Company 1", 2, "1000.00")],
    ("top_recipients", "general"): [
        (2022, 1, "H-100001", H, "Mercy", 1, 1, "1000.00"),
        (2022, 2, "P-1", P, "Name 1", 2, 2, "125.25"),
        (2022, 3, "P-2", P, "Name 2", 1, 1, "50.50"),
        (2023, 1, "P-1", P, "Name 1", 1, 1, "10.00"),
        (2023, 2, "P-3", P, "Name 3", 1, 1, "10.00"),
    ],
    ("top_recipients", "research"): [(2023, 1, "H-100001", H, "Mercy", 1, 1, "300.00")],
    ("by_specialty", "general"): [
        (2022, *HEARTS, 2, 1, "125.25"),
        (2022, *SURGEONS, 1, 1, "50.50"),
        (2023, *HEARTS, 1, 1, "10.00"),
        (2023, *DENTISTS, 1, 1, "10.00"),
    ],
    ("by_state", "general"): [
        (2022, "OH", 3, 2, "1125.25"),
        (2022, "CA", 1, 1, "50.50"),
        (2023, "OH", 1, 1, "10.00"),
        (2023, "none", 1, 1, "10.00"),
    ],
    ("by_year", "general"): [
        ("general", 2022, "2024-06-28", 4, "1175.75", 2, 3),
        ("general", 2023, "2024-06-28", 2, "20.00", 2, 2),
        ("ownership", 2023, "2024-06-28", 3, "9001.00", 2, 2),
        ("research", 2023, "2024-06-28", 2, "1000.00", 1, 1),
    ],
    ("by_nature", "general"): [
        (2022, ROYALTY, 1, "1000.00"),
        (2022, FOOD, 2, "125.25"),
        (2022, FEE, 1, "50.50"),
        (2023, FOOD, 2, "20.00"),
    ],
    # 25.25 is listed for both of its products, and in no sum; 12 names one product, so its 50.50 counts for that.
    ("products", "general"): [
        (2022, "STENT A", 3, "150.50", "25.25"),
        (2022, "DRUG B", 1, "0.00", "25.25"),
        (2023, "DRUG B", 1, "10.00", "0.00"),
    ],
    ("product_coverage", "general"): [
        (2022, "none", 1, "1000.00"),
        (2022, "one", 2, "150.50"),
        (2022, "several", 1, "25.25"),
        (2023, "none", 1, "10.00"),
        (2023, "one", 1, "10.00"),
    ],
    ("ownership", "general"): [(2023, "1", "Company 1", 2, 2, "9000.00"), (2023, "2", "Company 2", 1, 1, "1.00")],
}


@dataclass(frozen=True)
class ByHand(curated.Year):
    """The payments above of a kind and year."""

    def _mine(self) -> list[tuple[Any, ...]]:
        return [one for one in PAYMENTS if one[:2] == (self.kind, self.year)]

    def payments(self) -> list[dict[str, Any]]:
        made = []
        for index, (*_, record, company, recipient, state, specialty, amount, nature, _) in enumerate(self._mine(), 1):
            kind, _, number = (recipient or "").partition("-")
            named = {"recipient_key": recipient, "recipient_kind": {"P": P, "H": H}.get(kind, "Non-covered")}
            named |= {"profile_id": number if kind == "P" else None}
            named |= {"teaching_hospital_ccn": number if kind == "H" else None}
            made.append(
                self.key
                | named
                | {"record_id": record, "run_id": self.run_id, "source_record": index, "source_line": index + 1}
                | {"recipient_state": state, "specialty_1": specialty, "company_id": company}
                | {"amount": Decimal(amount), "payment_date": date(self.year, 5, 1), "form_of_payment": "Cash"}
                | {"nature_of_payment": nature}
            )
        return made

    def products(self) -> list[dict[str, Any]]:
        return [
            self.key | {"record_id": one[2], "slot": slot, "product_name": product}
            for one in self._mine()
            for slot, product in enumerate(one[-1], 1)
        ]


@pytest.fixture(scope="module")
def loaded(server: str, moto: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = new_world(server, moto, tmp_path_factory.mktemp("by_hand"))
    for kind, year in dict.fromkeys((one[0], one[1]) for one in PAYMENTS):
        count = sum(one[:2] == (kind, year) for one in PAYMENTS)
        world.tables.publish(ByHand(kind, year, "2024-06-28", 1, count))
        world.load(year, kind=kind)
    return world


def told(value: object) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value) if isinstance(value, date) else value


@pytest.mark.parametrize("on", ["warehouse", "duckdb"])
@pytest.mark.parametrize(("name", "kind"), WANTED, ids=["-".join(one) for one in WANTED])
def test_answers_are_those_by_hand(loaded: World, name: str, kind: str, on: str) -> None:
    here = replace(loaded.here, query=Part("duckdb", {}))
    asked = loaded.warehouse if on == "warehouse" else open_engine(here, PLATFORM)
    _, rows = asked.query(question(name, kind))
    assert [tuple(map(told, row)) for row in rows] == WANTED[name, kind]


def test_every_question_has_its_answer() -> None:
    assert {name for name, _ in WANTED} == set(statements.names("analyst", "queries"))
