//! The TOML of a profile, before names are resolved.
//!
//! This crate's `README.md` explains the language. Unknown keys are refused here.

use indexmap::IndexMap;
use serde::de::{
    Deserialize, Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer,
};

/// The whole file.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProfile {
    pub(crate) format: u32,
    pub(crate) title: String,
    /// The column that identifies a record in the truth file.
    pub(crate) id: String,
    /// Columns whose sums the summary gives, with their number of decimal places.
    pub(crate) amounts: IndexMap<String, u8>,
    /// Columns written without quotes.
    #[serde(default)]
    pub(crate) bare: Vec<String>,
    pub(crate) partition: IndexMap<String, RawKey>,
    pub(crate) layouts: IndexMap<String, RawLayout>,
    #[serde(default)]
    pub(crate) tables: IndexMap<String, RawTable>,
    pub(crate) record: IndexMap<String, RawRecipe>,
    #[serde(default, rename = "defect")]
    pub(crate) defects: Vec<RawDefect>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawKey {
    pub(crate) default: Option<RawRecipe>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLayout {
    #[serde(default)]
    pub(crate) when: Vec<RawCondition>,
}

/// Members to draw from, read from a file or generated.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawTable {
    pub(crate) file: Option<String>,
    /// Which of the file's rows to take.
    pub(crate) between: Option<RawBetween>,
    /// Minimum and maximum number of members.
    pub(crate) members: Option<[u64; 2]>,
    /// Records per member, within these limits.
    pub(crate) one_per: Option<u64>,
    /// The chance of member `i` is proportional to `1 / (i + skew)`.
    pub(crate) skew: Option<u64>,
    /// The column with each member's weight.
    pub(crate) weight: Option<String>,
    #[serde(default)]
    pub(crate) columns: IndexMap<String, RawRecipe>,
}

/// Selects rows where the number `value` lies between columns `from` and `to`; a blank end is open.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBetween {
    pub(crate) value: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    pub(crate) column: String,
    pub(crate) is: Option<Vec<String>>,
    pub(crate) not: Option<Vec<String>>,
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
    pub(crate) filled: Option<bool>,
    pub(crate) matches: Option<String>,
}

/// Recipe of a cell: a text, or a table with the keys below.
#[derive(Debug)]
pub(crate) enum RawRecipe {
    Text(String),
    Table(Box<RawForm>),
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RawForm {
    pub(crate) text: Option<String>,
    pub(crate) pick: Option<RawPick>,
    pub(crate) digits: Option<String>,
    pub(crate) luhn: Option<String>,
    pub(crate) integer: Option<[i64; 2]>,
    pub(crate) pad: Option<usize>,
    pub(crate) decimal: Option<Vec<(u64, String, String)>>,
    pub(crate) date: Option<[String; 2]>,
    pub(crate) format: Option<String>,
    pub(crate) sequence: Option<RawSequence>,
    pub(crate) by: Option<String>,
    pub(crate) cases: Option<Vec<RawCase>>,
    #[serde(rename = "else")]
    pub(crate) otherwise: Option<RawRecipe>,
    pub(crate) draw: Option<String>,
    #[serde(rename = "where")]
    pub(crate) filter: Option<IndexMap<String, String>>,
    pub(crate) unlike: Option<Vec<String>>,
    pub(crate) columns: Option<String>,
    pub(crate) even: Option<bool>,
    pub(crate) blank: Option<String>,
    pub(crate) when: Option<Vec<RawCondition>>,
}

impl RawForm {
    /// The keys that determine the kind of a recipe.
    pub(crate) const KINDS: [&str; 8] =
        ["text", "pick", "digits", "integer", "decimal", "date", "sequence", "cases"];

    /// Which of [`Self::KINDS`] are present.
    pub(crate) fn kinds(&self) -> [bool; 8] {
        [
            self.text.is_some(),
            self.pick.is_some(),
            self.digits.is_some(),
            self.integer.is_some(),
            self.decimal.is_some(),
            self.date.is_some(),
            self.sequence.is_some(),
            self.cases.is_some() || self.by.is_some(),
        ]
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSequence {
    pub(crate) start: u64,
    pub(crate) step: [u64; 2],
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCase {
    pub(crate) is: Option<Vec<String>>,
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
    pub(crate) filled: Option<bool>,
    pub(crate) matches: Option<String>,
    pub(crate) then: RawRecipe,
}

/// Choices with equal weights, or each with its own.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged, expecting = "expected a list of texts, or a table of texts with their weights")]
pub(crate) enum RawPick {
    Alike(Vec<String>),
    Weighted(IndexMap<String, u64>),
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDefect {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) when: Vec<RawCondition>,
    #[serde(default)]
    pub(crate) set: IndexMap<String, String>,
    pub(crate) damage: Option<Damage>,
    pub(crate) column: Option<String>,
    pub(crate) bytes: Option<usize>,
    /// Minimum number of records between two defects of this kind, for large defects.
    #[serde(default)]
    pub(crate) spacing: u64,
    #[serde(default)]
    pub(crate) errors: Vec<String>,
    #[serde(default)]
    pub(crate) warnings: Vec<String>,
    #[serde(default)]
    pub(crate) repairs: Vec<RawRepair>,
}

/// Damage to the bytes of a whole record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Damage {
    /// The last field and the comma before it are missing.
    DropField,
    /// There is one field too many.
    ExtraField,
    /// A cell contains a quote that is not doubled.
    BareQuote,
    /// A cell's closing quote is missing.
    UnclosedQuote,
    /// A NUL byte at the end of a cell.
    NulByte,
    /// A Windows-1252 byte at the end of a cell that is otherwise UTF-8.
    #[serde(rename = "latin-1-byte")]
    Latin1Byte,
    /// A byte that is valid in neither UTF-8 nor Windows-1252.
    UndecodableByte,
    /// The header again, in place of the record.
    RepeatHeader,
    /// A cell of `bytes` bytes.
    LongField,
    /// An earlier record again, in place of the record.
    RepeatRecord,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRepair {
    pub(crate) rule: String,
    pub(crate) column: String,
    /// The cell after the repair; if missing, the cell as it was before the defect.
    pub(crate) after: Option<String>,
}

impl<'de> Deserialize<'de> for RawRecipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrTable;

        impl<'de> Visitor<'de> for TextOrTable {
            type Value = RawRecipe;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, or a table such as `{ pick = [\"Yes\", \"No\"] }`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<RawRecipe, E> {
                Ok(RawRecipe::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawRecipe, A::Error> {
                RawForm::deserialize(MapAccessDeserializer::new(map))
                    .map(|form| RawRecipe::Table(Box::new(form)))
            }
        }

        deserializer.deserialize_any(TextOrTable)
    }
}
