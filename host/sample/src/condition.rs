//! Conditions on a cell: certain values, a range of numbers, filled or blank, a pattern.

use regex::Regex;

use crate::error::Fault;
use crate::raw::{RawCase, RawCondition};
use crate::template::{Cells, Names, Template};

/// A cell and the test it must pass.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) subject: Template,
    pub(crate) test: Test,
}

/// A test of a text; all given parts must hold.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    is: Option<Vec<Template>>,
    not: Option<Vec<Template>>,
    from: Option<i64>,
    to: Option<i64>,
    filled: Option<bool>,
    matches: Option<Regex>,
}

impl Condition {
    pub(crate) fn new(raw: &RawCondition, names: &dyn Names) -> Result<Self, Fault> {
        Ok(Self {
            subject: subject(&raw.column, names).map_err(|fault| fault.under("column"))?,
            test: Test {
                is: templates(raw.is.as_deref(), names).map_err(|fault| fault.under("is"))?,
                not: templates(raw.not.as_deref(), names).map_err(|fault| fault.under("not"))?,
                from: raw.from,
                to: raw.to,
                filled: raw.filled,
                matches: pattern(raw.matches.as_deref())?,
            },
        })
    }

    pub(crate) fn list(raw: &[RawCondition], names: &dyn Names) -> Result<Vec<Self>, Fault> {
        let numbered = raw.iter().enumerate();
        numbered
            .map(|(at, one)| Self::new(one, names).map_err(|f| f.under(&at.to_string())))
            .collect()
    }

    pub(crate) fn holds(&self, cells: &dyn Cells) -> bool {
        self.test.holds(&self.subject.value(cells), cells)
    }
}

impl Test {
    pub(crate) fn of_case(raw: &RawCase, names: &dyn Names) -> Result<Self, Fault> {
        Ok(Self {
            is: templates(raw.is.as_deref(), names).map_err(|fault| fault.under("is"))?,
            not: None,
            from: raw.from,
            to: raw.to,
            filled: raw.filled,
            matches: pattern(raw.matches.as_deref())?,
        })
    }

    pub(crate) fn holds(&self, text: &str, cells: &dyn Cells) -> bool {
        let among = |list: &[Template]| list.iter().any(|one| one.value(cells) == text);
        let number = || text.parse::<i64>().ok();
        self.is.as_deref().is_none_or(among)
            && !self.not.as_deref().is_some_and(among)
            && self.from.is_none_or(|from| number().is_some_and(|n| n >= from))
            && self.to.is_none_or(|to| number().is_some_and(|n| n <= to))
            && self.filled.is_none_or(|filled| filled != text.is_empty())
            && self.matches.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }
}

/// Reads the subject of a condition or of `by`: the inside of a template's placeholder.
pub(crate) fn subject(text: &str, names: &dyn Names) -> Result<Template, Fault> {
    Template::new(&format!("{{{text}}}"), names)
}

fn templates(texts: Option<&[String]>, names: &dyn Names) -> Result<Option<Vec<Template>>, Fault> {
    texts.map(|texts| texts.iter().map(|text| Template::new(text, names)).collect()).transpose()
}

fn pattern(text: Option<&str>) -> Result<Option<Regex>, Fault> {
    text.map(Regex::new).transpose().map_err(|error| {
        // The error draws the pattern over several lines; its last line says what is wrong.
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let text = text.unwrap_or_default();
        Fault::here(format!("`{text}` is not a regular expression: {reason}")).under("matches")
    })
}
