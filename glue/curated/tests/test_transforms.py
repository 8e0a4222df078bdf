"""Small frames by hand: the rule of canonical values, product slots, recipients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - the usual name

from assay_curated import inputs, tables, transforms
from assay_curated.columns import GENERAL

OLD, NEW = date(2024, 6, 28), date(2025, 1, 30)


def variants(spark: SparkSession, table: tables.Table, *rows: dict[str, object]) -> DataFrame:
    """Rows of a table of variants; omitted values are null, or 2023, OLD, one record."""
    usual = {"payment_kind": "general", "program_year": 2023, "publication": OLD, "records": 1}
    full = [tuple({**usual, **row}.get(name) for name in table.schema.names) for row in rows]
    return spark.createDataFrame(full, table.schema)


def parts(spark: SparkSession, *rows: Mapping[str, object]) -> DataFrame:
    """Records as the host writes them; omitted values are null."""
    schema = inputs.schema(GENERAL)
    numbers = {"_record": 1, "_line": 2, "_offset": 3}
    full = [tuple({**numbers, **row}.get(name) for name in schema.names) for row in rows]
    said = {"payment_kind": "general", "year": 2023, "published": OLD, "run": "run1"}
    return spark.createDataFrame(full, schema).withColumns({name: F.lit(value) for name, value in said.items()})


NAMES: list[tuple[str, list[tuple[str | None, date, int, int]], str | None]] = [
    ("the newest publication", [("Old", OLD, 2023, 9), ("New", NEW, 2022, 1)], "New"),
    ("then most records", [("Few", NEW, 2023, 1), ("Most", NEW, 2023, 2)], "Most"),
    ("records of all its years", [("A", NEW, 2023, 3), ("B", NEW, 2023, 2), ("B", NEW, 2022, 2)], "B"),
    ("but not of other publications", [("A", NEW, 2023, 2), ("B", NEW, 2023, 1), ("B", OLD, 2022, 9)], "A"),
    ("then order of bytes", [("b", NEW, 2023, 1), ("B", NEW, 2023, 1), ("É", NEW, 2023, 1)], "B"),
    ("a blank is no name", [(None, NEW, 2023, 5), ("Old", OLD, 2022, 1)], "Old"),
    ("nothing but blanks", [(None, NEW, 2023, 5)], None),
]


def test_the_canonical_name(spark: SparkSession) -> None:
    for backwards in (False, True):
        rows: list[dict[str, object]] = []
        for case, (_, spelled, _) in enumerate(NAMES):
            for name, publication, year, records in reversed(spelled) if backwards else spelled:
                row = {"company_id": f"{case}", "company_name": name, "publication": publication}
                rows.append({**row, "program_year": year, "records": records})
        found = transforms.companies(variants(spark, tables.COMPANY_NAMES, *rows)).collect()
        names = {row["company_id"]: row["canonical_name"] for row in found}
        assert names == {f"{case}": expected for case, (_, _, expected) in enumerate(NAMES)}


def test_a_company_says_where_it_was_seen_and_how_it_was_spelled(spark: SparkSession) -> None:
    found = transforms.companies(
        variants(
            spark,
            tables.COMPANY_NAMES,
            {"company_id": "1", "company_name": "A", "company_state": "NJ", "company_country": "United States"},
            {"company_id": "1", "company_name": "A", "company_country": "Ireland", "publication": NEW, "records": 2},
            {"company_id": "1", "company_name": "a", "program_year": 2021, "records": 4},
        )
    )
    row = found.first()
    assert found.schema.names == tables.COMPANIES_DIM.schema.names
    assert row is not None
    assert tuple(row) == ("1", "A", None, "Ireland", 2, 7, 2021, 2023, OLD, NEW)


def test_a_recipient_is_one_row_with_names_addresses_and_npi(spark: SparkSession) -> None:
    names = variants(
        spark,
        tables.PHYSICIAN_NAMES,
        {"profile_id": "7", "first_name": "ANNA", "last_name": "LEE", "records": 5},
        {"profile_id": "7", "first_name": "ANN", "last_name": "LEE", "publication": NEW, "program_year": 2024},
    )
    addresses = variants(
        spark,
        tables.PHYSICIAN_ADDRESSES,
        {"profile_id": "7", "recipient_city": "RENO", "recipient_state": "NV"},
        {"profile_id": "7", "recipient_city": "ELKO", "recipient_state": "NV", "publication": NEW},
        {"profile_id": "7", "recipient_city": "RENO", "recipient_state": "NV", "program_year": 2022},
    )
    # The newest publication has no NPI, like old layouts: the last known one stays.
    credentials = variants(
        spark,
        tables.PHYSICIAN_CREDENTIALS,
        {"profile_id": "7", "npi": "1003000126", "specialty_1": "Cardiology"},
        {"profile_id": "7", "specialty_1": "Surgery", "publication": NEW},
    )
    rows = transforms.physicians(names, addresses, credentials).collect()
    assert len(rows) == 1
    expected = {
        "profile_id": "7",
        "recipient_key": "person-7",
        "npi": "1003000126",
        "npi_variants": 1,
        "first_name": "ANN",
        "name_variants": 2,
        "recipient_city": "ELKO",
        "address_variants": 2,
        "specialty_1": "Surgery",
        "records": 6,
        "first_year": 2023,
        "last_year": 2024,
        "first_publication": OLD,
        "last_publication": NEW,
    }
    assert {name: rows[0][name] for name in expected} == expected


def test_a_hospital_is_one_row_by_its_ccn(spark: SparkSession) -> None:
    usual = {"teaching_hospital_ccn": "050454", "teaching_hospital_name": "UCSF", "recipient_city": "SAN FRANCISCO"}
    row = transforms.hospitals(
        variants(
            spark,
            tables.TEACHING_HOSPITAL_NAMES,
            {**usual, "teaching_hospital_id": "10"},
            {**usual, "teaching_hospital_id": "11", "publication": NEW},
        )
    ).collect()
    assert [(one["recipient_key"], one["teaching_hospital_id"], one["name_variants"]) for one in row] == [
        ("hospital-050454", "11", 1)
    ]


def test_products_are_the_slots_that_say_anything_and_no_dollars(spark: SparkSession) -> None:
    name, ndc = "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply", "Associated_Drug_or_Biological_NDC"
    records = parts(
        spark,
        {"Record_ID": "1", f"{name}_1": "A", f"{ndc}_1": "1111-2222-33", f"{name}_5": "B"},
        {"Record_ID": "2"},
        {"Record_ID": "3", "Covered_or_Noncovered_Indicator_2": "Non-Covered"},
    )
    made = transforms.products(GENERAL, records)
    assert made.schema.names == tables.PAYMENT_PRODUCTS.schema.names
    found = sorted(tuple(row) for row in made.select("record_id", "slot", "product_name", "ndc", "covered").collect())
    assert found == [
        ("1", 1, "A", "1111-2222-33", None),
        ("1", 5, "B", None, None),
        ("3", 2, None, None, "Non-Covered"),
    ]


def test_a_fact_is_a_record_with_the_year_of_its_manifest_and_exact_cents(spark: SparkSession) -> None:
    amounts = ["0.01", "400000000.00", "999999999999.99"]
    records = [
        {"Record_ID": f"{at}", GENERAL.amount: Decimal(amount), "_record": at, "_line": at + 1}
        for at, amount in enumerate(amounts)
    ]
    made = transforms.facts(GENERAL, parts(spark, *records))
    assert made.schema.names == tables.PAYMENTS_FACT.schema.names
    columns = ("program_year", "publication", "run_id", "source_record", "source_line", "amount")
    found = sorted(tuple(row) for row in made.select("record_id", *columns).collect())
    assert found == [(f"{at}", 2023, OLD, "run1", at, at + 1, Decimal(amount)) for at, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("profile", "ccn", "expected"),
    [("123456", None, "person-123456"), (None, "123456", "hospital-123456"), (None, None, None)],
)
def test_recipient_keys_of_people_and_hospitals_never_meet(
    spark: SparkSession, profile: str | None, ccn: str | None, expected: str | None
) -> None:
    record = {"Record_ID": "1", "Covered_Recipient_Profile_ID": profile, "Teaching_Hospital_CCN": ccn}
    keys: Sequence[object] = [row["recipient_key"] for row in transforms.facts(GENERAL, parts(spark, record)).collect()]
    assert keys == [expected]


def test_variants_count_each_record_of_a_key_once(spark: SparkSession) -> None:
    column = "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_"
    records = [{f"{column}ID": key, f"{column}Name": name} for key, name in (("1", "A"), ("1", "A"), ("1", None))]
    records.append({f"{column}Name": "no id"})
    made = transforms.variants(GENERAL, parts(spark, *records), tables.COMPANY_NAMES, "company_id")
    found = {(row["company_id"], row["company_name"]): row["records"] for row in made.collect()}
    assert found == {("1", "A"): 2, ("1", None): 1}
