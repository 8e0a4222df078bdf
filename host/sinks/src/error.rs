//! The one way in which anything here fails.

use std::io;

use crate::damage::Damage;
use assay_model::shown;
use assay_store::{BadKey, Key, StoreError};
use parquet::errors::ParquetError;

/// Why something could not be written, read or committed. Always a reason to stop the run, never a judgement on data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The store did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A column's cells are not what its specification says. A bug of the caller's: records that do not fit
    /// are to be quarantined before they get here.
    #[error("column `{column}`: {problem}", column = shown(column))]
    Column {
        /// The column's name.
        column: String,
        /// Expected and found.
        problem: String,
    },
    /// The Parquet encoder refused.
    #[error("could not encode {what} as Parquet")]
    Encode {
        /// What was being encoded.
        what: &'static str,
        /// What the encoder said.
        source: ParquetError,
    },
    /// A document in the store cannot be understood.
    #[error("`{key}` is not a document this version understands; expected {expected}", key = shown(key))]
    Document {
        /// The object.
        key: Key,
        /// What was expected there.
        expected: &'static str,
        /// Where it departs from that.
        source: serde_json::Error,
    },
    /// A file of the run is gone or changed before it could be published.
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
        /// The manifest.
        key: Key,
        /// The run that another attempt published since this one began, if one did.
        other: Option<String>,
        /// What the store said.
        source: StoreError,
    },
    /// Another run committed to the partition in the meantime.
    #[error("{}", lost(key, own, other.as_deref()))]
    LostRace {
        /// The manifest.
        key: Key,
        /// The run that asked for the commit.
        own: String,
        /// The run that is published; none where the manifest vanished since.
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
    /// The run that another attempt published while this one was under way, where that stands in its way.
    pub fn winner(&self) -> Option<&str> {
        match self {
            Self::LostRace { other, .. } | Self::Undecided { other, .. } => other.as_deref(),
            _ => None,
        }
    }

    /// The encoder's errors, with I/O errors of the output underneath it brought to the surface.
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
