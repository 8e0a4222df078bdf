//! Why rules could not be used.

use std::path::PathBuf;

use assay_model::shown;

use crate::diagnostic::{Colour, Mistakes};

/// Why rules could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The rule files say something that cannot be; all mistakes, not the first one only.
    #[error("{0}")]
    Mistakes(Mistakes),
    /// A file or folder could not be read.
    #[error("cannot read `{}`", shown(path.display()))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write `{}`", shown(path.display()))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No folder with rules is where it could be.
    #[error(
        "no rules found; looked at {}\nhelp: name the folder with `--rules` or ASSAY_RULES",
        list(looked)
    )]
    RulesNotFound {
        /// Where they could have been.
        looked: Vec<PathBuf>,
    },
    /// The folder that was named holds no rules.
    #[error(
        "`{}` holds no rules\nhelp: name the folder that holds `assay.lock` and the datasets' folders, each with a `dataset.toml`",
        shown(path.display())
    )]
    NotRules {
        /// The folder.
        path: PathBuf,
    },
    /// A plugin's component is not where it could be.
    #[error(
        "plugin `{component}` not found; looked at {}\nhelp: in a checkout, `cargo xtask plugins` builds the plugins",
        list(looked), component = shown(component))]
    PluginNotFound {
        /// The component's file stem.
        component: String,
        /// Where it could have been.
        looked: Vec<PathBuf>,
    },
}

impl PackError {
    /// The message, with colours if wanted; without them it is the same as `Display`.
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
