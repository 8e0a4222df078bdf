//! Primary types: the professions of persons.

use crate::year::{Dated, always, since};

pub(crate) const PRIMARY_TYPES: [Dated; 12] = [
    always("Medical Doctor"),
    always("Doctor of Osteopathy"),
    always("Doctor of Dentistry"),
    always("Doctor of Optometry"),
    always("Doctor of Podiatric Medicine"),
    always("Chiropractor"),
    since(2021, "Nurse Practitioner"),
    since(2021, "Physician Assistant"),
    since(2021, "Certified Registered Nurse Anesthetist"),
    since(2021, "Clinical Nurse Specialist"),
    since(2021, "Certified Nurse-Midwife"),
    since(2021, "Anesthesiologist Assistant"),
];
