//! `assay.lock`: the digests of the plugins that rules were tested with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assay_files::{Access, Keep};
use assay_model::{Digest, shown};

use crate::diagnostic::{Mistake, Report};
use crate::error::PackError;
use crate::fields::{Fields, as_table};
use crate::name::check_name;
use crate::source::{Place, Source};
use crate::tree::parse;

/// Name of the lock file in the rules folder.
pub const LOCK_FILE: &str = "assay.lock";

/// How to accept a plugin; shared by several messages.
const ACCEPT: &str = "if you trust this component, `assay lock` accepts it (in a checkout, `cargo xtask plugins` builds all and locks them)";

/// Why a plugin does not match the lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The component's digest differs from the lock's.
    #[error(
        "plugin `{name}` is not the one that was locked: expected sha256:{locked} ({version}), found sha256:{found}\nhelp: {ACCEPT}", name = shown(name), version = shown(version))]
    Mismatch {
        /// Name of the component.
        name: String,
        /// Its version in the lock.
        version: String,
        /// Digest in the lock.
        locked: Digest,
        /// Digest of the component.
        found: Digest,
    },
    /// The lock does not contain the component.
    #[error("plugin `{name}` (sha256:{found}) is not in `{}`\nhelp: {ACCEPT}", shown(path.display()), name = shown(name))]
    Missing {
        /// Name of the component.
        name: String,
        /// Digest of the component.
        found: Digest,
        /// Path of the lock.
        path: PathBuf,
    },
}

/// The lock's entry for a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Version, for people.
    pub version: String,
    /// SHA-256 of the component's bytes.
    pub digest: Digest,
}

/// The plugins that rules were tested with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    path: PathBuf,
    plugins: BTreeMap<String, Locked>,
}

impl Lock {
    /// Creates an empty lock, to be written to `path`.
    pub fn empty(path: &Path) -> Self {
        Self { path: path.to_owned(), plugins: BTreeMap::new() }
    }

    /// Reads a lock. Fails if the file cannot be read, or with all of its mistakes, drawn.
    pub fn read(path: &Path) -> Result<Self, PackError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| PackError::Read { path: path.to_owned(), source })?;
        Self::parse(path, text)
    }

    /// Parses the text of a lock; `path` is used in messages. Fails with all mistakes.
    pub fn parse(path: &Path, text: String) -> Result<Self, PackError> {
        let report = Report::default();
        let source = Source::new(path, text);
        let table = parse(&source, &report);
        let lock = table.as_ref().map(|table| {
            let start = Place::start_of(&source);
            let mut fields = Fields::new(table, &start, "a lock", &report);
            fields.format();
            let plugins = fields.get("plugins").and_then(|node| as_table(node, "`plugins`", &report));
            fields.finish();
            let mut lock = Self::empty(path);
            for (name, entry) in plugins.iter().flat_map(|plugins| &plugins.entries) {
                check_name("plugins", (name, &entry.key), &report);
                let Some(mut fields) = Fields::of(&entry.node, "a locked plugin", &report) else { continue };
                let version = fields.need_text("version", "\"0.1.0\"");
                let digest = fields.need_text("digest", "\"sha256:…\"");
                fields.finish();
                let (Some((version, _)), Some((digest, place))) = (version, digest) else { continue };
                match digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok()) {
                    Some(digest) => lock.insert(name, version, digest),
                    None => report.add(
                        Mistake::new(place, "this is not a digest")
                            .help("write `sha256:` and 64 lower-case hexadecimal digits, as `assay lock` does"),
                    ),
                }
            }
            lock
        });
        Ok(report.conclude(lock)?)
    }

    /// Returns the digest used in locks: SHA-256, which every machine can compute.
    pub fn digest_of(component: &[u8]) -> Digest {
        assay_digest::sha256(component)
    }

    /// Locks a component, replacing any existing entry.
    pub fn insert(&mut self, name: &str, version: &str, digest: Digest) {
        self.plugins.insert(name.to_owned(), Locked { version: version.to_owned(), digest });
    }

    /// Returns the entries, ordered by name.
    pub fn plugins(&self) -> impl ExactSizeIterator<Item = (&str, &Locked)> {
        self.plugins.iter().map(|(name, locked)| (name.as_str(), locked))
    }

    /// Checks that a component is the one locked.
    pub fn verify(&self, name: &str, found: Digest) -> Result<(), LockError> {
        match self.plugins.get(name) {
            Some(locked) if locked.digest == found => Ok(()),
            Some(Locked { version, digest }) => Err(LockError::Mismatch {
                name: name.to_owned(),
                version: version.clone(),
                locked: *digest,
                found,
            }),
            None => {
                Err(LockError::Missing { name: name.to_owned(), found, path: self.path.clone() })
            }
        }
    }

    /// Returns the text of the lock, ordered by name, so that the same plugins always give the same file.
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# The plugins that these rules were tested with. A plugin whose digest differs is not run.\n# Written by `assay lock`.\n\nformat = 1\n",
        );
        for (name, Locked { version, digest }) in &self.plugins {
            let version = toml::Value::String(version.clone()).to_string();
            let digest = digest.to_string();
            // A bare key may not contain a dot.
            let key = if name.contains('.') { format!("\"{name}\"") } else { name.clone() };
            text.extend(["\n[plugins.", &key, "]\nversion = ", &version]);
            text.extend(["\ndigest = \"sha256:", &digest, "\"\n"]);
        }
        text
    }

    /// Writes the lock to its path, atomically, because a half-written lock would refuse every run. Fails if the file cannot be written.
    pub fn write(&self) -> Result<(), PackError> {
        let unwritable = |source| PackError::Write { path: self.path.clone(), source };
        let text = self.to_toml();
        assay_files::replace(&self.path, text.as_bytes(), Access::Usual, Keep::Durable)
            .map_err(unwritable)
    }
}
