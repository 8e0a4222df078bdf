//! The most characters that a text may have, by CMS's dictionary. Where its editions differ, the greatest number.

use crate::columns::{
    ADDRESS_1, ADDRESS_2, CITY, COMPANY_NAME, CONTEXT, FIRST_NAME, HOSPITAL_NAME, LAST_NAME,
    MIDDLE_NAME, NAME_SUFFIX, POSTAL_CODE, PROVINCE, SLOTS, SUBMITTER_NAME, THIRD_PARTY_NAME,
    TRAVEL_CITY, TRAVEL_COUNTRY, TRAVEL_STATE,
};

pub(crate) const LENGTHS: [(&str, usize); 28] = [
    (FIRST_NAME, 50),
    (MIDDLE_NAME, 50),
    (LAST_NAME, 50),
    (NAME_SUFFIX, 25),
    (HOSPITAL_NAME, 100),
    (ADDRESS_1, 115),
    (ADDRESS_2, 115),
    (CITY, 50),
    (PROVINCE, 35),
    (POSTAL_CODE, 20),
    (SUBMITTER_NAME, 200),
    (COMPANY_NAME, 200),
    (TRAVEL_CITY, 100),
    (TRAVEL_STATE, 25),
    (TRAVEL_COUNTRY, 50),
    (THIRD_PARTY_NAME, 200),
    (CONTEXT, 2083),
    (SLOTS[0].name, 500),
    (SLOTS[1].name, 500),
    (SLOTS[2].name, 500),
    (SLOTS[3].name, 500),
    (SLOTS[4].name, 500),
    (SLOTS[0].category, 150),
    (SLOTS[1].category, 150),
    (SLOTS[2].category, 150),
    (SLOTS[3].category, 150),
    (SLOTS[4].category, 150),
    ("Covered_Recipient_Specialty_1", 150),
];
