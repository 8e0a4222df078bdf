//! Consistency between the cells of recipient, travel and third party.

use assay_sdk::{Ask, Bits, Judged, Look, Rules};

use crate::columns::{
    COUNTRY, FIRST_NAME, LAST_NAME, LICENCE_STATES, NATURE, PROFILE_ID, RECIPIENT_TYPE, STATE,
    THIRD_PARTY, THIRD_PARTY_NAME, TRAVEL_CITY, TRAVEL_COUNTRY, TRAVEL_STATE, ZIP,
};
use crate::tables::natures::TRAVEL;
use crate::tables::recipient_types::HOSPITAL;

/// The country of most recipients, as CMS writes it.
pub(crate) const UNITED_STATES: &str = "United States";

pub(crate) fn declare(rules: &mut Rules) {
    rules
        .validate("person-identified")
        .title("a person has a profile id and a name")
        .message("the person has no profile id or no name")
        .columnar(
            [
                Ask::presence(PROFILE_ID),
                Ask::text(RECIPIENT_TYPE),
                Ask::presence(FIRST_NAME),
                Ask::presence(LAST_NAME),
            ],
            person_identified,
        );
    rules
        .validate("travel-fields")
        .title("city and country are filled for travel, and only for travel")
        .message("travel city `{City_of_Travel}` and country `{Country_of_Travel}` with nature `{Nature_of_Payment_or_Transfer_of_Value}`")
        .warn()
        .columnar(
            [Ask::presence(TRAVEL_CITY), Ask::presence(TRAVEL_COUNTRY), Ask::presence(TRAVEL_STATE), Ask::text(NATURE)],
            travel_fields,
        );
    rules
        .validate("third-party-name")
        .title("a third party has a name if and only if it is an entity")
        .message("third party `{Third_Party_Payment_Recipient_Indicator}` named `{Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value}`")
        .warn()
        .columnar([Ask::presence(THIRD_PARTY_NAME), Ask::text(THIRD_PARTY)], third_party_name);
    rules
        .validate("address-of-country")
        .title("an address in the United States has state and ZIP, one abroad has no state")
        .message(
            "state `{Recipient_State}` and ZIP `{Recipient_Zip_Code}` in `{Recipient_Country}`",
        )
        .warn()
        .columnar(
            [Ask::presence(STATE), Ask::presence(ZIP), Ask::text(COUNTRY)],
            address_of_country,
        );
    rules
        .validate("licence-slots")
        .title("licence states are filled without gaps")
        .message("a licence state follows an empty slot")
        .warn()
        .columnar(LICENCE_STATES.iter().map(|name| Ask::presence(name)), |look| {
            let filled: Vec<Bits> = look.columns().map(|column| column.filled().clone()).collect();
            gaps(&filled, |slot| slot)
        });
}

fn person_identified(look: Look<'_>) -> Judged {
    let (profile, kind) = (look.column(0), look.column(1));
    let person = kind.where_text(|cell| cell != HOSPITAL.as_bytes());
    let named = look.column(2).filled().clone().or(look.column(3).filled());
    let identified = named.and(profile.filled());
    Judged::new(person.and_not(&identified), kind.filled())
}

fn travel_fields(look: Look<'_>) -> Judged {
    let (city, country, state, nature) =
        (look.column(0).filled(), look.column(1).filled(), look.column(2).filled(), look.column(3));
    let travel = nature.where_text(|cell| cell == TRAVEL.as_bytes());
    let any = city.clone().or(country).or(state).and(nature.filled());
    let incomplete = travel.clone().and_not(&city.clone().and(country));
    Judged::new(any.and_not(&travel).or(&incomplete), nature.filled())
}

fn third_party_name(look: Look<'_>) -> Judged {
    let (name, kind) = (look.column(0).filled(), look.column(1));
    let entity = kind.where_text(|cell| cell == b"Entity");
    let unnamed = entity.clone().and_not(name);
    let stray = name.clone().and(kind.filled()).and_not(&entity);
    Judged::new(unnamed.or(&stray), kind.filled())
}

fn address_of_country(look: Look<'_>) -> Judged {
    let (state, zip, country) = (look.column(0).filled(), look.column(1).filled(), look.column(2));
    let home = country.where_text(|cell| cell == UNITED_STATES.as_bytes());
    let incomplete = home.clone().and_not(&state.clone().and(zip));
    let stray = state.clone().and(country.filled()).and_not(&home);
    Judged::new(incomplete.or(&stray), country.filled())
}

/// Fails records in which a slot is filled and the one before is not. `blame` gives the rule's column for the number of a slot.
pub(crate) fn gaps(filled: &[Bits], blame: impl Fn(usize) -> usize) -> Judged {
    let records = filled.first().map_or(0, Bits::len);
    let judged = filled.iter().fold(Bits::zeros(records), Bits::or);
    let pairs = filled.windows(2).enumerate();
    let sets = pairs.map(|(nth, pair)| (blame(nth + 1), pair[1].clone().and_not(&pair[0])));
    Judged::first_of(sets, &judged)
}
