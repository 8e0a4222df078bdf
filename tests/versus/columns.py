"""The 91 columns of a general-payments file since 2016, in the order of its header."""

RECIPIENT = [
    "Covered_Recipient_Type",
    "Teaching_Hospital_CCN",
    "Teaching_Hospital_ID",
    "Teaching_Hospital_Name",
    "Covered_Recipient_Profile_ID",
    "Covered_Recipient_NPI",
    "Covered_Recipient_First_Name",
    "Covered_Recipient_Middle_Name",
    "Covered_Recipient_Last_Name",
    "Covered_Recipient_Name_Suffix",
    "Recipient_Primary_Business_Street_Address_Line1",
    "Recipient_Primary_Business_Street_Address_Line2",
    "Recipient_City",
    "Recipient_State",
    "Recipient_Zip_Code",
    "Recipient_Country",
    "Recipient_Province",
    "Recipient_Postal_Code",
    *(f"Covered_Recipient_Primary_Type_{i}" for i in range(1, 7)),
    *(f"Covered_Recipient_Specialty_{i}" for i in range(1, 7)),
    *(f"Covered_Recipient_License_State_code{i}" for i in range(1, 6)),
]
COMPANY = [
    "Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_State",
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Country",
]
PAYMENT = [
    "Total_Amount_of_Payment_USDollars",
    "Date_of_Payment",
    "Number_of_Payments_Included_in_Total_Amount",
]
CIRCUMSTANCES = [
    "Form_of_Payment_or_Transfer_of_Value",
    "Nature_of_Payment_or_Transfer_of_Value",
    "City_of_Travel",
    "State_of_Travel",
    "Country_of_Travel",
    "Physician_Ownership_Indicator",
    "Third_Party_Payment_Recipient_Indicator",
    "Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value",
    "Charity_Indicator",
    "Third_Party_Equals_Covered_Recipient_Indicator",
    "Contextual_Information",
    "Delay_in_Publication_Indicator",
]
RECORD = ["Record_ID", "Dispute_Status_for_Publication"]
PRODUCT = [
    "Covered_or_Noncovered_Indicator",
    "Indicate_Drug_or_Biological_or_Device_or_Medical_Supply",
    "Product_Category_or_Therapeutic_Area",
    "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply",
    "Associated_Drug_or_Biological_NDC",
    "Associated_Device_or_Medical_Supply_PDI",
]
PRODUCTS = [
    "Related_Product_Indicator",
    *(f"{column}_{i}" for i in range(1, 6) for column in PRODUCT),
    "Program_Year",
    "Payment_Publication_Date",
]

COLUMNS = ["Change_Type", *RECIPIENT, *COMPANY, *PAYMENT, *CIRCUMSTANCES, *RECORD, *PRODUCTS]
