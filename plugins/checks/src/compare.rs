//! `compare`: compares two columns of a record.

use std::cmp::Ordering;

use assay_sdk::{Ask, Bits, Cells, Form, Judged, Look};

use crate::column_checks::{Compiled, Context, date_form, scale};
use crate::condition::Condition;
use crate::wording::quoted;

/// `compare`: the left cell is in the relation `is` to the right one.
pub(crate) fn compare(context: &Context<'_, '_>) -> Option<Compiled> {
    let (left, right) = (context.column("left"), context.column("right"));
    let when = context.when();
    let is = context.config.needed("is", |config, key| config.choice(key, &RELATIONS));
    let words = [
        ("text", As::Text),
        ("integer", As::Integer),
        ("decimal", As::Decimal),
        ("date", As::Date),
    ];
    let form = match context.config.choice("as", &words).unwrap_or(As::Text) {
        As::Text => Some(Form::Text),
        As::Integer => Some(Form::Integer),
        As::Decimal => scale(context.config).map(Form::Decimal),
        As::Date => date_form(context.config),
    };
    let (is, when, form) = (is?, when?, form?);
    let (left, right) = (left?, right?);
    let relation = context.config.text("is").unwrap_or_default();
    let message = format!(
        "{} is `{{{left}}}` and {} is `{{{right}}}`, expected {} {relation} {}{}",
        quoted(left),
        quoted(right),
        quoted(left),
        quoted(right),
        when.said()
    );
    let sides = [Ask::new(left, form.clone()), Ask::new(right, form)];
    let asks = sides.into_iter().chain(when.asks()).collect();
    let judge = move |look: Look<'_>| {
        let (left, right) = (look.column(0), look.column(1));
        let judged = left.readable().clone().and(right.readable());
        let breaks = |ordering: Ordering| !is.holds(ordering);
        let failed = match (left.cells(), right.cells()) {
            (
                Cells::Integer(a) | Cells::Decimal { unscaled: a, .. },
                Cells::Integer(b) | Cells::Decimal { unscaled: b, .. },
            ) => Bits::from_fn(look.records(), |index| breaks(a[index].cmp(&b[index]))),
            (Cells::Date(a), Cells::Date(b)) => {
                Bits::from_fn(look.records(), |index| breaks(a[index].cmp(&b[index])))
            }
            _ => Bits::from_fn(look.records(), |index| {
                judged.get(index) && breaks(left.text(index).cmp(right.text(index)))
            }),
        };
        let failed = Condition::keep(when.holds(look, 2).as_ref(), failed.and(&judged));
        Judged::new(failed, &judged)
    };
    Some(Compiled { asks, judge: Box::new(judge), message })
}

#[derive(Clone, Copy)]
enum As {
    Text,
    Integer,
    Decimal,
    Date,
}

/// How the left cell must compare with the right one.
#[derive(Clone, Copy)]
struct Relation {
    less: bool,
    equal: bool,
    greater: bool,
}

impl Relation {
    const fn new(less: bool, equal: bool, greater: bool) -> Self {
        Self { less, equal, greater }
    }

    fn holds(self, ordering: Ordering) -> bool {
        match ordering {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }
}

const RELATIONS: [(&str, Relation); 6] = [
    ("<", Relation::new(true, false, false)),
    ("<=", Relation::new(true, true, false)),
    ("==", Relation::new(false, true, false)),
    ("!=", Relation::new(true, false, true)),
    (">=", Relation::new(false, true, true)),
    (">", Relation::new(false, false, true)),
];
