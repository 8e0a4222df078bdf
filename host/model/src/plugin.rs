//! What a plugin says of itself, and what it is told of a run.

use std::fmt;

use crate::{Extras, Form, Rule, RuleClass};

/// A kind of rule that settings make rules of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleKind {
    /// What settings call it.
    pub name: String,
    /// What a rule of the kind says must be true.
    pub title: String,
    /// JSON Schema of one rule's settings.
    pub settings_schema: String,
}

/// What a plugin is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The rules it always has.
    pub rules: Vec<Rule>,
    /// The kinds that settings make rules of.
    pub kinds: Vec<RuleKind>,
    /// Licence, authors, SDK.
    pub extras: Extras,
}

/// What a run is about, the same for every batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunContext {
    /// The dataset, such as `library`.
    pub dataset: String,
    /// The kind of file, such as `loans`.
    pub kind: String,
    /// Partition keys and values in the pack's order.
    pub partition: Vec<(String, String)>,
    /// The layout's name.
    pub layout: String,
    /// Canonical names of the layout's columns, in order.
    pub columns: Vec<String>,
    /// The plugin's settings as JSON.
    pub settings: String,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// JSON pointer into the settings.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The choices that exist.
    pub expected: Vec<String>,
}

/// On one line, for settings that stand in no file; of those that do, a pack draws where.
impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "settings" } else { &self.path };
        write!(f, "{path}: {}", self.message)?;
        match self.expected.as_slice() {
            [] => Ok(()),
            [choice] => write!(f, "; expected `{choice}`"),
            choices => write!(f, "; expected one of `{}`", choices.join("`, `")),
        }
    }
}

/// A column a plugin wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRequest {
    /// Canonical name.
    pub name: String,
    /// How it is to cross.
    pub form: Form,
    /// Without the column the run cannot start.
    pub required: bool,
    /// The plugin rewrites it.
    pub writes: bool,
}

/// What a plugin declared of one stage: its rules of one class, and the columns they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredStage {
    /// The class of all its rules.
    pub class: RuleClass,
    /// The columns that cross, in this order.
    pub columns: Vec<ColumnRequest>,
    /// The rules.
    pub rules: Vec<Rule>,
}
