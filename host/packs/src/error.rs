//! Why rules could not be used.

use std::path::PathBuf;

use assay_model::shown;

use crate::diagnostic::{Colour, Mistakes};

/// Why rules could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The rule files contain mistakes; all of them, not only the first.
    #[error("{0}")]
    Mistakes(Mistakes),
    /// A file or folder could not be read.
    #[error("cannot read `{}`", shown(path.display()))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write `{}`", shown(path.display()))]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// No rules folder was found.
    #[error(
        "no rules found; looked at {}\nhelp: name the folder with `--rules` or ASSAY_RULES",
        list(looked)
    )]
    RulesNotFound {
        /// The folders searched.
        looked: Vec<PathBuf>,
    },
    /// The given folder does not contain rules.
    #[error(
        "`{}` holds no rules\nhelp: name the folder that holds `assay.lock` and the datasets' folders, each with a `dataset.toml`",
        shown(path.display())
    )]
    NotRules {
        /// The folder.
        path: PathBuf,
    },
    /// The component of a plugin was not found.
    #[error(
        "plugin `{component}` not found; looked at {}\nhelp: in a checkout, `cargo xtask plugins` builds the plugins",
        list(looked), component = shown(component))]
    PluginNotFound {
        /// The component's file stem.
        component: String,
        /// The files looked for.
        looked: Vec<PathBuf>,
    },
}

impl PackError {
    /// Returns the message, coloured if requested; without colours it equals `Display`.
    pub fn render(&self, colour: Colour) -> String {
        match self {
            Self::Mistakes(mistakes) => mistakes.render(colour),
            other => other.to_string(),
        }
    }
}

impl From<Mistakes> for PackError {
    fn from(mistakes: Mistakes) -> Self {
        Self::Mistakes(mistakes)
    }
}

fn list(paths: &[PathBuf]) -> String {
    let quoted: Vec<String> =
        paths.iter().map(|path| format!("`{}`", shown(path.display()))).collect();
    quoted.join(", ")
}
