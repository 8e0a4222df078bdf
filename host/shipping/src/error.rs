//! What keeps something from being shipped. Each text says what was found and what to do.

use std::path::PathBuf;

use assay_model::shown;
use assay_packs::{LockError, PackError};
use assay_signing::{KeyError, SignatureError};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShippingError {
    /// A file cannot be read or written.
    #[error("cannot {what} `{}`", shown(path.display()))]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The bytes are no component.
    #[error("`{name}` is not a component that can be stamped: {detail}", name = shown(name))]
    NoComponent {
        /// The plugin.
        name: String,
        /// What the parser said.
        detail: String,
    },
    /// What is to be stamped is not in the form that the field agreed on.
    #[error("the {what} `{found}` cannot be stamped: {detail}\nhelp: {help}", found = shown(found))]
    Stamp {
        /// Which one.
        what: &'static str,
        /// What it is.
        found: String,
        /// What is wrong.
        detail: String,
        /// What to write.
        help: &'static str,
    },
    /// A bundle that is not as it should be.
    #[error("`{}` is not a bundle that can be imported: {detail}\nhelp: nothing was changed; copy it again, or export it again", shown(path.display()), detail = shown(detail))]
    Bundle {
        /// The bundle.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// Nobody who is trusted vouches for it.
    #[error("{what} cannot be trusted: {reason}", what = shown(what))]
    Untrusted {
        /// What.
        what: String,
        /// Why not.
        reason: SignatureError,
    },
    /// A key that a pack trusts is none.
    #[error("`{}` trusts an invalid key: {reason}", shown(pack.display()))]
    TrustedKey {
        /// The pack.
        pack: PathBuf,
        /// What is wrong with it.
        reason: KeyError,
    },
    /// A file that does not belong to the rules.
    #[error("`{}` is not in the rules folder `{}`, so it has no place in a bundle\nhelp: move it there, or name another folder with `--rules`", shown(file.display()), shown(rules.display()))]
    Outside {
        /// The file.
        file: PathBuf,
        /// The rules folder.
        rules: PathBuf,
    },
    /// The folder cannot be changed in one step.
    #[error("cannot replace `{}` in one step: {reason}\nhelp: nothing was changed; some file systems cannot swap folders: import into a new folder, then move it there", shown(path.display()))]
    Exchange {
        /// The rules folder.
        path: PathBuf,
        /// The system's word.
        reason: std::io::Error,
    },
    /// Rules cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A plugin is not the one that was pinned.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl ShippingError {
    pub(crate) fn file(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}
