"""What the thirteen rules speak of: columns, and the values that a column may hold.

`rules/versus/pack.toml` holds the same for Assay; README.md states the rules in words.
"""

RECORD_ID = "Record_ID"
CHANGE_TYPE = "Change_Type"
RECIPIENT_TYPE = "Covered_Recipient_Type"
COMPANY_ID = "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID"
AMOUNT = "Total_Amount_of_Payment_USDollars"
DATE = "Date_of_Payment"
NATURE = "Nature_of_Payment_or_Transfer_of_Value"
YEAR = "Program_Year"
PAYMENTS = "Number_of_Payments_Included_in_Total_Amount"
NPI = "Covered_Recipient_NPI"
ZIP = "Recipient_Zip_Code"
HOSPITAL_ID = "Teaching_Hospital_ID"
PROFILE_ID = "Covered_Recipient_Profile_ID"

REQUIRED = [RECORD_ID, CHANGE_TYPE, RECIPIENT_TYPE, COMPANY_ID, AMOUNT, DATE, NATURE, YEAR]

HOSPITAL = "Covered Recipient Teaching Hospital"
CHANGE_TYPES = ["NEW", "ADD", "CHANGED", "UNCHANGED"]
RECIPIENT_TYPES = ["Covered Recipient Physician", "Covered Recipient Non-Physician Practitioner", HOSPITAL]
NATURES = [
    "Food and Beverage",
    "Consulting Fee",
    "Travel and Lodging",
    "Education",
    "Gift",
    "Honoraria",
    "Entertainment",
    "Grant",
    "Charitable Contribution",
    "Royalty or License",
    "Current or prospective ownership or investment interest",
    "Space rental or facility fees (teaching hospital only)",
    "Debt forgiveness",
    "Long term medical supply or device loan",
    "Acquisitions",
    "Compensation for services other than consulting, including serving as faculty or as a speaker at a venue other "
    "than a continuing education program",
    "Compensation for serving as faculty or as a speaker for a medical education program",
]

# Patterns for engines that search, so anchored at both ends; `[0-9]`, because `\d` is any script's digit to some.
ID_PATTERN = "^[0-9]{1,19}$"
AMOUNT_PATTERN = r"^[0-9]+(\.[0-9]{1,2})?$"
DATE_PATTERN = "^[0-9]{2}/[0-9]{2}/[0-9]{4}$"
ZIP_PATTERN = "^[0-9]{5}(-[0-9]{4})?$"
NPI_PATTERN = "^[0-9]{10}$"

LEAST_AMOUNT, GREATEST_AMOUNT = "0.01", "100000000"
GREATEST_PAYMENTS = 999

# The check digit is computed over `80840` and the ten digits; these five contribute 24 whatever follows.
LUHN_START = 24
