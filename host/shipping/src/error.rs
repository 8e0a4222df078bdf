//! Errors of shipping. Each text says what was found and what to do.

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
        /// The attempted operation.
        what: &'static str,
        /// Path of the file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The bytes are not a component.
    #[error("`{name}` is not a component that can be stamped: {detail}", name = shown(name))]
    NoComponent {
        /// Name of the plugin.
        name: String,
        /// The parser's message.
        detail: String,
    },
    /// A value to be stamped is not in the agreed form.
    #[error("the {what} `{found}` cannot be stamped: {detail}\nhelp: {help}", found = shown(found))]
    Stamp {
        /// Name of the stamp.
        what: &'static str,
        /// The value.
        found: String,
        /// What is wrong.
        detail: String,
        /// The form to use.
        help: &'static str,
    },
    /// The bundle is not valid.
    #[error("`{}` is not a bundle that can be imported: {detail}\nhelp: nothing was changed; copy it again, or export it again", shown(path.display()), detail = shown(detail))]
    Bundle {
        /// Path of the bundle.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// No trusted key has signed it.
    #[error("{what} cannot be trusted: {reason}", what = shown(what))]
    Untrusted {
        /// The thing that needs a signature.
        what: String,
        /// Why its signature is not accepted.
        reason: SignatureError,
    },
    /// A key that a pack trusts is not a valid key.
    #[error("`{}` trusts an invalid key: {reason}", shown(pack.display()))]
    TrustedKey {
        /// Path of the pack.
        pack: PathBuf,
        /// What is wrong with it.
        reason: KeyError,
    },
    /// A file outside of the rules folder.
    #[error("`{}` is not in the rules folder `{}`, so it has no place in a bundle\nhelp: move it there, or name another folder with `--rules`", shown(file.display()), shown(rules.display()))]
    Outside {
        /// Path of the file.
        file: PathBuf,
        /// The rules folder.
        rules: PathBuf,
    },
    /// The folder cannot be replaced atomically.
    #[error("cannot replace `{}` in one step: {reason}\nhelp: nothing was changed; some file systems cannot swap folders: import into a new folder, then move it there", shown(path.display()))]
    Exchange {
        /// The rules folder.
        path: PathBuf,
        /// The system's error.
        reason: std::io::Error,
    },
    /// The rules cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A plugin is not the pinned one.
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
