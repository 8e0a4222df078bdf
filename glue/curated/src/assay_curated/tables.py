"""The current curated tables: columns, order, types, keys. `migrate` creates and changes them in a catalog;
a test compares both.

Types are Spark's. Money is `decimal(14,2)` for a payment and `decimal(18,2)` for a sum: ten thousand times the largest
year. Ids are digits but stay text, because some begin with a zero.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql.types import (
    DataType,
    DateType,
    DecimalType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

# Partition columns: all tables except the dimensions are replaced a year at a time.
PARTITION = ("payment_kind", "program_year")

_YEAR = "payment_kind string not null, program_year int not null, publication date not null"
_ADDRESS = (
    "recipient_address_line_1 string, recipient_address_line_2 string, recipient_city string, recipient_state string, "
    "recipient_zip_code string, recipient_country string, recipient_province string, recipient_postal_code string"
)
_SKILLS = ", ".join(
    f"{name}_{n} string"
    for name, count in (("primary_type", 6), ("specialty", 6), ("license_state", 5))
    for n in range(1, count + 1)
)
_TYPES: dict[str, DataType] = {
    "string": StringType(),
    "int": IntegerType(),
    "bigint": LongType(),
    "date": DateType(),
    "timestamp": TimestampType(),
    "decimal(14,2)": DecimalType(14, 2),
    "decimal(18,2)": DecimalType(18, 2),
}
# In every dimension, about its key: the number of current records, the years and the publications.
_SEEN = (
    "records bigint not null, first_year int not null, last_year int not null, "
    "first_publication date not null, last_publication date not null"
)


def _field(name: str, kind: str, null: str = "") -> StructField:
    return StructField(name, _TYPES[kind], nullable=null != "not null")


def _names(ddl: str) -> tuple[str, ...]:
    return tuple(one.split(" ", 1)[0] for one in ddl.split(", "))


@dataclass(frozen=True, slots=True)
class Table:
    """A curated table. `key` is unique; with `years` it is partitioned by kind and year."""

    name: str
    key: tuple[str, ...]
    ddl: str
    years: bool = True

    @property
    def schema(self) -> StructType:
        """Columns, types and nullability, in order."""
        return StructType([_field(*one.split(" ", 2)) for one in self.ddl.split(", ")])


PUBLICATIONS = Table(
    "publications",
    PARTITION,
    f"{_YEAR}, run_id string not null, attempt string not null, pack string, pack_digest string, layout string, "
    "source_name string, source_digest string, source_bytes bigint, records_read bigint not null, "
    "records_validated bigint not null, records_quarantined bigint not null, amount_read decimal(18,2) not null, "
    "amount_validated decimal(18,2) not null, amount_quarantined decimal(18,2) not null, manifest string not null, "
    "committed_at timestamp",
)
PAYMENTS_FACT = Table(
    "payments_fact",
    (*PARTITION, "record_id"),
    f"{_YEAR}, record_id string not null, run_id string not null, source_record bigint not null, "
    "source_line bigint not null, recipient_key string, recipient_kind string not null, profile_id string, npi string, "
    "teaching_hospital_ccn string, teaching_hospital_id string, recipient_state string, recipient_country string, "
    "primary_type_1 string, specialty_1 string, company_id string not null, submitting_company_name string, "
    "amount decimal(14,2) not null, payment_date date not null, payment_count bigint, form_of_payment string not null, "
    "nature_of_payment string not null, travel_city string, travel_state string, travel_country string, "
    "physician_ownership string, third_party_recipient string, third_party_name string, charity string, "
    "third_party_equals_recipient string, contextual_information string, delay_in_publication string, "
    "dispute_status string, related_product string, change_type string",
)
PAYMENT_PRODUCTS = Table(
    "payment_products",
    (*PARTITION, "record_id", "slot"),
    f"{_YEAR}, record_id string not null, slot int not null, covered string, product_type string, "
    "product_category string, product_name string, ndc string, pdi string",
)
PHYSICIAN_NAMES = Table(
    "physician_names",
    (*PARTITION, "profile_id", "first_name", "middle_name", "last_name", "name_suffix"),
    f"{_YEAR}, profile_id string not null, first_name string, middle_name string, last_name string, "
    "name_suffix string, records bigint not null",
)
PHYSICIAN_ADDRESSES = Table(
    "physician_addresses",
    (*PARTITION, "profile_id", *_names(_ADDRESS)),
    f"{_YEAR}, profile_id string not null, {_ADDRESS}, records bigint not null",
)
PHYSICIAN_CREDENTIALS = Table(
    "physician_credentials",
    (*PARTITION, "profile_id", "npi", "recipient_kind", *_names(_SKILLS)),
    f"{_YEAR}, profile_id string not null, npi string, recipient_kind string, {_SKILLS}, records bigint not null",
)
PHYSICIANS_DIM = Table(
    "physicians_dim",
    ("profile_id",),
    "profile_id string not null, recipient_key string not null, npi string, recipient_kind string, first_name string, "
    f"middle_name string, last_name string, name_suffix string, {_ADDRESS}, {_SKILLS}, npi_variants bigint not null, "
    f"name_variants bigint not null, address_variants bigint not null, {_SEEN}",
    years=False,
)
COMPANY_NAMES = Table(
    "company_names",
    (*PARTITION, "company_id", "company_name", "company_state", "company_country"),
    f"{_YEAR}, company_id string not null, company_name string, company_state string, company_country string, "
    "records bigint not null",
)
COMPANIES_DIM = Table(
    "companies_dim",
    ("company_id",),
    "company_id string not null, canonical_name string, company_state string, company_country string, "
    f"name_variants bigint not null, {_SEEN}",
    years=False,
)
TEACHING_HOSPITAL_NAMES = Table(
    "teaching_hospital_names",
    (
        *PARTITION,
        "teaching_hospital_ccn",
        "teaching_hospital_id",
        "teaching_hospital_name",
        *_names(_ADDRESS),
    ),
    f"{_YEAR}, teaching_hospital_ccn string not null, teaching_hospital_id string, teaching_hospital_name string, "
    f"{_ADDRESS}, records bigint not null",
)
TEACHING_HOSPITALS_DIM = Table(
    "teaching_hospitals_dim",
    ("teaching_hospital_ccn",),
    "teaching_hospital_ccn string not null, recipient_key string not null, teaching_hospital_id string, "
    f"teaching_hospital_name string, {_ADDRESS}, name_variants bigint not null, address_variants bigint not null, "
    f"{_SEEN}",
    years=False,
)

# In publishing order: `publications` is the commit, and dimensions come before tables that refer to them.
TABLES = (
    PUBLICATIONS,
    PHYSICIAN_NAMES,
    PHYSICIAN_ADDRESSES,
    PHYSICIAN_CREDENTIALS,
    COMPANY_NAMES,
    TEACHING_HOSPITAL_NAMES,
    PHYSICIANS_DIM,
    COMPANIES_DIM,
    TEACHING_HOSPITALS_DIM,
    PAYMENT_PRODUCTS,
    PAYMENTS_FACT,
)
