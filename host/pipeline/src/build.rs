//! Builds a plan from a pack, a layout and plugins. Everything that judges records plans here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use assay_model::{
    DeclaredStage, Form, Level, Rule, RuleCode, RunContext, parse_decimal, parse_integer, shown,
};
use assay_packs::{ColumnType, Identified, Layout, Pack, PartitionKey};
use assay_sandbox::{Component, PlanError};
use assay_sinks::ColumnSpec;

use crate::error::RunError;
use crate::host_rules;
use crate::message::Template;
use crate::plan::{
    Amount, Constant, HostRules, Origin, Output, Plan, PlannedStage, RunRule, Scope, Told, Typed,
    Unique,
};
use crate::request::Purpose;
use crate::slots::Slots;

/// The inputs of a plan.
pub(crate) struct Basis<'a> {
    /// The run as described to each plugin, together with its own settings.
    pub(crate) context: RunContext,
    /// The source of levels and types; if `None`, plugins keep their own levels and columns have no types.
    pub(crate) pack: Option<&'a Pack>,
    /// The layout of the file, if its records are to be published; `None`: nothing is published.
    pub(crate) layout: Option<&'a Layout>,
    pub(crate) plugins: Vec<Part<'a>>,
    pub(crate) purpose: Purpose,
    /// All other rules of the plugins are off.
    pub(crate) only: Option<&'a str>,
}

/// Column indexes by name.
type Places<'n> = HashMap<&'n str, usize>;

/// A plugin of the plan.
pub(crate) struct Part<'a> {
    pub(crate) name: &'a str,
    pub(crate) component: &'a Component,
    /// JSON.
    pub(crate) settings: &'a str,
    /// The pack that contains the settings, used to show errors in them.
    pub(crate) written_in: Option<&'a Pack>,
}

impl<'a> Basis<'a> {
    /// Builds on a pack. `components` are the pack's plugins, in its order.
    pub(crate) fn of_pack(
        identified: &'a Identified,
        components: &'a [Component],
        purpose: Purpose,
    ) -> Self {
        let pack: &Pack = &identified.pack;
        let parts = pack.plugins().iter().zip(components).map(|(used, component)| Part {
            name: used.name(),
            component,
            settings: used.settings(),
            written_in: Some(pack),
        });
        Self {
            context: context(identified),
            pack: Some(pack),
            layout: Some(&identified.layout),
            plugins: parts.collect(),
            purpose,
            only: None,
        }
    }

    /// The level of a rule: the pack's if it sets one, otherwise the rule's own.
    pub(crate) fn level(&self, code: &RuleCode, own: Level) -> Level {
        self.pack.map_or(own, |pack| pack.level_for(code, own))
    }

    /// The level used in the plan. A rule under trial is evaluated even if it is off.
    fn planned_level(&self, rule: &Rule) -> Level {
        let level = self.level(&rule.name, rule.level);
        match (self.purpose, self.only) {
            (_, Some(only)) if only != rule.name.as_str() => Level::Off,
            (Purpose::Try, _) => level.max(Level::Monitor),
            (Purpose::Publish | Purpose::Check | Purpose::Look, _) => level,
        }
    }

    /// The index of each column.
    fn places(&self) -> Places<'_> {
        (0..).zip(&self.context.columns).map(|(at, name)| (name.as_str(), at)).collect()
    }

    /// Resolves the plan.
    pub(crate) fn plan(&self) -> Result<Plan, RunError> {
        let purpose = self.purpose;
        let names = self.context.columns.clone();
        let (mut rules, host) = host_rules::table(|code, usual| self.level(code, usual));
        check_host_levels(&rules, &host)?;
        let mut known: Vec<RuleCode> = rules.iter().map(|rule| rule.code.clone()).collect();
        let places = self.places();
        let mut slots = Slots::default();
        let mut stages = Vec::new();
        let mut unique = Vec::new();
        for part in &self.plugins {
            let settings = part.settings.to_owned();
            let context = Arc::new(RunContext { settings, ..self.context.clone() });
            known.extend(part.component.info().rules.iter().map(|rule| rule.name.clone()));
            for stage in part.stages(&context)? {
                let (codes, called) =
                    self.rules(part.name, &stage, &places, &mut rules, &mut unique)?;
                let slots = slots.of_requests(&stage.columns, |name| places.get(name).copied());
                known.extend(stage.rules.iter().map(|rule| rule.name.clone()));
                let component = part.component.clone();
                let context = Arc::clone(&context);
                stages.push(PlannedStage {
                    component,
                    context,
                    declared: stage,
                    slots,
                    codes,
                    called,
                });
            }
        }
        let (mut typed, mut told, mut conserved) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(pack) = self.pack {
            // A trial loads one plugin only, so rules of the pack's other plugins are legitimately unknown.
            if purpose != Purpose::Try {
                pack.check_levels(known.iter())?;
            }
            typed = typed_columns(pack, &names, &host, &mut slots);
            told = told_keys(pack, &self.context.partition, &names, &typed, &mut slots);
            conserved = amounts(pack, &names, &mut slots);
        }
        let outputs = match (self.pack, self.layout) {
            (Some(pack), Some(layout)) if purpose.publishes() => {
                outputs(pack, layout, &typed, &mut slots)
            }
            _ => Vec::new(),
        };
        // A message may show cells that no rule asked for. A run that publishes builds all of them anyway.
        let least = if purpose.keeps_all() { Level::Monitor } else { Level::Warn };
        for column in rules.iter().filter(|it| it.level >= least).flat_map(|it| it.message.cells())
        {
            slots.slot(Some(column), &Form::Text);
        }
        let plan = Plan {
            purpose,
            text_slots: slots.texts(names.len()),
            slots: slots.finish(),
            names,
            rules,
            host,
            stages,
            unique,
            typed,
            told,
            amounts: conserved,
            outputs,
        };
        if purpose != Purpose::Try {
            check_keys_are_kept(&plan)?;
        }
        Ok(plan)
    }

    /// Adds a stage's rules. Returns the run's rule for each code, and whether the plugin has to be called for any of them.
    fn rules(
        &self,
        plugin: &str,
        stage: &DeclaredStage,
        places: &Places<'_>,
        rules: &mut Vec<RunRule>,
        unique: &mut Vec<Unique>,
    ) -> Result<(Vec<(u16, usize)>, bool), RunError> {
        for request in stage.columns.iter().filter(|request| request.required) {
            if self.purpose != Purpose::Try && !places.contains_key(request.name.as_str()) {
                return Err(RunError::ColumnMissing {
                    plugin: plugin.to_owned(),
                    column: request.name.clone(),
                    layout: self.context.layout.clone(),
                });
            }
        }
        let mut codes = Vec::with_capacity(stage.rules.len());
        let mut called = false;
        for rule in &stage.rules {
            if let Some(other) = rules.iter().find(|other| other.code == rule.name) {
                return Err(RunError::RuleTwice {
                    code: rule.name.to_string(),
                    first: other.owner.clone(),
                    second: plugin.to_owned(),
                });
            }
            codes.push((rule.code, rules.len()));
            let columns = rule
                .columns
                .iter()
                .map(|&index| places.get(stage.columns[usize::from(index)].name.as_str()).copied())
                .collect::<Vec<_>>();
            let level = self.planned_level(rule);
            match rule.host_check {
                // A key is meaningless without all of its columns: the rule skips every record.
                Some(check) if level != Level::Off && columns.iter().all(Option::is_some) => {
                    let columns = columns.iter().flatten().copied().collect();
                    unique.push(Unique { rule: rules.len(), check, columns });
                }
                Some(_) => {}
                None => called |= level != Level::Off,
            }
            rules.push(RunRule {
                code: rule.name.clone(),
                owner: plugin.to_owned(),
                class: rule.class,
                level,
                title: rule.title.clone(),
                message: Template::new(&rule.message, |name| places.get(name).copied()),
                columns: columns.into_iter().flatten().collect(),
                scope: if rule.host_check.is_some() { Scope::Keys } else { Scope::SoundRecords },
            });
        }
        codes.sort_unstable();
        Ok((codes, called))
    }
}

/// The run of an identified file, as described to plugins.
pub(crate) fn context(identified: &Identified) -> RunContext {
    RunContext {
        dataset: identified.dataset.clone(),
        kind: identified.kind.clone(),
        partition: identified.partition.clone(),
        layout: identified.layout.name().to_owned(),
        columns: identified.layout.columns().to_vec(),
        settings: String::new(),
    }
}

impl Part<'_> {
    /// The stages that the plugin declares.
    fn stages(&self, context: &RunContext) -> Result<Vec<DeclaredStage>, RunError> {
        let refused = |text| RunError::Settings { plugin: self.name.to_owned(), text };
        self.component.plan(context).map_err(|error| match (error, self.written_in) {
            (PlanError::Sandbox(error), _) => error.into(),
            (PlanError::Settings(faults), Some(pack)) => {
                let drawn = faults.iter().map(|fault| pack.render_fault(self.name, fault));
                refused(drawn.collect::<Vec<_>>().join("\n\n"))
            }
            (error, _) => {
                let lines = error.lines().into_iter().map(|line| format!("  {}", shown(line)));
                refused(lines.collect::<Vec<_>>().join("\n"))
            }
        })
    }
}

fn check_host_levels(rules: &[RunRule], host: &HostRules) -> Result<(), RunError> {
    for (index, rule) in rules.iter().enumerate() {
        let least = host_rules::mildest(host, index);
        if rule.level < least {
            return Err(RunError::LevelTooMild {
                code: rule.code.to_string(),
                level: rule.level.to_string(),
                least: least.to_string(),
            });
        }
    }
    Ok(())
}

fn typed_columns(
    pack: &Pack,
    columns: &[String],
    host: &HostRules,
    slots: &mut Slots,
) -> Vec<Typed> {
    let mut typed = Vec::new();
    for (column, name) in columns.iter().enumerate() {
        let (form, rule, limit) = match pack.column_type(name) {
            ColumnType::Text => continue,
            ColumnType::Integer => (Form::Integer, host.integer, None),
            ColumnType::Decimal { precision, scale } => {
                let limit = 10_u64.checked_pow(u32::from(*precision)).map(|above| above - 1);
                (Form::Decimal { scale: *scale }, host.decimal, limit)
            }
            ColumnType::Date(format) => (Form::Date { format: format.clone() }, host.date, None),
        };
        slots.slot(Some(column), &Form::Text);
        let slot = slots.slot(Some(column), &form);
        typed.push(Typed { column, slot, rule, limit });
    }
    typed
}

/// The columns that determine partition keys, as far as the layout has them.
fn told_keys(
    pack: &Pack,
    partition: &[(String, String)],
    columns: &[String],
    typed: &[Typed],
    slots: &mut Slots,
) -> Vec<Told> {
    let told = |key: &PartitionKey| {
        let name = key.column()?;
        let column = columns.iter().position(|column| column == name)?;
        let (_, value) = partition.iter().find(|(known, _)| known == key.name())?;
        let text = slots.slot(Some(column), &Form::Text);
        let slot = typed.iter().find(|typed| typed.column == column).map_or(text, |it| it.slot);
        let (key, expected) = (key.name().to_owned(), key.expects(value));
        Some(Told { column, slot, key, value: value.clone(), expected })
    };
    pack.partition_keys().iter().filter_map(told).collect()
}

fn amounts(pack: &Pack, columns: &[String], slots: &mut Slots) -> Vec<Amount> {
    pack.amounts()
        .iter()
        .filter_map(|name| {
            let column = columns.iter().position(|column| column == name)?;
            let ColumnType::Decimal { scale, .. } = pack.column_type(name) else { return None };
            slots.slot(Some(column), &Form::Text);
            let slot = slots.slot(Some(column), &Form::Decimal { scale: *scale });
            Some(Amount { column, slot, scale: *scale })
        })
        .collect()
}

/// The published columns: each column of the kind, filled from the layout, from a constant, or from nothing.
fn outputs(pack: &Pack, layout: &Layout, typed: &[Typed], slots: &mut Slots) -> Vec<Output> {
    let of_type: HashMap<usize, usize> = typed.iter().map(|it| (it.column, it.slot)).collect();
    let constants: HashMap<&str, &str> =
        layout.constants().iter().map(|(name, cell)| (name.as_str(), cell.as_str())).collect();
    let columns = pack.schema().columns().iter();
    let output = columns.map(|column| {
        let name = column.name();
        let origin = match (layout.position(name), constants.get(name)) {
            (Some(at), _) => Origin::Slot(match of_type.get(&at) {
                Some(slot) => *slot,
                None => slots.slot(Some(at), &Form::Text),
            }),
            (None, Some(cell)) => Origin::Constant(constant(pack.column_type(name), cell)),
            (None, None) => Origin::Nowhere,
        };
        let spec = ColumnSpec { id: column.id(), name: name.to_owned(), kind: column.kind() };
        Output { spec, origin }
    });
    output.collect()
}

fn constant(kind: &ColumnType, cell: &str) -> Constant {
    /// Packs are checked when they are read.
    const CHECKED: &str = "a constant is of its column's type";
    let bytes = cell.as_bytes();
    match kind {
        ColumnType::Text => Constant::Text(bytes.to_vec()),
        ColumnType::Integer => Constant::Integer(parse_integer(bytes).expect(CHECKED)),
        ColumnType::Decimal { scale, .. } => Constant::Decimal {
            scale: *scale,
            unscaled: parse_decimal(bytes, *scale).expect(CHECKED),
        },
        ColumnType::Date(format) => Constant::Date(format.parse(bytes).expect(CHECKED)),
    }
}

/// Keys are compared as published, so no rule may change them on the way.
fn check_keys_are_kept(plan: &Plan) -> Result<(), RunError> {
    let mut written = BTreeMap::new();
    for stage in &plan.stages {
        for (request, &slot) in stage.declared.columns.iter().zip(&stage.slots) {
            if let (true, Some(column)) = (request.writes, plan.slots[slot].column) {
                written.insert(column, stage.component.name());
            }
        }
    }
    for unique in &plan.unique {
        if let Some(&column) = unique.columns.iter().find(|column| written.contains_key(column)) {
            return Err(RunError::KeyRewritten {
                normalise: written[&column].to_owned(),
                column: plan.names[column].clone(),
                unique: plan.rules[unique.rule].code.to_string(),
            });
        }
    }
    Ok(())
}
