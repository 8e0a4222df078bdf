//! The names of the columns, as in the 91-column layout.

pub(crate) const CHANGE_TYPE: &str = "Change_Type";
pub(crate) const RECIPIENT_TYPE: &str = "Covered_Recipient_Type";
pub(crate) const HOSPITAL_NAME: &str = "Teaching_Hospital_Name";
pub(crate) const PROFILE_ID: &str = "Covered_Recipient_Profile_ID";
pub(crate) const FIRST_NAME: &str = "Covered_Recipient_First_Name";
pub(crate) const MIDDLE_NAME: &str = "Covered_Recipient_Middle_Name";
pub(crate) const LAST_NAME: &str = "Covered_Recipient_Last_Name";
pub(crate) const NAME_SUFFIX: &str = "Covered_Recipient_Name_Suffix";
pub(crate) const ADDRESS_1: &str = "Recipient_Primary_Business_Street_Address_Line1";
pub(crate) const ADDRESS_2: &str = "Recipient_Primary_Business_Street_Address_Line2";
pub(crate) const CITY: &str = "Recipient_City";
pub(crate) const STATE: &str = "Recipient_State";
pub(crate) const ZIP: &str = "Recipient_Zip_Code";
pub(crate) const COUNTRY: &str = "Recipient_Country";
pub(crate) const PROVINCE: &str = "Recipient_Province";
pub(crate) const POSTAL_CODE: &str = "Recipient_Postal_Code";
pub(crate) const SUBMITTER_NAME: &str = "Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name";
pub(crate) const COMPANY_ID: &str = "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_ID";
pub(crate) const COMPANY_NAME: &str =
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name";
pub(crate) const COMPANY_STATE: &str =
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_State";
pub(crate) const COMPANY_COUNTRY: &str =
    "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Country";
pub(crate) const AMOUNT: &str = "Total_Amount_of_Payment_USDollars";
pub(crate) const DATE: &str = "Date_of_Payment";
pub(crate) const FORM: &str = "Form_of_Payment_or_Transfer_of_Value";
pub(crate) const NATURE: &str = "Nature_of_Payment_or_Transfer_of_Value";
pub(crate) const TRAVEL_CITY: &str = "City_of_Travel";
pub(crate) const TRAVEL_STATE: &str = "State_of_Travel";
pub(crate) const TRAVEL_COUNTRY: &str = "Country_of_Travel";
pub(crate) const THIRD_PARTY: &str = "Third_Party_Payment_Recipient_Indicator";
pub(crate) const THIRD_PARTY_NAME: &str =
    "Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value";
pub(crate) const CONTEXT: &str = "Contextual_Information";
pub(crate) const RELATED_PRODUCT: &str = "Related_Product_Indicator";
pub(crate) const PROGRAM_YEAR: &str = "Program_Year";
pub(crate) const PUBLICATION: &str = "Payment_Publication_Date";

/// How CMS writes dates.
pub(crate) const DATE_FORMAT: &str = "%m/%d/%Y";

pub(crate) const DISPUTED: &str = "Dispute_Status_for_Publication";

pub(crate) const YES_NO: [&str; 6] = [
    "Physician_Ownership_Indicator",
    "Charity_Indicator",
    "Third_Party_Equals_Covered_Recipient_Indicator",
    "Delay_in_Publication_Indicator",
    DISPUTED,
    RELATED_PRODUCT,
];

/// All but the first are absent in the 75-column layout.
pub(crate) const PRIMARY_TYPES: [&str; 6] = [
    "Covered_Recipient_Primary_Type_1",
    "Covered_Recipient_Primary_Type_2",
    "Covered_Recipient_Primary_Type_3",
    "Covered_Recipient_Primary_Type_4",
    "Covered_Recipient_Primary_Type_5",
    "Covered_Recipient_Primary_Type_6",
];

pub(crate) const SPECIALTIES: [&str; 6] = [
    "Covered_Recipient_Specialty_1",
    "Covered_Recipient_Specialty_2",
    "Covered_Recipient_Specialty_3",
    "Covered_Recipient_Specialty_4",
    "Covered_Recipient_Specialty_5",
    "Covered_Recipient_Specialty_6",
];

pub(crate) const LICENCE_STATES: [&str; 5] = [
    "Covered_Recipient_License_State_code1",
    "Covered_Recipient_License_State_code2",
    "Covered_Recipient_License_State_code3",
    "Covered_Recipient_License_State_code4",
    "Covered_Recipient_License_State_code5",
];

/// The columns of a product slot.
pub(crate) struct Slot {
    pub(crate) covered: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) category: &'static str,
    pub(crate) name: &'static str,
    pub(crate) ndc: &'static str,
    /// Absent in the 75-column layout.
    pub(crate) pdi: &'static str,
}

macro_rules! slots {
    ($($number:literal),+) => {
        [$(Slot {
            covered: concat!("Covered_or_Noncovered_Indicator_", $number),
            kind: concat!("Indicate_Drug_or_Biological_or_Device_or_Medical_Supply_", $number),
            category: concat!("Product_Category_or_Therapeutic_Area_", $number),
            name: concat!("Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_", $number),
            ndc: concat!("Associated_Drug_or_Biological_NDC_", $number),
            pdi: concat!("Associated_Device_or_Medical_Supply_PDI_", $number),
        }),+]
    };
}

pub(crate) const SLOTS: [Slot; 5] = slots!(1, 2, 3, 4, 5);
