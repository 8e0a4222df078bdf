//! The one way in which anything here fails.

use std::io;

use parquet::errors::ParquetError;

use crate::store::{Key, Version};

/// Why something could not be written, read or committed. Always a reason to stop the run, never a judgement on data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The text cannot name an object.
    #[error("`{text}` is not a key: {problem}")]
    Key {
        /// The text.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A create-only write found something there.
    #[error("`{key}` exists already; it is created once and never overwritten")]
    Exists {
        /// The object.
        key: Key,
    },
    /// A compare-and-swap found another version than the one that was read.
    #[error(
        "`{key}` was changed by another run since it was read (expected version `{expected}`); \
         read it again and decide anew"
    )]
    Changed {
        /// The object.
        key: Key,
        /// The version that was read.
        expected: Version,
    },
    /// No space is left, or the quota is used up.
    #[error(
        "the disk is full: could not {doing} `{place}`; free some space and run again, \
         nothing that was published has changed"
    )]
    Full {
        /// What was being done: "write".
        doing: &'static str,
        /// To what.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// The store failed in any other way.
    #[error("could not {doing} `{place}`")]
    Io {
        /// What was being done: "write".
        doing: &'static str,
        /// To what.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// A column's cells are not what its specification says. A bug of the caller's: records that do not fit
    /// are to be quarantined before they get here.
    #[error("column `{column}`: {problem}")]
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
    #[error("`{key}` is not a document this version understands; expected {expected}")]
    Document {
        /// The object.
        key: Key,
        /// What was expected there.
        expected: &'static str,
        /// Where it departs from that.
        source: serde_json::Error,
    },
    /// Another run committed to the partition in the meantime.
    #[error(
        "run `{other}` published `{key}` while run `{own}` was under way, so run `{own}` is not published; \
         run again to replace it, or leave it as it is"
    )]
    LostRace {
        /// The manifest.
        key: Key,
        /// The run that asked for the commit.
        own: String,
        /// The run that is published, or `unknown` where the manifest vanished.
        other: String,
    },
}

impl SinkError {
    /// Sorts an I/O error into "the disk is full" and the rest.
    pub(crate) fn io(
        doing: &'static str,
        place: &(impl ToString + ?Sized),
        source: io::Error,
    ) -> Self {
        let place = place.to_string();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { doing, place, source }
            }
            _ => Self::Io { doing, place, source },
        }
    }

    /// The encoder's errors, with I/O errors of the output underneath it brought to the surface.
    pub(crate) fn parquet(what: &'static str) -> impl Fn(ParquetError) -> Self {
        move |source| match source {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(source) => Self::io("write", what, *source),
                Err(inner) => Self::Encode { what, source: ParquetError::External(inner) },
            },
            source => Self::Encode { what, source },
        }
    }
}
