//! The crate's error type.

use std::io;

use crate::damage::Damage;
use assay_model::shown;
use assay_store::{BadKey, Key, StoreError};
use parquet::errors::ParquetError;

/// Why something could not be written, read or committed. Always a reason to stop the run, never a judgement of data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// A store operation failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A column's cells do not match its specification. A bug in the caller: records that do not fit must be quarantined before they get
    /// here.
    #[error("column `{column}`: {problem}", column = shown(column))]
    Column {
        /// The column's name.
        column: String,
        /// Expected and found.
        problem: String,
    },
    /// The Parquet encoder failed.
    #[error("could not encode {what} as Parquet")]
    Encode {
        /// What was being encoded.
        what: &'static str,
        /// The encoder's error.
        source: ParquetError,
    },
    /// A document in the store cannot be parsed.
    #[error("`{key}` is not a document this version understands; expected {expected}", key = shown(key))]
    Document {
        /// Key of the document.
        key: Key,
        /// The kind of document expected.
        expected: &'static str,
        /// Why it cannot be parsed.
        source: serde_json::Error,
    },
    /// A file of the run vanished or changed before it could be published.
    #[error(
        "{damage}: it was removed or changed during the run, so nothing is published; run again"
    )]
    Vanished {
        /// Which file, and what was found.
        damage: Damage,
    },
    /// The store failed while the manifest was being written.
    #[error(
        "the store failed while the manifest `{key}` was being written, and it is not known whether it was; {}",
        after_doubt(other.as_deref()), key = shown(key))]
    Undecided {
        /// Key of the manifest.
        key: Key,
        /// The run that another attempt published since this one began, if any.
        other: Option<String>,
        /// The store's error.
        source: StoreError,
    },
    /// Another run committed to the partition first.
    #[error("{}", lost(key, own, other.as_deref()))]
    LostRace {
        /// Key of the manifest.
        key: Key,
        /// The run that tried to commit.
        own: String,
        /// The run that is published; `None` if the manifest has vanished since.
        other: Option<String>,
    },
}

fn lost(key: &Key, own: &str, other: Option<&str>) -> String {
    match other {
        Some(other) => format!(
            "run `{other}` published `{key}` while run `{own}` was under way, so run `{own}` is not published; \
             run again with `--expect-run {other}` to replace it, or leave it as it is"
        ),
        None => format!(
            "`{key}` changed while run `{own}` was under way, and is gone, so run `{own}` is not published; run again"
        ),
    }
}

fn after_doubt(other: Option<&str>) -> String {
    match other {
        Some(other) => format!(
            "run `{other}` is published now: run again with `--expect-run {other}` to replace it, or leave it as it is"
        ),
        None => "run again to find out".to_owned(),
    }
}

impl SinkError {
    /// Returns the run that another attempt published during this one, if that prevented or may have prevented the commit.
    pub fn winner(&self) -> Option<&str> {
        match self {
            Self::LostRace { other, .. } | Self::Undecided { other, .. } => other.as_deref(),
            _ => None,
        }
    }

    /// Converts the encoder's errors; an I/O error of the output below it becomes a store error.
    pub(crate) fn parquet(what: &'static str) -> impl Fn(ParquetError) -> Self {
        move |source| match source {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(source) => StoreError::io("write", what, *source).into(),
                Err(inner) => Self::Encode { what, source: ParquetError::External(inner) },
            },
            source => Self::Encode { what, source },
        }
    }
}

impl From<BadKey> for SinkError {
    fn from(error: BadKey) -> Self {
        Self::from(StoreError::from(error))
    }
}
