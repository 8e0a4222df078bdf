//! Rewrites cells to the form that CMS uses. Each rule leaves its own results and those of the others as they are, so a
//! second run changes nothing: whitespace comes first, and the country before the rules that read it.

mod amount;
mod cell;
mod dates;
mod places;
mod quotes;
mod spelling;
mod text;

use assay_sdk::Rules;

use crate::columns::{
    ADDRESS_1, ADDRESS_2, AMOUNT, CITY, COMPANY_NAME, DATE, FIRST_NAME, HOSPITAL_NAME, LAST_NAME,
    MIDDLE_NAME, NAME_SUFFIX, POSTAL_CODE, PROVINCE, PUBLICATION, SLOTS, SPECIALTIES,
    SUBMITTER_NAME, THIRD_PARTY_NAME, TRAVEL_CITY, TRAVEL_COUNTRY, TRAVEL_STATE,
};

pub(crate) fn declare(rules: &mut Rules) {
    rules
        .normalise("whitespace")
        .title("texts have no control characters, no runs of spaces, and no spaces at their edges")
        .rewrite(
            [
                FIRST_NAME,
                MIDDLE_NAME,
                LAST_NAME,
                NAME_SUFFIX,
                HOSPITAL_NAME,
                ADDRESS_1,
                ADDRESS_2,
                CITY,
                TRAVEL_CITY,
                SUBMITTER_NAME,
                COMPANY_NAME,
                THIRD_PARTY_NAME,
            ],
            text::whitespace,
        );
    let categories = SLOTS.iter().map(|slot| slot.category);
    rules.normalise("null-tokens").title("placeholder text such as `N/A` becomes blank").rewrite(
        [ADDRESS_2, TRAVEL_CITY, TRAVEL_STATE, TRAVEL_COUNTRY, NAME_SUFFIX, PROVINCE, POSTAL_CODE]
            .into_iter()
            .chain(categories),
        text::null_token,
    );
    rules.normalise("stray-quotes").title("names and device identifiers are not quoted").rewrite(
        [FIRST_NAME, MIDDLE_NAME, LAST_NAME].into_iter().chain(SLOTS.iter().map(|slot| slot.pdi)),
        quotes::stray,
    );
    spelling::declare(rules);
    rules
        .normalise("amount-separators")
        .title("amounts have no currency sign and no thousands separators")
        .rewrite([AMOUNT], amount::plain);
    rules
        .normalise("date-spelling")
        .title("dates are written MM/DD/YYYY")
        .rewrite([DATE, PUBLICATION], dates::spelling);
    places::declare(rules);
    rules
        .normalise("specialty-separator")
        .title("levels of a specialty are separated by `|`")
        .rewrite(SPECIALTIES, text::specialty);
    spelling::declare_yes_no(rules);
}
