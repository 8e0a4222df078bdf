//! Checks of single cells: each of the rule's columns is judged separately, blanks are skipped, and a record that fails in
//! several columns counts once, for the first of them.

use assay_sdk::{Ask, Bits, Column, Form, Judged, Look, Run, ValueSet, parse};

use crate::condition::Condition;
use crate::config::{Absent, Config};
use crate::luhn::Luhn;
use crate::pattern::Pattern;
use crate::wording::{between, counted, decimal as decimal_text, listed, quoted, seen_and};

/// A rule ready to be declared: the columns that it reads, and how it judges them.
pub(crate) struct Compiled {
    pub(crate) asks: Vec<Ask>,
    pub(crate) judge: Box<dyn Fn(Look<'_>) -> Judged>,
    /// The message for a hit, unless the settings have one.
    pub(crate) message: String,
}

/// What every check is made from: its settings, the run, and whether columns may be absent.
pub(crate) struct Context<'c, 'v> {
    pub(crate) config: &'c Config<'v>,
    pub(crate) run: &'c Run,
    pub(crate) absent: Absent,
}

impl<'v> Context<'_, 'v> {
    pub(crate) fn columns(&self) -> Option<Vec<&'v str>> {
        self.config.needed("columns", |config, key| config.columns(key, self.run, self.absent))
    }

    pub(crate) fn column(&self, key: &'static str) -> Option<&'v str> {
        self.config.needed(key, |config, key| config.column(key, self.run, self.absent))
    }

    pub(crate) fn when(&self) -> Option<Condition> {
        Condition::read(self.config, self.run, self.absent)
    }

    /// Reads `min` and `max`; reports a fault if `min` is greater.
    pub(crate) fn range<T: PartialOrd + Copy>(
        &self,
        read: impl Fn(&Config<'v>, &'static str) -> Option<T>,
        least: T,
        greatest: T,
    ) -> (T, T) {
        let min = read(self.config, "min").unwrap_or(least);
        let max = read(self.config, "max").unwrap_or(greatest);
        if min > max {
            self.config.fault("min", "`min` is greater than `max`", &[]);
        }
        (min, max)
    }

    /// What to do with cells that did not parse.
    fn malformed(&self) -> Malformed {
        let words = [("fail", Malformed::Fail), ("skip", Malformed::Skip)];
        self.config.choice("malformed", &words).unwrap_or(Malformed::Fail)
    }
}

/// Whether a cell that is not a number or date at all fails the check. By default it does: a check of a number is also a
/// check that there is one. `skip` is for packs in which the column's type already reports this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Malformed {
    Fail,
    Skip,
}

impl Malformed {
    fn among(self, column: &Column, failed: Bits) -> Bits {
        match self {
            Self::Fail => failed.or(&column.malformed()),
            Self::Skip => failed,
        }
    }

    fn judged(self, column: &Column) -> &Bits {
        match self {
            Self::Fail => column.filled(),
            Self::Skip => column.readable(),
        }
    }
}

/// Judges each column by `failed`, which returns the cells that fail.
fn of_columns(
    columns: &[&str],
    form: &Form,
    condition: Condition,
    malformed: Malformed,
    wanted: &str,
    failed: impl Fn(&Column) -> Bits + 'static,
) -> Compiled {
    let count = columns.len();
    let message = seen_and(&format!("{wanted}{}", condition.said()));
    let asks =
        columns.iter().map(|name| Ask::new(name, form.clone())).chain(condition.asks()).collect();
    let judge = move |look: Look<'_>| {
        let holds = condition.holds(look, count);
        let mut judged = Bits::zeros(look.records());
        let mut sets = Vec::with_capacity(count);
        for (nth, column) in look.columns().take(count).enumerate() {
            judged = judged.or(malformed.judged(column));
            let bits = malformed.among(column, failed(column));
            sets.push((nth, Condition::keep(holds.as_ref(), bits)));
        }
        Judged::first_of(sets, &judged)
    };
    Compiled { asks, judge: Box::new(judge), message }
}

/// Judges text columns: a cell fails unless `holds` returns true for it.
fn of_text(
    context: &Context<'_, '_>,
    wanted: &str,
    holds: Option<impl Fn(&[u8]) -> bool + 'static>,
) -> Option<Compiled> {
    let (columns, when) = (context.columns(), context.when());
    let holds = holds?;
    let failed = move |column: &Column| column.where_text(|cell| !holds(cell));
    Some(of_columns(&columns?, &Form::Text, when?, Malformed::Skip, wanted, failed))
}

/// `one-of`: the cell is one of `values`.
pub(crate) fn one_of(context: &Context<'_, '_>) -> Option<Compiled> {
    let values = context.config.needed("values", Config::texts).unwrap_or_default();
    let wanted = format!("one of {}", listed(&values));
    let values = (!values.is_empty()).then(|| ValueSet::new(values));
    of_text(context, &wanted, values.map(|values| move |cell: &[u8]| values.contains(cell)))
}

/// `matches`: the whole cell matches `pattern`.
pub(crate) fn matches(context: &Context<'_, '_>) -> Option<Compiled> {
    let text = context.config.needed("pattern", Config::text);
    let pattern = text.and_then(|text| match Pattern::new(text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let message = format!("at character {}: {}", error.character, error.message);
            context.config.fault("pattern", message, &[]);
            None
        }
    });
    let wanted = format!("a match of the pattern {}", quoted(text.unwrap_or_default()));
    of_text(context, &wanted, pattern.map(|pattern| move |cell: &[u8]| pattern.matches(cell)))
}

/// `digits`: ASCII digits only, `min` to `max` of them.
pub(crate) fn digits(context: &Context<'_, '_>) -> Option<Compiled> {
    let (min, max) = context.range(Config::count, 1, usize::MAX);
    let holds = move |cell: &[u8]| cell.len() >= min && cell.len() <= max && all_digits(cell);
    of_text(context, &counted(min, max, "digits"), Some(holds))
}

/// Tests eight bytes at a time: a byte is a digit if its upper half is 3, and still is after adding 6.
fn all_digits(cell: &[u8]) -> bool {
    let (eights, rest) = cell.as_chunks::<8>();
    eights.iter().all(|eight| {
        let word = u64::from_le_bytes(*eight);
        let upper = 0xF0F0_F0F0_F0F0_F0F0;
        let threes = 0x3030_3030_3030_3030;
        let sixes = 0x0606_0606_0606_0606;
        word & upper == threes && (word + sixes) & upper == threes
    }) && rest.iter().all(u8::is_ascii_digit)
}

/// `length`: `min` to `max` characters.
pub(crate) fn length(context: &Context<'_, '_>) -> Option<Compiled> {
    let (min, max) = context.range(Config::count, 1, usize::MAX);
    let holds = move |cell: &[u8]| {
        // There are never more characters than bytes, and at least a quarter as many.
        if cell.len() <= max && cell.len() / 4 >= min {
            return true;
        }
        let characters = cell.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        (min..=max).contains(&characters)
    };
    of_text(context, &counted(min, max, "characters"), Some(holds))
}

/// `luhn`: a number whose last digit is the Luhn check digit of `prefix` and the other digits.
pub(crate) fn luhn(context: &Context<'_, '_>) -> Option<Compiled> {
    let digits = |key: &'static str| {
        let text = context.config.text(key).unwrap_or("");
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text);
        }
        context.config.fault(key, "expected digits only", &[]);
        None
    };
    let (prefix, first) = (digits("prefix"), digits("first"));
    let length = context.config.count("length");
    let luhn = prefix.zip(first).map(|(prefix, first)| Luhn::new(prefix, length, first));
    of_text(
        context,
        "digits that end with the right check digit",
        luhn.map(|luhn| move |cell: &[u8]| luhn.holds(cell)),
    )
}

/// `integer`: a whole number from `min` to `max`.
pub(crate) fn integer(context: &Context<'_, '_>) -> Option<Compiled> {
    let (min, max) = context.range(Config::integer, i64::MIN, i64::MAX);
    let said = |bound: i64, nothing: i64| (bound != nothing).then(|| bound.to_string());
    let wanted = format!("a whole number{}", between(said(min, i64::MIN), said(max, i64::MAX)));
    numbers(context, &Form::Integer, &wanted, min, max)
}

/// `decimal`: a decimal with at most `scale` digits after the point, from `min` to `max`.
pub(crate) fn decimal(context: &Context<'_, '_>) -> Option<Compiled> {
    let scale = scale(context.config)?;
    let (min, max) = context.range(|config, key| config.decimal(key, scale), i64::MIN, i64::MAX);
    let said = |bound: i64, nothing: i64| (bound != nothing).then(|| decimal_text(bound, scale));
    let range = between(said(min, i64::MIN), said(max, i64::MAX));
    let wanted = format!("a decimal with at most {scale} digits after the point{range}");
    numbers(context, &Form::Decimal(scale), &wanted, min, max)
}

/// Reads the key `scale`: at most 18, because 64 bits hold 18 digits.
pub(crate) fn scale(config: &Config<'_>) -> Option<u16> {
    let scale = config.needed("scale", Config::count)?;
    let fits = u16::try_from(scale).ok().filter(|&scale| scale <= 18);
    if fits.is_none() {
        config.fault("scale", "expected at most 18 digits after the point", &[]);
    }
    fits
}

fn numbers(
    context: &Context<'_, '_>,
    form: &Form,
    wanted: &str,
    min: i64,
    max: i64,
) -> Option<Compiled> {
    let (columns, when, malformed) = (context.columns(), context.when(), context.malformed());
    let failed = move |column: &Column| column.where_number(|number| number < min || number > max);
    Some(of_columns(&columns?, form, when?, malformed, wanted, failed))
}

/// `date`: a date written as `format` says, from `min` to `max`, in the year that the column `year_of` holds, and not
/// after the date in the column `not_after`.
pub(crate) fn date(context: &Context<'_, '_>) -> Option<Compiled> {
    let form = date_form(context.config);
    let (min, max) = context.range(Config::date, i32::MIN, i32::MAX);
    let (columns, when, malformed) = (context.columns(), context.when(), context.malformed());
    let other = |key| context.config.column(key, context.run, context.absent);
    let (year_of, not_after) = (other("year_of"), other("not_after"));
    let (columns, form, when) = (columns?, form?, when?);
    let text = |key: &'static str| context.config.text(key);
    let bound = |key: &'static str| text(key).map(str::to_owned);
    let mut wanted = format!("a date written {}", quoted(text("format").unwrap_or_default()));
    wanted.push_str(&between(bound("min"), bound("max")));
    if let Some(name) = year_of {
        wanted.extend([", of the year `{", name, "}` in ", &quoted(name)]);
    }
    if let Some(name) = not_after {
        wanted.extend([", not after `{", name, "}` in ", &quoted(name)]);
    }
    let message = seen_and(&format!("{wanted}{}", when.said()));

    let count = columns.len();
    let mut asks: Vec<Ask> = columns.iter().map(|name| Ask::new(name, form.clone())).collect();
    let year_at = year_of.map(|name| {
        asks.push(Ask::new(name, Form::Integer));
        asks.len() - 1
    });
    let limit_at = not_after.map(|name| {
        asks.push(Ask::new(name, form.clone()));
        asks.len() - 1
    });
    let when_at = asks.len();
    asks.extend(when.asks());
    let judge = move |look: Look<'_>| {
        let holds = when.holds(look, when_at);
        let mut judged = Bits::zeros(look.records());
        let mut sets = Vec::with_capacity(count);
        for (nth, column) in look.columns().take(count).enumerate() {
            judged = judged.or(malformed.judged(column));
            let mut failed = column.where_date(|day| day < min || day > max);
            if let Some(at) = year_at {
                failed = failed.or(&outside_year(column, look.column(at)));
            }
            if let Some(at) = limit_at {
                failed = failed.or(&after(column, look.column(at)));
            }
            sets.push((nth, Condition::keep(holds.as_ref(), malformed.among(column, failed))));
        }
        Judged::first_of(sets, &judged)
    };
    Some(Compiled { asks, judge: Box::new(judge), message })
}

/// Reads the key `format`.
pub(crate) fn date_form(config: &Config<'_>) -> Option<Form> {
    let format = config.needed("format", Config::text)?;
    if parse::is_date_format(format) {
        return Some(Form::Date(format.to_owned()));
    }
    config.fault(
        "format",
        "expected `%Y`, `%m` and `%d` once each with plain characters between, such as `%m/%d/%Y`",
        &[],
    );
    None
}

/// Set where both cells are readable and the date is not in the year.
fn outside_year(dates: &Column, years: &Column) -> Bits {
    let (assay_sdk::Cells::Date(days), assay_sdk::Cells::Integer(numbers)) =
        (dates.cells(), years.cells())
    else {
        return Bits::zeros(dates.readable().len());
    };
    // The bounds of the previous record's year are nearly always those of this one too.
    let mut held = (i64::MIN, 0..0);
    let outside = |index: usize| {
        let year = numbers[index];
        if held.0 != year {
            held = (year, year_bounds(year));
        }
        !held.1.contains(&days[index])
    };
    Bits::from_fn(days.len(), outside).and(dates.readable()).and(years.readable())
}

fn year_bounds(year: i64) -> std::ops::Range<i32> {
    let first = |year: i64| parse::days_of(i32::try_from(year).ok()?, 1, 1);
    // Dates have four digits for the year, so no date lies in any other year.
    match (first(year), first(year.saturating_add(1))) {
        (Some(start), Some(end)) if (0..=9999).contains(&year) => start..end,
        _ => 0..0,
    }
}

/// Set where both cells are readable and the date is after the limit.
fn after(dates: &Column, limits: &Column) -> Bits {
    let (assay_sdk::Cells::Date(days), assay_sdk::Cells::Date(limit)) =
        (dates.cells(), limits.cells())
    else {
        return Bits::zeros(dates.readable().len());
    };
    Bits::from_fn(days.len(), |index| days[index] > limit[index])
        .and(dates.readable())
        .and(limits.readable())
}
