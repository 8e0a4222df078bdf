//! The plan of a run, resolved once: its rules, the columns to build, and the order of plugin calls.

use std::sync::Arc;

use assay_model::{
    Cells, Column, DeclaredStage, Form, HostCheck, Level, RuleClass, RuleCode, RunContext,
};
use assay_packs::Expected;
use assay_sandbox::Component;
use assay_sinks::ColumnSpec;

use crate::message::Template;
use crate::request::Purpose;

/// Everything needed to judge a slab.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) purpose: Purpose,
    /// Canonical names of the layout's columns: findings and files use these, whatever the header says.
    pub(crate) names: Vec<String>,
    /// All rules of the run: the host's own first, then those of the plugins in execution order.
    pub(crate) rules: Vec<RunRule>,
    /// Indexes of the host's own rules.
    pub(crate) host: HostRules,
    /// The columns to build, one for each requested form. Text slots precede typed ones.
    pub(crate) slots: Vec<Slot>,
    /// The text slot of each column of the layout.
    pub(crate) text_slots: Vec<Option<usize>>,
    /// Calls into plugins, in execution order.
    pub(crate) stages: Vec<PlannedStage>,
    /// Uniqueness checks that rules request from the host.
    pub(crate) unique: Vec<Unique>,
    /// Columns to which the pack gives a type, each with the host rule that checks that it parses.
    pub(crate) typed: Vec<Typed>,
    /// Columns that determine the partition, each with the value its cells must have.
    pub(crate) told: Vec<Told>,
    /// Columns whose sums are conserved, as slots of decimals.
    pub(crate) amounts: Vec<Amount>,
    /// The columns of the Parquet file: those of the kind, independent of the layout.
    pub(crate) outputs: Vec<Output>,
}

impl Plan {
    /// The slot of a column's text, if it is built.
    pub(crate) fn text_slot(&self, column: usize) -> Option<usize> {
        self.text_slots[column]
    }

    /// Indexes of the stages of a class, in execution order.
    pub(crate) fn stages_of(&self, class: RuleClass) -> impl Iterator<Item = usize> + use<'_> {
        (0..self.stages.len()).filter(move |&index| self.stages[index].class() == class)
    }
}

/// A rule with its level.
#[derive(Debug)]
pub(crate) struct RunRule {
    pub(crate) code: RuleCode,
    /// The owner of the rule: a plugin's name, or `assay`.
    pub(crate) owner: String,
    pub(crate) class: RuleClass,
    pub(crate) level: Level,
    pub(crate) title: String,
    pub(crate) message: Template,
    /// Layout columns it reads.
    pub(crate) columns: Vec<usize>,
    /// What the rule applies to.
    pub(crate) scope: Scope,
}

/// What a rule applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every record: structural faults and the like.
    EveryRecord,
    /// Records without a structural fault.
    SoundRecords,
    /// Sound records with a key; judged by the first pass.
    Keys,
    /// The file as a whole.
    File,
}

/// Indexes of the host's own rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostRules {
    pub(crate) ragged: usize,
    pub(crate) quote: usize,
    pub(crate) encoding: usize,
    pub(crate) undecodable: usize,
    pub(crate) nul: usize,
    pub(crate) repeated_header: usize,
    pub(crate) byte_order_mark: usize,
    pub(crate) debris: usize,
    pub(crate) truncated: usize,
    pub(crate) field_too_long: usize,
    pub(crate) record_too_long: usize,
    pub(crate) integer: usize,
    pub(crate) decimal: usize,
    pub(crate) date: usize,
    pub(crate) file_name: usize,
    pub(crate) final_newline: usize,
    pub(crate) lone_carriage_return: usize,
    pub(crate) no_records: usize,
    pub(crate) partition: usize,
    pub(crate) poison: usize,
}

/// A column in a particular form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Index of the layout's column; `None` if the layout lacks it.
    pub(crate) column: Option<usize>,
    pub(crate) form: Form,
}

/// One plugin in one stage.
#[derive(Debug)]
pub(crate) struct PlannedStage {
    pub(crate) component: Component,
    pub(crate) context: Arc<RunContext>,
    pub(crate) declared: DeclaredStage,
    /// The slot of each declared column.
    pub(crate) slots: Vec<usize>,
    /// Maps the plugin's rule codes to the run's rules, sorted by code.
    pub(crate) codes: Vec<(u16, usize)>,
    /// Whether any of its rules can hit: a stage is not called if each of its rules is off or evaluated by the host.
    pub(crate) called: bool,
}

impl PlannedStage {
    /// The run's rule for a code of the plugin. The sandbox has checked that it exists.
    pub(crate) fn rule(&self, code: u16) -> usize {
        let at = self.codes.binary_search_by_key(&code, |(code, _)| *code);
        self.codes[at.expect("verdicts name only rules of the plan")].1
    }

    /// The class of the stage.
    pub(crate) fn class(&self) -> RuleClass {
        self.declared.class
    }

    /// The layout column of one of the declared columns.
    pub(crate) fn column(&self, index: u16, slots: &[Slot]) -> Option<usize> {
        slots[self.slots[usize::from(index)]].column
    }
}

/// A uniqueness rule.
#[derive(Debug)]
pub(crate) struct Unique {
    pub(crate) rule: usize,
    pub(crate) check: HostCheck,
    /// Layout columns of the key; empty: the whole record.
    pub(crate) columns: Vec<usize>,
}

/// A column with a type.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) column: usize,
    pub(crate) slot: usize,
    /// Index of the host rule that checks that it parses.
    pub(crate) rule: usize,
    /// Maximum magnitude of the unscaled value, where the pack limits digits.
    pub(crate) limit: Option<u64>,
}

/// A published column.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) spec: ColumnSpec,
    pub(crate) origin: Origin,
}

/// The source of a published column's cells.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A column of the layout, in this slot.
    Slot(usize),
    /// The layout lacks the column, and states the value that all records have.
    Constant(Constant),
    /// The layout lacks the column: its cells are null.
    Nowhere,
}

/// The cell that all records have.
#[derive(Debug, Clone)]
pub(crate) enum Constant {
    Text(Vec<u8>),
    Integer(i64),
    Decimal { scale: u8, unscaled: i64 },
    Date(i32),
}

impl Constant {
    /// A column of `records` such cells.
    pub(crate) fn column(&self, records: usize) -> Column {
        let cells = match self {
            Self::Text(cell) => Cells::Constant(cell.clone()),
            Self::Integer(value) => Cells::Integer(vec![*value; records]),
            Self::Decimal { scale, unscaled } => {
                Cells::Decimal { scale: *scale, unscaled: vec![*unscaled; records] }
            }
            Self::Date(days) => Cells::Date(vec![*days; records]),
        };
        Column { cells, valid: None, malformed: None }
    }
}

/// A column that determines a key of the partition.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) column: usize,
    /// The slot of its type, or of its text if it has no type.
    pub(crate) slot: usize,
    pub(crate) key: String,
    /// The partition value that the file is published under.
    pub(crate) value: String,
    pub(crate) expected: Expected,
}

/// A conserved column.
#[derive(Debug)]
pub(crate) struct Amount {
    pub(crate) column: usize,
    pub(crate) slot: usize,
    pub(crate) scale: u8,
}
