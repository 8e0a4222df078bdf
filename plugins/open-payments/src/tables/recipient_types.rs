//! Types of recipients of general payments. Non-physician practitioners are reported from 2021 on.

use crate::year::{Dated, always, since};

pub(crate) const HOSPITAL: &str = "Covered Recipient Teaching Hospital";

pub(crate) const RECIPIENT_TYPES: [Dated; 3] = [
    always("Covered Recipient Physician"),
    always(HOSPITAL),
    since(2021, "Covered Recipient Non-Physician Practitioner"),
];
