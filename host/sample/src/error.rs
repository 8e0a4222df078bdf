//! What keeps a file from being generated.

use std::io;
use std::path::PathBuf;

use assay_model::shown;

/// A profile, or a request for a file of it, that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The profile or a data file beside it could not be read.
    #[error("cannot read `{}`", shown(path.display()))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The profile is not TOML, or has a key that profiles do not have.
    #[error("`{}`, line {line}, column {column}: {message}", shown(path.display()), message = shown(message))]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, counting from 1.
        line: usize,
        /// Column in characters, counting from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A data file is not the table it should be.
    #[error("`{}`, line {line}: {message}", shown(path.display()), message = shown(message))]
    Data {
        /// The file.
        path: PathBuf,
        /// Line, counting from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A value of the profile makes no sense where it stands.
    #[error("`{key}` in `{}`: {message}", shown(path.display()), key = shown(key), message = shown(message))]
    Invalid {
        /// The profile.
        path: PathBuf,
        /// The way to the value, such as `tables.people.columns.name`.
        key: String,
        /// What is wrong with it and what was expected.
        message: String,
    },
    /// The profile makes no files of that layout.
    #[error("layout `{layout}` is not one of the profile's, expected {expected}", layout = shown(layout))]
    Layout {
        /// The layout asked for.
        layout: String,
        /// Those it makes for these partition values.
        expected: String,
    },
    /// A partition value is missing that the profile has no default for.
    #[error("partition key `{key}` has no value and the profile no default for it, give it one", key = shown(key))]
    PartitionMissing {
        /// The key.
        key: String,
    },
    /// A partition key the profile does not know.
    #[error("partition key `{key}` is not one of the profile's, expected {expected}", key = shown(key))]
    PartitionUnknown {
        /// The key.
        key: String,
        /// The keys it has.
        expected: String,
    },
    /// The layout has a column that the profile does not make.
    #[error(
        "column `{column}` of layout `{layout}` is not made by the profile, add it to `[record]`", column = shown(column), layout = shown(layout))]
    ColumnUnknown {
        /// The column, as the rules name it.
        column: String,
        /// The layout.
        layout: String,
    },
}

/// A mistake in a profile before it is known which file it is in.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) key: String,
    pub(crate) message: String,
}

impl Fault {
    /// A mistake in the value at hand.
    pub(crate) fn here(message: impl Into<String>) -> Self {
        Self { key: String::new(), message: message.into() }
    }

    /// The same mistake, seen from one level further out.
    pub(crate) fn under(mut self, key: &str) -> Self {
        self.key = if self.key.is_empty() { key.to_owned() } else { format!("{key}.{}", self.key) };
        self
    }

    pub(crate) fn into_error(self, path: &std::path::Path) -> ProfileError {
        ProfileError::Invalid { path: path.to_owned(), key: self.key, message: self.message }
    }
}

/// Names as an enumeration for people: `a`, `b` or `c`.
pub(crate) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
