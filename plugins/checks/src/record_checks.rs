//! Checks of which columns are filled and which are blank: `required`, `requires`, `forbids`.

use assay_sdk::{Ask, Bits, Judged, Look};

use crate::column_checks::{Compiled, Context};
use crate::condition::Condition;
use crate::config::Config;
use crate::wording::seen_and;

/// `required`: the columns are filled where `when` holds; where it does not, the columns of `otherwise` are filled.
pub(crate) fn required(context: &Context<'_, '_>) -> Option<Compiled> {
    let otherwise =
        context.config.columns("otherwise", context.run, context.absent).unwrap_or_default();
    if !otherwise.is_empty() && context.config.value("when").is_none() {
        context.config.fault("otherwise", "`otherwise` needs a `when`", &[]);
    }
    presence(context, &otherwise, Wanted::Filled)
}

/// `requires`: where `when` holds, the columns are filled.
pub(crate) fn requires(context: &Context<'_, '_>) -> Option<Compiled> {
    context.config.needed("when", Config::value);
    presence(context, &[], Wanted::Filled)
}

/// `forbids`: where `when` holds, the columns are blank.
pub(crate) fn forbids(context: &Context<'_, '_>) -> Option<Compiled> {
    context.config.needed("when", Config::value);
    presence(context, &[], Wanted::Blank)
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Filled,
    Blank,
}

fn presence(context: &Context<'_, '_>, otherwise: &[&str], wanted: Wanted) -> Option<Compiled> {
    let (columns, when) = (context.columns()?, context.when()?);
    let place = if otherwise.is_empty() { when.said() } else { String::new() };
    let message = match wanted {
        Wanted::Filled => format!("`{{column}}` is blank, expected a value{place}"),
        Wanted::Blank => seen_and(&format!("a blank{place}")),
    };
    let (count, all) = (columns.len(), columns.len() + otherwise.len());
    let names = columns.iter().chain(otherwise);
    let asks = names.map(|name| Ask::presence(name)).chain(when.asks()).collect();
    let judge = move |look: Look<'_>| {
        let holds = when.holds(look, all);
        let sets = look.columns().take(all).enumerate().filter(|(_, c)| !c.is_absent());
        let sets = sets.map(|(nth, column)| {
            let failed = match wanted {
                Wanted::Filled => column.filled().clone().negate(),
                Wanted::Blank => column.filled().clone(),
            };
            let failed = match &holds {
                Some(holds) if nth >= count => failed.and_not(holds),
                holds => Condition::keep(holds.as_ref(), failed),
            };
            (nth, failed)
        });
        // An absent column cannot be judged; if all columns are absent, no record can.
        let judged = if look.columns().take(all).all(assay_sdk::Column::is_absent) {
            Bits::zeros(look.records())
        } else {
            Bits::ones(look.records())
        };
        Judged::first_of(sets, &judged)
    };
    Some(Compiled { asks, judge: Box::new(judge), message })
}
