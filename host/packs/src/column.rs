//! Column types: `type`, `precision`, `scale` and `format`, wherever they appear.

use assay_model::{ColumnKind, DateFormat};

use crate::diagnostic::{Mistake, Report};
use crate::fields::{Fields, as_count};
use crate::partition::read_format;
use crate::source::Place;
use crate::tree::Node;

/// Type of a column's cells and how they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// Any text.
    Text,
    /// 64-bit integers.
    Integer,
    /// Decimal numbers.
    Decimal {
        /// Total number of digits, 1 to 18.
        precision: u8,
        /// Number of digits after the decimal point, at most `precision`.
        scale: u8,
    },
    /// Dates in a fixed format.
    Date(DateFormat),
}

impl ColumnType {
    /// Returns the type in which the column is published.
    pub fn kind(&self) -> ColumnKind {
        match self {
            Self::Text => ColumnKind::Text,
            Self::Integer => ColumnKind::Integer,
            Self::Decimal { precision, scale } => {
                ColumnKind::Decimal { precision: *precision, scale: *scale }
            }
            Self::Date(_) => ColumnKind::Date,
        }
    }
}

/// Maximum number of digits that always fit 64 bits.
const PRECISION_MOST: u8 = 18;

const TYPES: [&str; 4] = ["text", "integer", "decimal", "date"];

/// The type of a column as written.
#[derive(Debug)]
pub(crate) struct Typing<'a> {
    pub(crate) kind: ColumnKind,
    /// Where the type is written, or else the column.
    pub(crate) place: &'a Place,
    pub(crate) format: Option<DateFormat>,
}

/// Reads the type of a column; `usual` if none is written. `place` is the column's.
pub(crate) fn read_typing<'a>(
    fields: &mut Fields<'a>,
    usual: ColumnKind,
    place: &'a Place,
    report: &Report,
) -> Option<Typing<'a>> {
    let word = fields.text("type");
    let digits = [fields.get("scale"), fields.get("precision")];
    let format = fields.text("format");
    let (kind, place) = match word {
        None if digits.iter().all(Option::is_none) => (Some(usual), place),
        None => (kind_of(word_of(usual), place, digits, report), place),
        Some((word, place)) => (kind_of(word, place, digits, report), place),
    };
    let kind = kind?;
    let format = match (kind, format) {
        // A format that cannot be parsed was reported already, and must not be reported as missing too.
        (ColumnKind::Date, Some((text, place))) => Some(read_format(text, place, report)?),
        (_, Some((_, place))) => {
            let word = word_of(kind);
            let message = format!("`format` is for dates, and the column is `{word}`");
            report.add(Mistake::new(place, message));
            None
        }
        (_, None) => None,
    };
    Some(Typing { kind, place, format })
}

fn kind_of(
    word: &str,
    place: &Place,
    [scale, precision]: [Option<&Node>; 2],
    report: &Report,
) -> Option<ColumnKind> {
    if word != "decimal" && TYPES.contains(&word) {
        for (key, given) in [("scale", scale), ("precision", precision)] {
            if let Some(node) = given {
                report.add(Mistake::new(
                    &node.place,
                    format!("`{key}` is for decimals, and the column is `{word}`"),
                ));
            }
        }
    }
    match word {
        "text" => Some(ColumnKind::Text),
        "integer" => Some(ColumnKind::Integer),
        "date" => Some(ColumnKind::Date),
        "decimal" => {
            if scale.is_none() {
                let mistake =
                    Mistake::new(place, "a decimal needs `scale`, the digits after the point");
                report.add(mistake.help("for money, `scale = 2`"));
            }
            let digits = |node: &Node, key: &str, least: u8, most: u8| {
                let number = as_count(node, key, report)?;
                let digits =
                    u8::try_from(number).ok().filter(|digits| (least..=most).contains(digits));
                if digits.is_none() {
                    let message = format!("`{key}` must be {least} to {most}, not {number}");
                    report.add(Mistake::new(&node.place, message));
                }
                digits
            };
            let precision = match precision {
                None => Some(PRECISION_MOST),
                Some(node) => digits(node, "precision", 1, PRECISION_MOST),
            };
            let scale = scale
                .and_then(|node| digits(node, "scale", 0, precision.unwrap_or(PRECISION_MOST)));
            Some(ColumnKind::Decimal { precision: precision?, scale: scale? })
        }
        other => {
            let message = format!("there is no column type `{other}`");
            report.add(Mistake::new(place, message).choices(other, TYPES));
            None
        }
    }
}

fn word_of(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Integer => "integer",
        ColumnKind::Decimal { .. } => "decimal",
        ColumnKind::Date => "date",
    }
}

/// Combines the type with the date format. A date without a format is a mistake.
pub(crate) fn resolved(
    kind: ColumnKind,
    format: Option<&DateFormat>,
    place: &Place,
    report: &Report,
) -> Option<ColumnType> {
    Some(match kind {
        ColumnKind::Text => ColumnType::Text,
        ColumnKind::Integer => ColumnType::Integer,
        ColumnKind::Decimal { precision, scale } => ColumnType::Decimal { precision, scale },
        ColumnKind::Date => {
            let Some(format) = format else {
                let mistake = Mistake::new(place, "a date needs `format`, how it is written");
                report.add(mistake.help("such as `format = \"%m/%d/%Y\"`"));
                return None;
            };
            ColumnType::Date(format.clone())
        }
    })
}
