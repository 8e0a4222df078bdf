//! The reader that `#[derive(Settings)]` uses: it reads field by field, so that all faults are found, not only the first.

use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::value::{escape, read};
use crate::ConfigFault;

/// A type of a plugin's settings: one with `#[derive(Settings)]`, or one that serde can read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the settings of a pack",
    label = "not readable",
    note = "write `#[derive(Settings)]` above the struct, or use a type that implements `serde::Deserialize`"
)]
pub trait ReadSettings: Sized {
    /// Reads the settings and reports every fault to the reader. `None` if there was a fault.
    fn read_settings(reader: &mut Reader<'_>) -> Option<Self>;

    /// The settings that may be set, for catalogues; empty if they are not known.
    fn infos() -> Vec<SettingInfo> {
        Vec::new()
    }
}

impl<T: DeserializeOwned> ReadSettings for T {
    fn read_settings(reader: &mut Reader<'_>) -> Option<Self> {
        match read(reader.value) {
            Ok(value) => Some(value),
            Err(fault) => {
                let path = format!("{}{}", reader.path, fault.path);
                reader.faults.push(ConfigFault { path, ..fault });
                None
            }
        }
    }
}

/// The settings of a plugin that has none: any key is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoSettings;

impl ReadSettings for NoSettings {
    fn read_settings(reader: &mut Reader<'_>) -> Option<Self> {
        reader.known(&[]).map(|()| Self)
    }
}

/// A description of one setting, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingInfo {
    /// The setting's key.
    pub key: &'static str,
    /// What the setting means: the documentation of the field.
    pub about: &'static str,
    /// Whether a pack must set it.
    pub required: bool,
    /// The value if the pack does not set it.
    pub default: Option<String>,
    /// The least value allowed.
    pub least: Option<String>,
    /// The greatest value allowed.
    pub most: Option<String>,
    /// The values allowed; empty if any value is.
    pub one_of: &'static [&'static str],
}

impl Display for SettingInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.about)?;
        let mut sign = if self.about.is_empty() { "" } else { " · " };
        let mut part = |text: String| {
            let written = write!(f, "{sign}{text}");
            sign = " · ";
            written
        };
        match (&self.least, &self.most) {
            (Some(least), Some(most)) => part(format!("{least} to {most}"))?,
            (Some(least), None) => part(format!("at least {least}"))?,
            (None, Some(most)) => part(format!("at most {most}"))?,
            (None, None) => {}
        }
        if !self.one_of.is_empty() {
            part(self.one_of.join(", "))?;
        }
        match &self.default {
            Some(default) => part(format!("default: {default}")),
            None if self.required => part("must be set".to_owned()),
            None => Ok(()),
        }
    }
}

/// Reads settings of any type, or returns all of their faults.
pub fn read_all<T: ReadSettings>(value: &Value) -> Result<T, Vec<ConfigFault>> {
    let mut faults = Vec::new();
    let found = T::read_settings(&mut Reader { value, path: String::new(), faults: &mut faults });
    match found.filter(|_| faults.is_empty()) {
        Some(settings) => Ok(settings),
        None => Err(faults),
    }
}

/// A value, its JSON pointer, and where its faults are collected.
#[derive(Debug)]
pub struct Reader<'r> {
    value: &'r Value,
    path: String,
    faults: &'r mut Vec<ConfigFault>,
}

impl Reader<'_> {
    /// Checks that the value is a table with only these keys; each other key is a fault. `None` if it is not a table.
    pub fn known(&mut self, keys: &[&str]) -> Option<()> {
        let Value::Object(table) = self.value else {
            let message = format!("expected a table of settings, found {}", shown(self.value));
            self.faults.push(ConfigFault {
                path: self.path.clone(),
                message,
                expected: Vec::new(),
            });
            return None;
        };
        for key in table.keys().filter(|key| !keys.contains(&key.as_str())) {
            let expected = keys.iter().map(ToString::to_string).collect();
            self.fault(key, format!("unknown key `{key}`"), expected);
        }
        Some(())
    }

    /// Reads a key, or takes the default if the key is missing; without a default, that is a fault.
    pub fn field<T: ReadSettings>(
        &mut self,
        key: &str,
        default: Option<impl FnOnce() -> T>,
    ) -> Option<T> {
        match (self.value.get(key), default) {
            (Some(value), _) => {
                let path = format!("{}/{}", self.path, escape(key));
                T::read_settings(&mut Reader { value, path, faults: self.faults })
            }
            (None, Some(default)) => Some(default()),
            (None, None) => {
                let message = format!("the key `{key}` is missing");
                let path = self.path.clone();
                self.faults.push(ConfigFault { path, message, expected: Vec::new() });
                None
            }
        }
    }

    /// Checks that a value lies in a range, both ends included. `None` and a fault if it does not.
    pub fn in_range<T: PartialOrd + Display>(
        &mut self,
        key: &str,
        value: Option<T>,
        least: Option<T>,
        most: Option<T>,
    ) -> Option<T> {
        let value = value?;
        let low = least.as_ref().is_some_and(|least| value < *least);
        let high = most.as_ref().is_some_and(|most| value > *most);
        if !low && !high {
            return Some(value);
        }
        let range = match (least, most) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => String::new(),
        };
        self.fault(key, format!("expected {range}, found {value}"), Vec::new());
        None
    }

    /// Checks that a text is one of a list. `None` and a fault if it is not.
    pub fn one_of<T: AsRef<str>>(
        &mut self,
        key: &str,
        value: Option<T>,
        words: &[&str],
    ) -> Option<T> {
        let value = value?;
        if words.contains(&value.as_ref()) {
            return Some(value);
        }
        let expected = words.iter().map(ToString::to_string).collect();
        self.fault(key, format!("unknown choice `{}`", value.as_ref()), expected);
        None
    }

    fn fault(&mut self, key: &str, message: String, expected: Vec<String>) {
        let path = format!("{}/{}", self.path, escape(key));
        self.faults.push(ConfigFault { path, message, expected });
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text `{text}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
    }
}
