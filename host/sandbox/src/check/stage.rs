//! What verdicts are held against: the stage's plan, looked up by code.

use std::collections::HashMap;

use assay_model::{DeclaredStage, RuleClass};

use crate::breach::Breach;

/// A planned stage, ready for looking up.
#[derive(Debug)]
pub(crate) struct StageIndex {
    pub(crate) class: RuleClass,
    /// By code: the rule's place in the plan, and whether the host judges it.
    rules: HashMap<u16, (usize, bool)>,
    /// For each column whether it may be rewritten.
    writes: Vec<bool>,
}

impl StageIndex {
    /// Prepares what was checked.
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

    /// How many columns cross.
    pub(crate) fn columns(&self) -> usize {
        self.writes.len()
    }

    /// How many rules there are.
    pub(super) fn rules(&self) -> usize {
        self.rules.len()
    }

    /// The rule's place in the plan; codes that are not in it come last.
    pub(crate) fn place(&self, code: u16) -> usize {
        self.rules.get(&code).map_or(usize::MAX, |&(place, _)| place)
    }

    /// Whether a column may be rewritten; `None` if there is no such column.
    pub(super) fn writes(&self, column: u16) -> Option<bool> {
        self.writes.get(usize::from(column)).copied()
    }

    /// A rule that the plugin itself may report.
    pub(super) fn reported(&self, what: &'static str, rule: u16) -> Result<(), Breach> {
        match self.rules.get(&rule) {
            None => Err(Breach::UnknownRule { what, rule }),
            Some((_, true)) => Err(Breach::HostChecked { what, rule }),
            Some((_, false)) => Ok(()),
        }
    }
}
