//! Defects: what they change, which records can have them, and what must be found afterwards.

use crate::condition::Condition;
use crate::error::{Fault, one_of};
use crate::given::Given;
use crate::raw::{Damage, RawDefect};
use crate::template::{Cells, Named, Names, Source, Template};

/// A kind of defect in the columns of one layout.
#[derive(Debug, Clone)]
pub(crate) struct Defect {
    pub(crate) name: String,
    pub(crate) when: Vec<Condition>,
    /// Columns and their new text. All texts are computed from the original record.
    pub(crate) set: Vec<(usize, Template)>,
    pub(crate) damage: Option<Damage>,
    /// The column to which `damage` is applied.
    pub(crate) column: Option<usize>,
    pub(crate) bytes: usize,
    pub(crate) spacing: u64,
    pub(crate) expected: Vec<Expected>,
    /// Whether it needs an earlier record.
    pub(crate) needs_earlier: bool,
}

/// A finding or repair that a run must report.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) rule: String,
    pub(crate) column: String,
    pub(crate) outcome: Outcome,
    /// For repairs: the column, and its text after the repair if that differs from the text before the defect.
    pub(crate) after: Option<(usize, Option<Template>)>,
}

/// Effect of a finding or a repair on its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A cell is repaired.
    Repaired,
    /// The record is reported but passes.
    Warned,
    /// The record is quarantined.
    Quarantined,
}

impl Outcome {
    /// The word used in the truth file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repaired => "repaired",
            Self::Warned => "warned",
            Self::Quarantined => "quarantined",
        }
    }
}

impl Damage {
    /// Whether it makes the record's cells unreadable.
    pub(crate) fn blocks(self) -> bool {
        !matches!(self, Self::Latin1Byte | Self::RepeatRecord)
    }

    /// Whether it needs a column to be named.
    fn wants_column(self) -> bool {
        match self {
            Self::DropField | Self::ExtraField | Self::RepeatHeader | Self::RepeatRecord => false,
            Self::BareQuote
            | Self::UnclosedQuote
            | Self::NulByte
            | Self::Latin1Byte
            | Self::UndecodableByte
            | Self::LongField => true,
        }
    }
}

impl Defect {
    /// Reads a defect over a record's columns, given by their canonical names. A column that the layout lacks is
    /// reported like an unknown one; the caller knows which it is.
    pub(crate) fn new(raw: &RawDefect, columns: &[String], given: &Given) -> Result<Self, Fault> {
        let names = OfRecord { columns, given };
        let column = |name: &str| names.column(name);
        let set = raw
            .set
            .iter()
            .map(|(name, text)| Ok((column(name)?, Template::new(text, &names)?)))
            .collect::<Result<Vec<_>, Fault>>()
            .map_err(|fault| fault.under("set"))?;
        check_damage(raw)?;
        let mut expected = Vec::new();
        for (list, key, outcome) in [
            (&raw.errors, "errors", Outcome::Quarantined),
            (&raw.warnings, "warnings", Outcome::Warned),
        ] {
            for finding in list {
                // A rule about the whole record names no column.
                let (rule, name) = finding.split_once('@').unwrap_or((finding, ""));
                if !name.is_empty() {
                    column(name).map_err(|fault| fault.under(key))?;
                }
                expected.push(Expected {
                    rule: rule.to_owned(),
                    column: name.to_owned(),
                    outcome,
                    after: None,
                });
            }
        }
        for (at, repair) in raw.repairs.iter().enumerate() {
            let under = |fault: Fault| fault.under(&format!("repairs.{at}"));
            let after = repair.after.as_deref().map(|text| Template::new(text, &names)).transpose();
            expected.push(Expected {
                rule: repair.rule.clone(),
                column: repair.column.clone(),
                outcome: Outcome::Repaired,
                after: Some((column(&repair.column).map_err(under)?, after.map_err(under)?)),
            });
        }
        if expected.is_empty() {
            return Err(Fault::here(
                "expected what it causes in `errors`, `warnings` or `repairs`",
            ));
        }
        let earlier = raw.set.values().any(|text| text.contains(EARLIER));
        Ok(Self {
            name: raw.name.clone(),
            when: Condition::list(&raw.when, &names).map_err(|fault| fault.under("when"))?,
            set,
            damage: raw.damage,
            column: raw.column.as_deref().map(column).transpose().map_err(|f| f.under("column"))?,
            bytes: raw.bytes.unwrap_or(0),
            spacing: raw.spacing,
            expected,
            needs_earlier: earlier || raw.damage == Some(Damage::RepeatRecord),
        })
    }

    /// Whether this record can have it.
    pub(crate) fn applies(&self, cells: &dyn Cells) -> bool {
        self.when.iter().all(|condition| condition.holds(cells))
            && self.column.is_none_or(|column| !cells.cell(Source::Own(column)).is_empty())
    }

    /// The worst outcome for the record.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.expected.iter().map(|expected| expected.outcome).max()
    }
}

fn check_damage(raw: &RawDefect) -> Result<(), Fault> {
    match raw.damage {
        None if raw.set.is_empty() => Err(Fault::here("expected `set` or `damage`")),
        None if raw.column.is_some() => {
            Err(Fault::here("`column` belongs to `damage`").under("column"))
        }
        Some(damage) if damage.wants_column() != raw.column.is_some() => {
            let message =
                "some kinds of damage are done to a `column`, the others to the whole record";
            Err(Fault::here(message).under("damage"))
        }
        damage if (damage == Some(Damage::LongField)) != raw.bytes.is_some() => {
            Err(Fault::here("`bytes` is the length of a `long-field`").under("bytes"))
        }
        _ => Ok(()),
    }
}

const EARLIER: &str = "earlier.";

/// Names that a defect can use: the record's columns, those of an `earlier` record, and given values.
struct OfRecord<'a> {
    columns: &'a [String],
    given: &'a Given,
}

impl OfRecord<'_> {
    fn column(&self, name: &str) -> Result<usize, Fault> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            let expected = one_of(self.columns.iter().map(String::as_str));
            Fault::here(format!("`{name}` is not a column of the record, expected {expected}"))
        })
    }
}

impl Names for OfRecord<'_> {
    fn named(&self, name: &str) -> Result<Named, Fault> {
        if let Some(fixed) = self.given.named(name) {
            return Ok(Named::Fixed(fixed));
        }
        match name.strip_prefix(EARLIER) {
            Some(name) => self.column(name).map(Source::Earlier).map(Named::Cell),
            None => self.column(name).map(Source::Own).map(Named::Cell),
        }
    }
}
