//! What a plugin is run with: a piece of a pack, as in `toml` blocks of pages and in `settings.toml` of cases.

use serde_json::{Map, Value};

/// A piece of a pack: the run's context and the plugin's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setup {
    /// Name of the dataset.
    pub dataset: String,
    /// The kind of file.
    pub kind: String,
    /// Name of the layout; if `None`, the columns of the table are all there are.
    pub layout: Option<String>,
    /// Partition keys and values.
    pub partition: Vec<(String, String)>,
    /// Settings of the plugin.
    pub settings: Map<String, Value>,
}

/// An error in a piece of a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SetupFault {
    /// Line of the error, counting from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The keys that a piece of a pack may contain.
const KEYS: [&str; 5] = ["dataset", "kind", "layout", "partition", "plugins"];

impl Setup {
    /// Reads a piece of a pack for a plugin on top of `base`: what it omits stays, but settings are replaced as a whole. Fails if it is not
    /// valid TOML or contains something else.
    pub fn read(text: &str, plugin: &str, base: &Self) -> Result<Self, SetupFault> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| SetupFault {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            message: format!("it is not valid TOML: {}", error.message()),
        })?;
        let mut setup = base.clone();
        for (key, value) in table {
            let fault = |message: String| SetupFault { line: line_of_key(text, &key), message };
            match (key.as_str(), value) {
                ("dataset", toml::Value::String(name)) => setup.dataset = name,
                ("kind", toml::Value::String(name)) => setup.kind = name,
                ("layout", toml::Value::String(name)) => setup.layout = Some(name),
                ("partition", toml::Value::Table(keys)) => {
                    for (name, value) in keys {
                        let toml::Value::String(value) = value else {
                            return Err(fault(format!(
                                "the partition key `{name}` is not text; write `{name} = \"{value}\"`"
                            )));
                        };
                        setup.partition.retain(|(held, _)| *held != name);
                        setup.partition.push((name, value));
                    }
                }
                ("plugins", toml::Value::Table(plugins)) => {
                    for (name, used) in plugins {
                        if name != plugin {
                            return Err(fault(format!(
                                "found settings of the plugin `{name}`, expected those of `{plugin}`, which is tested here"
                            )));
                        }
                        setup.settings = settings(used, plugin).map_err(fault)?;
                    }
                }
                (known, value) if KEYS.contains(&known) => {
                    let expected =
                        if matches!(known, "partition" | "plugins") { "table" } else { "text" };
                    return Err(fault(format!(
                        "`{known}` is {}; expected a {expected}",
                        value.type_str()
                    )));
                }
                (unknown, _) => {
                    return Err(fault(format!(
                        "unknown key `{unknown}`; a piece of a pack has `{}`, such as `[plugins.{plugin}.settings]`",
                        KEYS.join("`, `")
                    )));
                }
            }
        }
        Ok(setup)
    }

    /// Returns the settings as the JSON that the contract requires.
    pub fn settings_json(&self) -> String {
        Value::Object(self.settings.clone()).to_string()
    }

    /// Returns the setup as a piece of a pack; [`Self::read`] reads it back.
    pub fn to_toml(&self, plugin: &str) -> String {
        let mut table = toml::Table::new();
        for (key, value) in [("dataset", &self.dataset), ("kind", &self.kind)] {
            if !value.is_empty() {
                table.insert(key.to_owned(), value.clone().into());
            }
        }
        if let Some(layout) = &self.layout {
            table.insert("layout".to_owned(), layout.clone().into());
        }
        if !self.partition.is_empty() {
            let keys =
                self.partition.iter().map(|(key, value)| (key.clone(), value.clone().into()));
            table.insert("partition".to_owned(), toml::Value::Table(keys.collect()));
        }
        if !self.settings.is_empty()
            && let Ok(settings) = toml::Value::try_from(&self.settings)
        {
            let used = toml::Table::from_iter([("settings".to_owned(), settings)]);
            let plugins = toml::Table::from_iter([(plugin.to_owned(), toml::Value::Table(used))]);
            table.insert("plugins".to_owned(), toml::Value::Table(plugins));
        }
        toml::to_string(&table).unwrap_or_default()
    }
}

fn settings(used: toml::Value, plugin: &str) -> Result<Map<String, Value>, String> {
    let toml::Value::Table(mut used) = used else {
        return Err(format!(
            "`plugins.{plugin}` is not a table; expected `[plugins.{plugin}.settings]`"
        ));
    };
    used.remove("why");
    let settings = used.remove("settings");
    if let Some((key, _)) = used.iter().next() {
        return Err(format!("unknown key `plugins.{plugin}.{key}`; expected `settings`"));
    }
    let mut settings = settings.unwrap_or_else(|| toml::Value::Table(toml::Table::new()));
    drop_why(&mut settings);
    match serde_json::to_value(&settings) {
        Ok(Value::Object(settings)) => Ok(settings),
        Ok(_) => Err(format!("`plugins.{plugin}.settings` is not a table")),
        Err(error) => Err(format!("`plugins.{plugin}.settings` has no form in JSON: {error}")),
    }
}

/// Removes reasons, which are for people and which no plugin sees, as in a pack.
fn drop_why(value: &mut toml::Value) {
    if let toml::Value::Table(table) = value {
        table.remove("why");
        table.iter_mut().for_each(|(_, value)| drop_why(value));
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

/// Returns the first line that begins with a key or its table, or line 1 if none does.
fn line_of_key(text: &str, key: &str) -> usize {
    let begins = |line: &str| line.trim_start_matches('[').trim_start().starts_with(key);
    text.lines().position(begins).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_a_pack_is_read_over_another() {
        let base = Setup {
            partition: vec![("year".to_owned(), "2023".to_owned())],
            settings: Map::from_iter([("most".to_owned(), 1.into())]),
            ..Setup::default()
        };
        let check = |text: &str, year: &str, settings: &str| {
            let setup = Setup::read(text, "mine", &base).expect("it is one");
            assert_eq!(setup.partition, [("year".to_owned(), year.to_owned())]);
            assert_eq!(setup.settings_json(), settings);
            let again = Setup::read(&setup.to_toml("mine"), "mine", &Setup::default());
            assert_eq!(again.as_ref(), Ok(&setup));
        };
        check("", "2023", r#"{"most":1}"#);
        check("[partition]\nyear = \"2024\"", "2024", r#"{"most":1}"#);
        check("[plugins.mine.settings]\nleast = [1, 2]", "2023", r#"{"least":[1,2]}"#);
        check(
            "[plugins.mine.settings.rules.a]\ncheck = \"x\"\nwhy = \"because\"",
            "2023",
            r#"{"rules":{"a":{"check":"x"}}}"#,
        );
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let check = |text: &str, expected: &str| {
            let fault = Setup::read(text, "mine", &Setup::default()).expect_err("it is wrong");
            assert_eq!(format!("{}: {fault}", fault.line), expected);
        };
        check(
            "kind = \"a\"\nlevel = 1",
            "2: unknown key `level`; a piece of a pack has `dataset`, `kind`, `layout`, `partition`, `plugins`, such as \
             `[plugins.mine.settings]`",
        );
        check("kind = 1", "1: `kind` is integer; expected a text");
        check(
            "\n[partition]\nyear = 2023",
            "2: the partition key `year` is not text; write `year = \"2023\"`",
        );
        check(
            "[plugins.other.settings]",
            "1: found settings of the plugin `other`, expected those of `mine`, which is tested here",
        );
        check(
            "[plugins.mine]\nsetting = 1",
            "1: unknown key `plugins.mine.setting`; expected `settings`",
        );
        check(
            "a = ",
            "1: it is not valid TOML: string values must be quoted, expected literal string",
        );
    }
}
