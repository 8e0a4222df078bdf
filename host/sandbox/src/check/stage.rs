//! What verdicts are checked against: the stage's plan, indexed by rule code.

use std::collections::HashMap;

use assay_model::{DeclaredStage, RuleClass};

use crate::breach::Breach;

/// A planned stage, indexed for lookups.
#[derive(Debug)]
pub(crate) struct StageIndex {
    pub(crate) class: RuleClass,
    /// By code: the rule's index in the plan, and whether the host judges it.
    rules: HashMap<u16, (usize, bool)>,
    /// For each column, whether it may be rewritten.
    writes: Vec<bool>,
}

impl StageIndex {
    /// Indexes a plan that was already checked.
    pub(crate) fn new(declared: &DeclaredStage) -> Self {
        let rules = declared.rules.iter().enumerate();
        Self {
            class: declared.class,
            rules: rules
                .map(|(place, rule)| (rule.code, (place, rule.host_check.is_some())))
                .collect(),
            writes: declared.columns.iter().map(|column| column.writes).collect(),
        }
    }

    /// Number of columns passed to the plugin.
    pub(crate) fn columns(&self) -> usize {
        self.writes.len()
    }

    /// Number of rules.
    pub(super) fn rules(&self) -> usize {
        self.rules.len()
    }

    /// The rule's index in the plan; codes that are not in the plan come last.
    pub(crate) fn place(&self, code: u16) -> usize {
        self.rules.get(&code).map_or(usize::MAX, |&(place, _)| place)
    }

    /// Whether a column may be rewritten; `None` if the column does not exist.
    pub(super) fn writes(&self, column: u16) -> Option<bool> {
        self.writes.get(usize::from(column)).copied()
    }

    /// Checks that the plugin itself may report on the rule.
    pub(super) fn reported(&self, what: &'static str, rule: u16) -> Result<(), Breach> {
        match self.rules.get(&rule) {
            None => Err(Breach::UnknownRule { what, rule }),
            Some((_, true)) => Err(Breach::HostChecked { what, rule }),
            Some((_, false)) => Ok(()),
        }
    }
}
