//! Recipes: how a cell is made.

use std::fmt::Write as _;

use assay_model::parse_decimal;

use crate::condition::{Condition, Test, subject};
use crate::dates::dates;
use crate::error::Fault;
use crate::prng::Prng;
use crate::raw::{RawForm, RawPick, RawRecipe};
use crate::share::Share;
use crate::template::{Cells, Names, Template};
use crate::weights::Weights;

/// How to make a cell, and when it is blank instead.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    when: Vec<Condition>,
    blank: Share,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Text(Template),
    Pick { values: Vec<Template>, weights: Weights, even: bool },
    Digits { pattern: String, luhn: Option<String> },
    Integer { from: i64, to: i64, pad: usize },
    Decimal { ranges: Vec<(i64, i64)>, weights: Weights },
    Date(Vec<String>),
    Sequence { at: u64, least: u64, most: u64 },
    Cases { subject: Template, cases: Vec<(Test, Recipe)>, otherwise: Option<Box<Recipe>> },
}

/// The context in which a cell is made.
pub(crate) struct Here<'a> {
    pub(crate) cells: &'a dyn Cells,
    /// Number of the row, from 0, for values dealt out in turn.
    pub(crate) index: u64,
}

/// Decimal places of decimals, which are amounts of money.
const SCALE: u8 = 2;

impl Recipe {
    /// Reads a recipe. Unless partition values are `known`, everything that depends on them is left out, so that a
    /// profile can be checked before any file is requested.
    pub(crate) fn new(raw: &RawRecipe, names: &dyn Names, known: bool) -> Result<Self, Fault> {
        match raw {
            RawRecipe::Text(text) => Ok(Self {
                when: Vec::new(),
                blank: Share::NONE,
                form: Form::Text(Template::new(text, names)?),
            }),
            RawRecipe::Table(raw) => Ok(Self {
                when: Condition::list(raw.when.as_deref().unwrap_or_default(), names)
                    .map_err(|fault| fault.under("when"))?,
                blank: match &raw.blank {
                    None => Share::NONE,
                    Some(share) => share
                        .parse()
                        .map_err(|error| Fault::here(format!("{error}")).under("blank"))?,
                },
                form: form(raw, names, known)?,
            }),
        }
    }

    /// The text of a recipe that does not depend on chance; otherwise `None`.
    pub(crate) fn fixed(&self, cells: &dyn Cells) -> Option<String> {
        if self.blank != Share::NONE {
            return None;
        }
        match &self.form {
            Form::Text(template) => Some(template.value(cells).into_owned()),
            Form::Cases { subject, cases, otherwise } => {
                let text = subject.value(cells);
                let chosen = cases.iter().find(|(test, _)| test.holds(&text, cells));
                chosen.map(|(_, recipe)| recipe).or(otherwise.as_deref())?.fixed(cells)
            }
            _ => None,
        }
    }

    /// Appends the cell to `out`; nothing if it is blank.
    pub(crate) fn write(&mut self, here: &Here<'_>, prng: &mut Prng, out: &mut String) {
        if !self.when.iter().all(|condition| condition.holds(here.cells))
            || (self.blank != Share::NONE && prng.hits(self.blank))
        {
            return;
        }
        match &mut self.form {
            Form::Text(template) => template.write(here.cells, out),
            Form::Pick { values, weights, even } => {
                let at = if *even { weights.deal(here.index) } else { weights.pick(prng) };
                values[at].write(here.cells, out);
            }
            Form::Digits { pattern, luhn } => write_digits(pattern, luhn.as_deref(), prng, out),
            Form::Integer { from, to, pad } => {
                let number = prng.between(*from, *to).to_string();
                out.extend(std::iter::repeat_n('0', pad.saturating_sub(number.len())));
                out.push_str(&number);
            }
            Form::Decimal { ranges, weights } => {
                let (from, to) = ranges[weights.pick(prng)];
                let cents = prng.between(from, to);
                write!(out, "{}.{:02}", cents / 100, cents % 100).expect("a string takes all text");
            }
            Form::Date(days) => {
                if !days.is_empty() {
                    out.push_str(&days[prng.index(days.len())]);
                }
            }
            Form::Sequence { at, least, most } => {
                *at += *least + prng.below(*most - *least + 1);
                out.push_str(&at.to_string());
            }
            Form::Cases { subject, cases, otherwise } => {
                let text = subject.value(here.cells);
                let chosen = cases.iter_mut().find(|(test, _)| test.holds(&text, here.cells));
                match (chosen, otherwise) {
                    (Some((_, recipe)), _) => recipe.write(here, prng, out),
                    (None, Some(recipe)) => recipe.write(here, prng, out),
                    (None, None) => {}
                }
            }
        }
    }
}

fn form(raw: &RawForm, names: &dyn Names, known: bool) -> Result<Form, Fault> {
    check_keys(raw)?;
    if let Some(text) = &raw.text {
        return Ok(Form::Text(Template::new(text, names).map_err(|fault| fault.under("text"))?));
    }
    if let Some(pick) = &raw.pick {
        let (values, weights) = match pick {
            RawPick::Alike(values) => (values.iter().collect(), vec![1; values.len()]),
            RawPick::Weighted(map) => {
                (map.keys().collect::<Vec<_>>(), map.values().copied().collect::<Vec<u64>>())
            }
        };
        let weights = Weights::new(weights);
        if weights.total() == 0 {
            return Err(Fault::here(
                "nothing to pick from, expected a choice with a weight above 0",
            )
            .under("pick"));
        }
        let values = values
            .into_iter()
            .map(|value| Template::new(value, names).map_err(|fault| fault.under("pick")))
            .collect::<Result<_, _>>()?;
        return Ok(Form::Pick { values, weights, even: raw.even.unwrap_or(false) });
    }
    if let Some(pattern) = &raw.digits {
        return Ok(Form::Digits { pattern: pattern.clone(), luhn: raw.luhn.clone() });
    }
    if let Some([from, to]) = raw.integer {
        if from > to {
            return Err(Fault::here("expected the smaller number first").under("integer"));
        }
        return Ok(Form::Integer { from, to, pad: raw.pad.unwrap_or(0) });
    }
    if let Some(ranges) = &raw.decimal {
        return decimal(ranges).map_err(|fault| fault.under("decimal"));
    }
    if let Some([from, to]) = &raw.date {
        let day = |text: &str| {
            let template = Template::new(text, names).map_err(|fault| fault.under("date"))?;
            template.fixed().map(str::to_owned).ok_or_else(|| {
                Fault::here("the ends of a range may depend on partition values only").under("date")
            })
        };
        let (from, to) = (day(from)?, day(to)?);
        if !known {
            return Ok(Form::Date(Vec::new()));
        }
        return Ok(Form::Date(dates(&from, &to, raw.format.as_deref().unwrap_or("%Y-%m-%d"))?));
    }
    if let Some(sequence) = &raw.sequence {
        let [least, most] = sequence.step;
        if least == 0 || least > most {
            let message =
                "expected the least and the most that a number is above the one before, from 1 on";
            return Err(Fault::here(message).under("sequence.step"));
        }
        return Ok(Form::Sequence { at: sequence.start, least, most });
    }
    let (Some(by), Some(cases)) = (&raw.by, &raw.cases) else {
        return Err(Fault::here("`cases` and `by` go together: cases of what `by` names"));
    };
    let otherwise = raw.otherwise.as_ref();
    Ok(Form::Cases {
        subject: subject(by, names).map_err(|fault| fault.under("by"))?,
        cases: cases
            .iter()
            .enumerate()
            .map(|(at, case)| {
                let inside = |fault: Fault| fault.under(&format!("cases.{at}"));
                let test = Test::of_case(case, names).map_err(inside)?;
                let then = Recipe::new(&case.then, names, known);
                Ok((test, then.map_err(|fault| inside(fault.under("then")))?))
            })
            .collect::<Result<_, Fault>>()?,
        otherwise: otherwise
            .map(|raw| Recipe::new(raw, names, known).map(Box::new))
            .transpose()
            .map_err(|fault| fault.under("else"))?,
    })
}

/// Refuses a recipe with two kinds or with keys of another kind, which would otherwise be ignored.
fn check_keys(raw: &RawForm) -> Result<(), Fault> {
    if raw.kinds().into_iter().filter(|given| *given).count() != 1 {
        let kinds = crate::error::one_of(RawForm::KINDS);
        return Err(Fault::here(format!("expected exactly one of {kinds}")));
    }
    let belongs = [
        ("luhn", raw.luhn.is_some(), "digits", raw.digits.is_some()),
        ("pad", raw.pad.is_some(), "integer", raw.integer.is_some()),
        ("format", raw.format.is_some(), "date", raw.date.is_some()),
        ("else", raw.otherwise.is_some(), "cases", raw.cases.is_some()),
        ("even", raw.even.is_some(), "pick", raw.pick.is_some()),
        ("where", raw.filter.is_some(), "draw", false),
        ("unlike", raw.unlike.is_some(), "draw", false),
        ("columns", raw.columns.is_some(), "draw", false),
        ("draw", raw.draw.is_some(), "a draw that stands alone in `columns` or `record`", false),
    ];
    match belongs.iter().find(|(_, given, _, owner)| *given && !owner) {
        Some((key, _, owner, _)) => {
            Err(Fault::here(format!("`{key}` belongs to `{owner}`")).under(key))
        }
        None => Ok(()),
    }
}

fn decimal(ranges: &[(u64, String, String)]) -> Result<Form, Fault> {
    let cents = |text: &str| match parse_decimal(text.as_bytes(), SCALE) {
        Ok(cents) if cents >= 0 => Ok(cents),
        _ => Err(Fault::here(format!("`{text}` is not an amount, expected one such as `12.50`"))),
    };
    let weights = Weights::new(ranges.iter().map(|(weight, _, _)| *weight));
    let ranges: Vec<(i64, i64)> = ranges
        .iter()
        .map(|(_, from, to)| Ok((cents(from)?, cents(to)?)))
        .collect::<Result<_, Fault>>()?;
    if weights.total() == 0 || ranges.iter().any(|(from, to)| from > to) {
        return Err(Fault::here(
            "expected `[weight, \"least\", \"most\"]` with some weight above 0",
        ));
    }
    Ok(Form::Decimal { ranges, weights })
}

/// Replaces each `#` by a random digit. With `luhn`, a check digit follows, computed as if that prefix preceded the
/// digits.
fn write_digits(pattern: &str, luhn: Option<&str>, prng: &mut Prng, out: &mut String) {
    let start = out.len();
    for character in pattern.chars() {
        match character {
            '#' => out.push(digit(prng.below(10))),
            other => out.push(other),
        }
    }
    if let Some(prefix) = luhn {
        let digits = prefix.bytes().chain(out.bytes().skip(start)).filter(u8::is_ascii_digit);
        let check = luhn_digit(&digits.map(|byte| u64::from(byte - b'0')).collect::<Vec<_>>());
        out.push(digit(check));
    }
}

fn digit(value: u64) -> char {
    u32::try_from(value).ok().and_then(|value| char::from_digit(value, 10)).expect("below ten")
}

/// The check digit that makes the number valid under the Luhn algorithm.
fn luhn_digit(digits: &[u64]) -> u64 {
    let sum: u64 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_luhns() {
        let check = |prefix: &str, body: &str, expected: &str| {
            let mut out = String::new();
            write_digits(body, Some(prefix), &mut Prng::new(1, "test"), &mut out);
            assert_eq!(out, expected);
        };
        // Two national provider identifiers published as examples.
        check("80840", "123456789", "1234567893");
        check("80840", "100300012", "1003000126");
        check("", "7992739871", "79927398713");
    }
}
