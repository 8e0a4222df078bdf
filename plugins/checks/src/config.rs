//! Reads settings, collecting every fault with its JSON pointer. Remembers which keys were read, so that any other key is
//! reported as unknown.

use std::cell::RefCell;

use assay_sdk::settings::escape;
use assay_sdk::{ConfigFault, Run, Value, parse};

use crate::nearest::nearest;

/// One JSON object of the settings.
pub(crate) struct Config<'v> {
    path: String,
    entries: Vec<(&'v str, &'v Value)>,
    asked: RefCell<Vec<&'static str>>,
    faults: &'v RefCell<Vec<ConfigFault>>,
}

impl<'v> Config<'v> {
    /// The object at `path`; if the value is not an object, reports a fault and returns `None`.
    pub(crate) fn new(
        path: String,
        value: &'v Value,
        faults: &'v RefCell<Vec<ConfigFault>>,
    ) -> Option<Self> {
        let Value::Object(map) = value else {
            report(faults, path, format!("expected a table, found {}", kind_of(value)), &[]);
            return None;
        };
        let entries = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
        Some(Self { path, entries, asked: RefCell::default(), faults })
    }

    /// All entries, in order.
    pub(crate) fn entries(&self) -> &[(&'v str, &'v Value)] {
        &self.entries
    }

    /// The pointer to one of its keys.
    pub(crate) fn pointer(&self, key: &str) -> String {
        format!("{}/{}", self.path, escape(key))
    }

    /// Where faults are collected.
    pub(crate) fn faults(&self) -> &'v RefCell<Vec<ConfigFault>> {
        self.faults
    }

    /// Reports a fault at one of its keys.
    pub(crate) fn fault(&self, key: &str, message: impl Into<String>, expected: &[&str]) {
        report(self.faults, self.pointer(key), message.into(), expected);
    }

    /// The value of a key, if the key is present.
    pub(crate) fn value(&self, key: &'static str) -> Option<&'v Value> {
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|(held, _)| *held == key).map(|&(_, value)| value)
    }

    /// Reads a required key with `read`; if the key is missing, reports a fault.
    pub(crate) fn needed<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        if !self.entries.iter().any(|(held, _)| *held == key) {
            self.asked.borrow_mut().push(key);
            report(self.faults, self.path.clone(), format!("the key `{key}` is missing"), &[]);
            return None;
        }
        read(self, key)
    }

    /// Reads a text.
    pub(crate) fn text(&self, key: &'static str) -> Option<&'v str> {
        match self.value(key)? {
            Value::String(text) => Some(text),
            other => self.wrong(key, "a text", other),
        }
    }

    /// Reads `true` or `false`.
    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        match self.value(key)? {
            Value::Bool(flag) => Some(*flag),
            other => self.wrong(key, "true or false", other),
        }
    }

    /// Reads a whole number.
    pub(crate) fn integer(&self, key: &'static str) -> Option<i64> {
        let value = self.value(key)?;
        value.as_i64().or_else(|| self.wrong(key, "a whole number", value))
    }

    /// Reads a count: a whole number that is not negative.
    pub(crate) fn count(&self, key: &'static str) -> Option<usize> {
        let value = self.value(key)?;
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        count.or_else(|| self.wrong(key, "a whole number from 0", value))
    }

    /// Reads a decimal, written as a number or as text such as `"0.01"`, as that number times ten to the power of `scale`.
    pub(crate) fn decimal(&self, key: &'static str, scale: u16) -> Option<i64> {
        let value = self.value(key)?;
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            other => return self.wrong(key, "a decimal", other),
        };
        // A float that is a whole number prints as `1.0`, whatever the scale.
        let plain = text.strip_suffix(".0").filter(|_| value.is_f64()).unwrap_or(&text);
        parse::decimal(plain.as_bytes(), scale).or_else(|| {
            self.fault(
                key,
                format!("`{text}` is not a decimal with at most {scale} digits after the point"),
                &[],
            );
            None
        })
    }

    /// Reads a date written `YYYY-MM-DD`, as days since 1970-01-01.
    pub(crate) fn date(&self, key: &'static str) -> Option<i32> {
        let text = self.text(key)?;
        parse::date(text.as_bytes(), "%Y-%m-%d").or_else(|| {
            self.fault(
                key,
                format!("`{text}` is not a date; expected one such as `2023-05-01`"),
                &[],
            );
            None
        })
    }

    /// Reads a list of at least one text.
    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<&'v str>> {
        let value = self.value(key)?;
        let Value::Array(items) = value else { return self.wrong(key, "a list of texts", value) };
        if items.is_empty() {
            self.fault(key, "expected at least one text, found an empty list", &[]);
            return None;
        }
        let text = |(index, item): (usize, &'v Value)| match item {
            Value::String(text) => Some(text.as_str()),
            other => {
                let path = format!("{}/{index}", self.pointer(key));
                report(
                    self.faults,
                    path,
                    format!("expected a text, found {}", kind_of(other)),
                    &[],
                );
                None
            }
        };
        items.iter().enumerate().map(text).collect()
    }

    /// Reads one of the words, as the value that belongs to it.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let word = self.text(key)?;
        let found = words.iter().find(|(held, _)| *held == word);
        if found.is_none() {
            let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
            self.fault(key, format!("unknown choice `{word}`"), &names);
        }
        found.map(|&(_, value)| value)
    }

    /// Reads the name of a column. The run's layout must have it, unless `absent` says that a layout may lack it.
    pub(crate) fn column(&self, key: &'static str, run: &Run, absent: Absent) -> Option<&'v str> {
        let name = self.text(key)?;
        self.known(self.pointer(key), name, run, absent)
    }

    /// Reads a list of at least one column name.
    pub(crate) fn columns(
        &self,
        key: &'static str,
        run: &Run,
        absent: Absent,
    ) -> Option<Vec<&'v str>> {
        let names = self.texts(key)?;
        let known =
            |(index, name)| self.known(format!("{}/{index}", self.pointer(key)), name, run, absent);
        // Collected first, so that every unknown name is reported.
        let names: Vec<Option<&str>> = names.into_iter().enumerate().map(known).collect();
        names.into_iter().collect()
    }

    fn known(&self, path: String, name: &'v str, run: &Run, absent: Absent) -> Option<&'v str> {
        if absent == Absent::Skip || run.has_column(name) {
            return Some(name);
        }
        let message = format!(
            "the layout `{}` has no column `{name}`; if other layouts have it, set `absent = \"skip\"`",
            run.layout
        );
        report(self.faults, path, message, &nearest(name, &run.columns));
        None
    }

    /// Reports the keys that were not read.
    pub(crate) fn end(self) {
        let mut known = self.asked.into_inner();
        known.sort_unstable();
        known.dedup();
        for (key, _) in &self.entries {
            if !known.contains(key) {
                let path = format!("{}/{}", self.path, escape(key));
                report(self.faults, path, format!("unknown key `{key}`"), &known);
            }
        }
    }

    fn wrong<T>(&self, key: &str, expected: &str, found: &Value) -> Option<T> {
        self.fault(key, format!("expected {expected}, found {}", kind_of(found)), &[]);
        None
    }
}

/// Whether a column may be absent from the run's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It must be present, so that a mistyped name is found before the run.
    Fault,
    /// It may be absent, because not all layouts of the pack have it; the rule then skips.
    Skip,
}

fn report(faults: &RefCell<Vec<ConfigFault>>, path: String, message: String, expected: &[&str]) {
    let expected = expected.iter().map(ToString::to_string).collect();
    faults.borrow_mut().push(ConfigFault { path, message, expected });
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}
