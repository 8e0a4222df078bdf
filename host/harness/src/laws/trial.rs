//! A plugin planned for one run. Laws use it to judge a table in two ways and compare the results.

use crate::found::Found;
use crate::judging::{Handing, Wanted, judge};
use crate::setup::Setup;
use crate::subject::{Planned, Subject};
use crate::table::Table;

/// Maximum number of lines of a difference shown. 8: the first ones tell enough.
pub(super) const SHOWN_LINES: usize = 8;

/// A plugin planned for one run, ready to judge tables with its columns.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    pub(super) subject: &'a Subject,
    pub(super) setup: &'a Setup,
    pub(super) planned: Planned,
}

/// Two judgements that should be equal but differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What was done in two ways, or what went wrong.
    pub how: String,
    /// Findings that only one of the two has.
    pub lines: Vec<String>,
}

impl<'a> Trial<'a> {
    /// Plans a run; `None` if the plugin rejects the settings with these columns.
    pub(crate) fn new(subject: &'a Subject, setup: &'a Setup, columns: &[String]) -> Option<Self> {
        let planned = subject.plan(setup, columns).ok()?;
        Some(Self { subject, setup, planned })
    }

    /// Plans the same run with other columns.
    pub(super) fn on(&self, columns: &[String]) -> Option<Self> {
        Self::new(self.subject, self.setup, columns)
    }

    pub(super) fn judge(&self, table: &Table, handing: &Handing) -> Result<Found, Difference> {
        judge(self.subject, &self.planned, table, handing, Wanted::Facts)
            .map_err(|error| Difference { how: error.to_string(), lines: Vec::new() })
    }
}

impl Difference {
    /// Returns the difference between two judgements, if any.
    pub(super) fn between(one: (&str, &Found), other: (&str, &Found)) -> Option<Self> {
        if one.1 == other.1 {
            return None;
        }
        let (left, right) = (one.1.lines(), other.1.lines());
        let only = |these: &[String], those: &[String], way: &str| -> Vec<String> {
            let missing = these.iter().filter(|line| !those.contains(line));
            missing.map(|line| format!("only {way}: {line}")).collect()
        };
        let mut lines = only(&left, &right, one.0);
        lines.extend(only(&right, &left, other.0));
        let more = lines.len().saturating_sub(SHOWN_LINES);
        lines.truncate(SHOWN_LINES);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        Some(Self { how: format!("{} and {} differ", one.0, other.0), lines })
    }
}
