//! States, ZIP codes and countries.

use std::borrow::Cow;

use assay_sdk::{Rules, text};

use super::cell::New;
use super::spelling::Spelling;
use crate::columns::{
    COMPANY_COUNTRY, COMPANY_STATE, COUNTRY, LICENCE_STATES, STATE, TRAVEL_COUNTRY, TRAVEL_STATE,
    ZIP,
};
use crate::recipient::UNITED_STATES;

pub(super) fn declare(rules: &mut Rules) {
    let others = [STATE, COMPANY_STATE, TRAVEL_STATE];
    rules
        .normalise("state-spelling")
        .title("states are two capital letters")
        .rewrite(others.into_iter().chain(LICENCE_STATES), state);
    let mut countries = Spelling::new([UNITED_STATES, "United Kingdom"])
        .and("Great Britain (Uk)", "United Kingdom");
    for way in ["US", "USA", "U.S.", "U.S.A."] {
        countries = countries.and(way, UNITED_STATES);
    }
    rules
        .normalise("country-spelling")
        .title("countries are spelled as CMS spells them")
        .rewrite([COUNTRY, COMPANY_COUNTRY, TRAVEL_COUNTRY], move |cell| countries.canonical(cell));
    // After the country rule, because this rule reads the country.
    rules
        .normalise("zip-spelling")
        .title("ZIP codes are five digits, or five and four")
        .rewrite_with([ZIP], text(COUNTRY), |cell, country| {
            if country == UNITED_STATES.as_bytes() { zip(cell) } else { None }
        });
}

/// Trims a state and writes it in upper case, if it is two letters.
fn state(cell: &[u8]) -> New<'_> {
    match cell.trim_ascii() {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            let new = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
            (new != *cell).then(|| Cow::Owned(new.to_vec()))
        }
        _ => None,
    }
}

/// Repairs ZIP codes: three or four digits lost their leading zeros to a spreadsheet, nine digits lost their hyphen.
fn zip(cell: &[u8]) -> New<'_> {
    if !cell.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match cell.len() {
        3 => Some(Cow::Owned([b"00", cell].concat())),
        4 => Some(Cow::Owned([b"0", cell].concat())),
        9 => Some(Cow::Owned([&cell[..5], b"-", &cell[5..]].concat())),
        _ => None,
    }
}
