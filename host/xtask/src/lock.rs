//! `rules/assay.lock`: pins the plugins that the packs run, by content. `host/packs` reads it and refuses a plugin that
//! differs.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};

/// The only format so far.
const FORMAT: i64 = 1;

/// The same text as `assay lock` writes (`host/packs/src/lock.rs`), so that the file does not depend on which program
/// wrote it.
const HEAD: &str = "\
# The plugins that these rules were tested with. A plugin whose digest differs is not run.
# Written by `assay lock`.

";

/// The pin of one plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// The plugin's own version, for people.
    pub(crate) version: String,
    /// `sha256:` and the hexadecimal digest of the component's bytes.
    pub(crate) digest: String,
}

/// All pins, by the plugin's name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lock {
    /// Sorted by name, as they are written.
    pub(crate) pins: BTreeMap<String, Pin>,
}

impl Lock {
    /// Parses a lock file.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse().context("the lock is not TOML")?;
        match table.get("format").and_then(toml::Value::as_integer) {
            Some(FORMAT) => {}
            Some(other) => bail!("the lock has format {other}; this checkout writes {FORMAT}"),
            None => bail!("the lock does not say `format = {FORMAT}`"),
        }
        let mut pins = BTreeMap::new();
        let plugins = table.get("plugins").and_then(toml::Value::as_table);
        for (name, pin) in plugins.into_iter().flatten() {
            let field = |key: &str| {
                let value = pin.get(key).and_then(toml::Value::as_str);
                value.map(str::to_owned).with_context(|| format!("plugin `{name}` has no `{key}`"))
            };
            pins.insert(name.clone(), Pin { version: field("version")?, digest: field("digest")? });
        }
        Ok(Self { pins })
    }

    /// The file's text: one table per plugin, sorted by name.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("{HEAD}format = {FORMAT}\n");
        for (name, Pin { version, digest }) in &self.pins {
            write!(text, "\n[plugins.{name}]\nversion = \"{version}\"\ndigest = \"{digest}\"\n")
                .expect("writing to a string cannot fail");
        }
        text
    }

    /// The differences between this lock and `built`, one line each.
    pub(crate) fn differences(&self, built: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, new) in &built.pins {
            match self.pins.get(name) {
                None => lines.push(format!(
                    "`{name}` is not in the lock; built: {} {}",
                    new.version, new.digest
                )),
                Some(old) if old != new => lines.push(format!(
                    "`{name}` differs\n    locked: {} {}\n    built:  {} {}",
                    old.version, old.digest, new.version, new.digest
                )),
                Some(_) => {}
            }
        }
        for name in self.pins.keys().filter(|name| !built.pins.contains_key(*name)) {
            lines.push(format!("`{name}` is in the lock, and no crate under `plugins/` builds it"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(pins: &[(&str, &str, &str)]) -> Lock {
        let pin = |&(name, version, digest): &(&str, &str, &str)| {
            (name.to_owned(), Pin { version: version.to_owned(), digest: digest.to_owned() })
        };
        Lock { pins: pins.iter().map(pin).collect() }
    }

    #[test]
    fn a_lock_reads_back_as_it_was_written() {
        let check = |pins| assert_eq!(Lock::parse(&lock(pins).to_text()).unwrap(), lock(pins));
        check(&[]);
        check(&[("checks", "0.1.0", "sha256:aa")]);
        check(&[("open-payments", "1.0.0-rc.1", "sha256:bb"), ("checks", "0.1.0", "sha256:aa")]);
    }

    #[test]
    fn plugins_are_written_by_name() {
        let text = lock(&[("b", "1.0.0", "sha256:22"), ("a", "0.1.0", "sha256:11")]).to_text();
        let body = text.strip_prefix(HEAD).unwrap();
        let expected = "format = 1\n\n[plugins.a]\nversion = \"0.1.0\"\ndigest = \"sha256:11\"\n\
                        \n[plugins.b]\nversion = \"1.0.0\"\ndigest = \"sha256:22\"\n";
        assert_eq!(body, expected);
    }

    #[test]
    fn differences_name_both_digests() {
        let check = |old, new, expected: &[&str]| {
            assert_eq!(lock(old).differences(&lock(new)), expected);
        };
        check(&[("a", "1", "sha256:11")], &[("a", "1", "sha256:11")], &[]);
        check(
            &[("a", "1", "sha256:11")],
            &[("a", "1", "sha256:22")],
            &["`a` differs\n    locked: 1 sha256:11\n    built:  1 sha256:22"],
        );
        check(
            &[("gone", "1", "sha256:11")],
            &[("new", "2", "sha256:22")],
            &[
                "`new` is not in the lock; built: 2 sha256:22",
                "`gone` is in the lock, and no crate under `plugins/` builds it",
            ],
        );
    }

    #[test]
    fn what_is_not_a_lock_is_refused() {
        let check = |text, expected: &str| {
            let error = Lock::parse(text).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check("format = ", "the lock is not TOML");
        check("", "the lock does not say `format = 1`");
        check("format = 2", "the lock has format 2; this checkout writes 1");
        check("format = 1\n[plugins.a]\nversion = \"1\"", "plugin `a` has no `digest`");
    }
}
