"""The mapping of the host's validated columns to columns of curated tables, declared here and nowhere else.

A row has CMS's name, the curated name, and the tables with that column. Columns of product slots have the
slot's number in their names; they become rows of `payment_products`, so there is one row here for each of the slots.
"""

from __future__ import annotations

from dataclasses import dataclass

FACT = "payments_fact"
PRODUCTS = "payment_products"
NAMES = "physician_names"
ADDRESSES = "physician_addresses"
CREDENTIALS = "physician_credentials"
COMPANIES = "company_names"
HOSPITALS = "teaching_hospital_names"

PEOPLE = (NAMES, ADDRESSES, CREDENTIALS)
PLACES = (ADDRESSES, HOSPITALS)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the host's parts and its destination. `slot` is 0 except for columns of product slots."""

    cms: str
    name: str
    tables: tuple[str, ...]
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of payments. `amount` is the CMS name of the column that is summed; `slots` counts product slots."""

    name: str
    amount: str
    slots: int
    columns: tuple[Column, ...]

    def of(self, table: str, slot: int = 0) -> tuple[Column, ...]:
        """The columns of `table`, in the order of the host's schema."""
        return tuple(column for column in self.columns if table in column.tables and column.slot == slot)


def _products(slots: int) -> tuple[Column, ...]:
    names = (
        ("Covered_or_Noncovered_Indicator", "covered"),
        ("Indicate_Drug_or_Biological_or_Device_or_Medical_Supply", "product_type"),
        ("Product_Category_or_Therapeutic_Area", "product_category"),
        ("Name_of_Drug_or_Biological_or_Device_or_Medical_Supply", "product_name"),
        ("Associated_Drug_or_Biological_NDC", "ndc"),
        ("Associated_Device_or_Medical_Supply_PDI", "pdi"),
    )
    return tuple(
        Column(f"{cms}_{slot}", name, (PRODUCTS,), slot) for slot in range(1, slots + 1) for cms, name in names
    )


GENERAL = Kind(
    name="general",
    amount="Total_Amount_of_Payment_USDollars",
    slots=5,
    columns=(
        Column("Change_Type", "change_type", (FACT,)),
        Column("Covered_Recipient_Type", "recipient_kind", (FACT, CREDENTIALS)),
        Column("Teaching_Hospital_CCN", "teaching_hospital_ccn", (FACT, HOSPITALS)),
        Column("Teaching_Hospital_ID", "teaching_hospital_id", (FACT, HOSPITALS)),
        Column("Teaching_Hospital_Name", "teaching_hospital_name", (HOSPITALS,)),
        Column("Covered_Recipient_Profile_ID", "profile_id", (FACT, *PEOPLE)),
        Column("Covered_Recipient_NPI", "npi", (FACT, CREDENTIALS)),
        Column("Covered_Recipient_First_Name", "first_name", (NAMES,)),
        Column("Covered_Recipient_Middle_Name", "middle_name", (NAMES,)),
        Column("Covered_Recipient_Last_Name", "last_name", (NAMES,)),
        Column("Covered_Recipient_Name_Suffix", "name_suffix", (NAMES,)),
        Column("Recipient_Primary_Business_Street_Address_Line1", "recipient_address_line_1", PLACES),
        Column("Recipient_Primary_Business_Street_Address_Line2", "recipient_address_line_2", PLACES),
        Column("Recipient_City", "recipient_city", PLACES),
        Column("Recipient_State", "recipient_state", (FACT, *PLACES)),
        Column("Recipient_Zip_Code", "recipient_zip_code", PLACES),
        Column("Recipient_Country", "recipient_country", (FACT, *PLACES)),
        Column("Recipient_Province", "recipient_province", PLACES),
        Column("Recipient_Postal_Code", "recipient_postal_code", PLACES),
        Column("Covered_Recipient_Primary_Type_1", "primary_type_1", (FACT, CREDENTIALS)),
        *(Column(f"Covered_Recipient_Primary_Type_{n}", f"primary_type_{n}", (CREDENTIALS,)) for n in range(2, 7)),
        Column("Covered_Recipient_Specialty_1", "specialty_1", (FACT, CREDENTIALS)),
        *(Column(f"Covered_Recipient_Specialty_{n}", f"specialty_{n}", (CREDENTIALS,)) for n in range(2, 7)),
        *(
            Column(f"Covered_Recipient_License_State_code{n}", f"license_state_{n}", (CREDENTIALS,))
            for n in range(1, 6)
        ),
        Column("Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name", "submitting_company_name", (FACT,)),
        Column("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID", "company_id", (FACT, COMPANIES)),
        Column("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name", "company_name", (COMPANIES,)),
        Column("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_State", "company_state", (COMPANIES,)),
        Column("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Country", "company_country", (COMPANIES,)),
        Column("Total_Amount_of_Payment_USDollars", "amount", (FACT,)),
        Column("Date_of_Payment", "payment_date", (FACT,)),
        Column("Number_of_Payments_Included_in_Total_Amount", "payment_count", (FACT,)),
        Column("Form_of_Payment_or_Transfer_of_Value", "form_of_payment", (FACT,)),
        Column("Nature_of_Payment_or_Transfer_of_Value", "nature_of_payment", (FACT,)),
        Column("City_of_Travel", "travel_city", (FACT,)),
        Column("State_of_Travel", "travel_state", (FACT,)),
        Column("Country_of_Travel", "travel_country", (FACT,)),
        Column("Physician_Ownership_Indicator", "physician_ownership", (FACT,)),
        Column("Third_Party_Payment_Recipient_Indicator", "third_party_recipient", (FACT,)),
        Column("Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value", "third_party_name", (FACT,)),
        Column("Charity_Indicator", "charity", (FACT,)),
        Column("Third_Party_Equals_Covered_Recipient_Indicator", "third_party_equals_recipient", (FACT,)),
        Column("Contextual_Information", "contextual_information", (FACT,)),
        Column("Delay_in_Publication_Indicator", "delay_in_publication", (FACT,)),
        Column("Record_ID", "record_id", (FACT, PRODUCTS)),
        Column("Dispute_Status_for_Publication", "dispute_status", (FACT,)),
        Column("Related_Product_Indicator", "related_product", (FACT,)),
        *_products(5),
        # The manifest gives both for the whole file; the checks compare the records with it.
        Column("Program_Year", "program_year", (FACT,)),
        Column("Payment_Publication_Date", "publication", (FACT,)),
    ),
)

KINDS = {kind.name: kind for kind in (GENERAL,)}
