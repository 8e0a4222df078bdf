//! What a plugin declares about itself, and what it is told about a run.

use std::fmt;

use crate::{Extras, Form, Rule, RuleClass};

/// A kind of rule from which settings make rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleKind {
    /// Its name in the settings.
    pub name: String,
    /// What must be true, according to a rule of this kind.
    pub title: String,
    /// JSON Schema of one rule's settings.
    pub settings_schema: String,
}

/// A plugin's description of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The rules it always has.
    pub rules: Vec<Rule>,
    /// The kinds from which settings make rules.
    pub kinds: Vec<RuleKind>,
    /// Licence, authors, SDK.
    pub extras: Extras,
}

/// The description of a run, which is the same for every batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunContext {
    /// The dataset, such as `library`.
    pub dataset: String,
    /// The kind of file, such as `loans`.
    pub kind: String,
    /// Partition keys and values, in the pack's order.
    pub partition: Vec<(String, String)>,
    /// The layout's name.
    pub layout: String,
    /// Canonical names of the layout's columns, in layout order.
    pub columns: Vec<String>,
    /// The plugin's settings as JSON.
    pub settings: String,
}

/// A setting that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// JSON pointer into the settings.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The valid choices.
    pub expected: Vec<String>,
}

/// On one line, for settings that are not in a file; for those in a file, the pack shows the place.
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

/// A column that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRequest {
    /// Canonical name.
    pub name: String,
    /// The form in which it is passed.
    pub form: Form,
    /// Whether the run needs the column to start.
    pub required: bool,
    /// Whether the plugin rewrites it.
    pub writes: bool,
}

/// What a plugin declared for one stage: its rules of one class, and the columns they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredStage {
    /// The class of all its rules.
    pub class: RuleClass,
    /// The columns that are passed, in this order.
    pub columns: Vec<ColumnRequest>,
    /// The rules.
    pub rules: Vec<Rule>,
}
