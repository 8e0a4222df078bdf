//! Where a plugin declares its rules. A declaration states what must be true, and ends with the way it is judged.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::file::FileRule;
use crate::judge::{EachRecord, Judge, Judged, Look, Outcome};
use crate::needs::Needs;
use crate::plan::{Ask, ColumnPlan};
use crate::rewrite::{Normalise, OfCell, OfRecord};
use crate::{ColumnRequest, Disposition, Form, Level, Rule, Stage, StagePlan, Unique};

/// All rules of a plugin in one run, by stage.
#[derive(Default)]
pub struct Rules {
    stages: [StageRules; 3],
    count: u16,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.declarations().map(|rule| &rule.name)).finish()
    }
}

/// The rules of a stage with their columns.
#[derive(Default)]
pub(crate) struct StageRules {
    plan: ColumnPlan,
    pub(crate) rules: Vec<ActiveRule>,
}

impl StageRules {
    pub(crate) fn requests(&self) -> Vec<ColumnRequest> {
        self.plan.requests()
    }
}

/// A rule and the code that carries it out.
pub(crate) struct ActiveRule {
    pub(crate) rule: Rule,
    pub(crate) disposition: Disposition,
    pub(crate) action: Action,
}

pub(crate) enum Action {
    Judge(Box<dyn Judge>),
    Normalise(Box<dyn Normalise>),
    File(Box<dyn FileRule>),
    Host,
}

impl Rules {
    /// Declares a rule that finds the records that break it. Its default level is `error`.
    pub fn validate(&mut self, name: &str) -> Declaration<'_> {
        self.declare(name, Stage::Validate, Level::Error)
    }

    /// Declares a rule that rewrites cells. Its default level is `warn`: rewrites are applied and recorded.
    pub fn normalise(&mut self, name: &str) -> Declaration<'_> {
        self.declare(name, Stage::Normalise, Level::Warn)
    }

    /// Declares a rule that decides which records to hold back, given the findings so far ([`crate::standing`]).
    pub fn quarantine(&mut self, name: &str) -> Declaration<'_> {
        self.declare(name, Stage::Quarantine, Level::Error)
    }

    fn declare(&mut self, name: &str, stage: Stage, level: Level) -> Declaration<'_> {
        let code = self.count;
        self.count += 1;
        let rule = Rule {
            code,
            name: name.to_owned(),
            stage,
            title: String::new(),
            message: String::new(),
            level,
            columns: Vec::new(),
            unique: None,
        };
        Declaration { rules: self, rule, disposition: Disposition::Unspecified }
    }

    /// The declared rules, by stage.
    pub fn declarations(&self) -> impl Iterator<Item = &Rule> {
        self.stages.iter().flat_map(|stage| &stage.rules).map(|active| &active.rule)
    }

    /// The plans of the stages, in order; stages without rules are omitted.
    pub(crate) fn plans(&self) -> Vec<StagePlan> {
        Stage::ALL
            .into_iter()
            .map(|stage| (stage, &self.stages[slot(stage)]))
            .filter(|(_, rules)| !rules.rules.is_empty())
            .map(|(stage, rules)| StagePlan {
                stage,
                columns: rules.requests(),
                rules: rules.rules.iter().map(|active| active.rule.clone()).collect(),
            })
            .collect()
    }

    pub(crate) fn into_stage(self, stage: Stage) -> StageRules {
        let mut stages = self.stages.into_iter();
        stages.nth(slot(stage)).unwrap_or_default()
    }
}

fn slot(stage: Stage) -> usize {
    match stage {
        Stage::Validate => 0,
        Stage::Normalise => 1,
        Stage::Quarantine => 2,
    }
}

/// A rule being declared. It is declared only once one of the methods that end it is called: [`Self::each`],
/// [`Self::columnar`], [`Self::rewrite`], [`Self::rewrite_with`], [`Self::unique`] or [`Self::file`].
#[must_use = "a declaration ends with `each`, `columnar`, `rewrite`, `rewrite_with`, `unique` or `file`"]
pub struct Declaration<'r> {
    rules: &'r mut Rules,
    rule: Rule,
    disposition: Disposition,
}

impl std::fmt::Debug for Declaration<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.rule.fmt(f)
    }
}

impl Declaration<'_> {
    /// Sets the title: what must be true, in one line, such as "the amount is not negative".
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.rule.title = title.into();
        self
    }

    /// Sets the message that people read for a hit; `{Column_Name}` becomes the record's cell (default: the title).
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.rule.message = message.into();
        self
    }

    /// Sets the level that applies unless the pack sets another.
    pub fn level(mut self, level: Level) -> Self {
        self.rule.level = level;
        self
    }

    /// Sets the level `warn`: a hit is reported and the record passes, unless the pack sets another level.
    pub fn warn(self) -> Self {
        self.level(Level::Warn)
    }

    /// Sets what a quarantine rule wants done with the records it hits.
    pub fn disposition(mut self, disposition: Disposition) -> Self {
        self.disposition = disposition;
        self
    }

    /// Judges each record by a function of its cells, which returns `true` or [`Outcome::Pass`] if the rule holds. Records in
    /// which a needed cell is blank, malformed or absent are skipped.
    pub fn each<N, F, A>(mut self, mut needs: N, rule: F)
    where
        N: Needs,
        F: for<'b> Fn(N::Cells<'b>) -> A + 'static,
        A: Into<Outcome> + 'static,
    {
        needs.bind(&mut self.rules.stages[slot(self.rule.stage)].plan, &mut self.rule.columns);
        let judge = EachRecord { needs, rule, answer: PhantomData };
        self.end(Action::Judge(Box::new(judge)));
    }

    /// Judges a whole batch at once by a function of its columns.
    pub fn columnar(
        mut self,
        columns: impl IntoIterator<Item = Ask>,
        rule: impl Fn(Look<'_>) -> Judged + 'static,
    ) {
        self.bind(columns);
        self.end(Action::Judge(Box::new(rule)));
    }

    /// Rewrites the cells of these columns one by one; `None` leaves a cell as it is. The function is not called for blank
    /// cells, and must leave its own results as they are.
    pub fn rewrite<'n>(
        mut self,
        columns: impl IntoIterator<Item = &'n str>,
        rule: impl for<'c> Fn(&'c [u8]) -> Option<Cow<'c, [u8]>> + 'static,
    ) {
        self.bind_written(columns);
        self.end(Action::Normalise(Box::new(OfCell(rule))));
    }

    /// Rewrites the cells of these columns, given other cells of the same record; records in which a needed cell is blank,
    /// malformed or absent are left as they are.
    pub fn rewrite_with<'n, N, F>(
        mut self,
        columns: impl IntoIterator<Item = &'n str>,
        mut needs: N,
        rule: F,
    ) where
        N: Needs,
        F: for<'c> Fn(&'c [u8], N::Cells<'c>) -> Option<Cow<'c, [u8]>> + 'static,
    {
        self.bind_written(columns);
        let mut read = Vec::new();
        needs.bind(&mut self.rules.stages[slot(self.rule.stage)].plan, &mut read);
        self.end(Action::Normalise(Box::new(OfRecord { needs, rule })));
    }

    /// Has the host check that the combination of these columns is unique in the file; no columns means the whole record.
    pub fn unique<'n>(mut self, columns: impl IntoIterator<Item = &'n str>, keep: Unique) {
        self.bind(columns.into_iter().map(Ask::presence));
        self.rule.unique = Some(keep);
        self.end(Action::Host);
    }

    /// Judges the file by sums over its records.
    pub fn file(mut self, columns: impl IntoIterator<Item = Ask>, rule: impl FileRule) {
        self.bind(columns);
        self.end(Action::File(Box::new(rule)));
    }

    fn bind(&mut self, columns: impl IntoIterator<Item = Ask>) {
        let plan = &mut self.rules.stages[slot(self.rule.stage)].plan;
        self.rule.columns = columns.into_iter().map(|ask| ask.bind(plan)).collect();
    }

    fn bind_written<'n>(&mut self, columns: impl IntoIterator<Item = &'n str>) {
        debug_assert_eq!(self.rule.stage, Stage::Normalise, "only normalise rules rewrite");
        let plan = &mut self.rules.stages[slot(self.rule.stage)].plan;
        for name in columns {
            let index = plan.ask(name, Some(Form::Text));
            plan.write(index);
            self.rule.columns.push(index);
        }
    }

    fn end(mut self, action: Action) {
        if self.rule.message.is_empty() {
            self.rule.message.clone_from(&self.rule.title);
        }
        let stage = &mut self.rules.stages[slot(self.rule.stage)];
        stage.rules.push(ActiveRule { rule: self.rule, disposition: self.disposition, action });
    }
}
