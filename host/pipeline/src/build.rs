//! From a pack, a layout and plugins to the plan of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use assay_model::{Form, Level, Rule, RuleCode, RunContext, StagePlan};
use assay_packs::{ColumnType, Identified, Pack};
use assay_sandbox::{Component, PlanError};

use crate::error::RunError;
use crate::host_rules;
use crate::message::Template;
use crate::plan::{
    Amount, HostRules, Plan, RunRule, Scope, Slot, Stage, Typed, Unique, slot_for,
    slots_of_requests,
};

/// Resolves a plan. `components` are the pack's plugins, in its order.
pub(crate) fn plan(
    identified: &Identified,
    components: &[Component],
    everything: bool,
) -> Result<Plan, RunError> {
    let pack = &identified.pack;
    let layout = &identified.layout;
    let names = layout.columns().to_vec();
    let (mut rules, host) = host_rules::table(|code, usual| pack.level_for(code, usual));
    check_host_levels(&rules, &host)?;
    let mut known: Vec<RuleCode> = rules.iter().map(|rule| rule.code.clone()).collect();
    let mut slots = Vec::new();
    let mut stages = Vec::new();
    let mut unique = Vec::new();
    for (used, component) in pack.plugins().iter().zip(components) {
        let context = Arc::new(context(identified, used.settings()));
        known.extend(component.info().rules.iter().map(|rule| rule.name.clone()));
        for stage in plan_plugin(pack, used.name(), component, &context)? {
            let built = Building {
                pack,
                plugin: used.name(),
                layout: layout.name(),
                find: &|name| layout.position(name),
            };
            let (codes, called) = built.rules(&stage, &mut rules, &mut unique)?;
            let slots = slots_of_requests(&mut slots, &stage.columns, |name| layout.position(name));
            known.extend(stage.rules.iter().map(|rule| rule.name.clone()));
            let component = component.clone();
            let context = Arc::clone(&context);
            stages.push(Stage { component, context, plan: stage, slots, codes, called });
        }
    }
    pack.check_levels(known.iter())?;
    let typed = typed_columns(pack, layout.columns(), &host, &mut slots);
    let amounts = amounts(pack, layout.columns(), &mut slots);
    let outputs = if everything { outputs(names.len(), &typed, &mut slots) } else { Vec::new() };
    let text_slots = (0..names.len())
        .map(|column| {
            slots
                .iter()
                .position(|slot: &Slot| slot.column == Some(column) && slot.form == Form::Text)
        })
        .collect();
    let plan =
        Plan { names, rules, host, slots, text_slots, stages, unique, typed, amounts, outputs };
    check_keys_are_kept(&plan)?;
    Ok(plan)
}

fn context(identified: &Identified, settings: &str) -> RunContext {
    RunContext {
        dataset: identified.dataset.clone(),
        kind: identified.kind.clone(),
        partition: identified.partition.clone(),
        layout: identified.layout.name().to_owned(),
        columns: identified.layout.columns().to_vec(),
        settings: settings.to_owned(),
    }
}

fn plan_plugin(
    pack: &Pack,
    name: &str,
    component: &Component,
    context: &RunContext,
) -> Result<Vec<StagePlan>, RunError> {
    component.plan(context).map_err(|error| match error {
        PlanError::Settings(faults) => RunError::Settings {
            plugin: name.to_owned(),
            text: faults.iter().map(|fault| pack.render_fault(name, fault)).collect(),
        },
        PlanError::Sandbox(error) => error.into(),
        other => RunError::Settings { plugin: name.to_owned(), text: other.to_string() },
    })
}

/// One plugin's part of the plan.
struct Building<'a> {
    pack: &'a Pack,
    plugin: &'a str,
    layout: &'a str,
    find: &'a dyn Fn(&str) -> Option<usize>,
}

impl Building<'_> {
    /// Adds a stage's rules. Returns where each code went, and whether the plugin has to be called for any of them.
    fn rules(
        &self,
        stage: &StagePlan,
        rules: &mut Vec<RunRule>,
        unique: &mut Vec<Unique>,
    ) -> Result<(Vec<(u16, usize)>, bool), RunError> {
        for request in stage.columns.iter().filter(|request| request.required) {
            if (self.find)(&request.name).is_none() {
                return Err(RunError::ColumnMissing {
                    plugin: self.plugin.to_owned(),
                    column: request.name.clone(),
                    layout: self.layout.to_owned(),
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
                    second: self.plugin.to_owned(),
                });
            }
            codes.push((rule.code, rules.len()));
            let columns = rule
                .columns
                .iter()
                .map(|&index| (self.find)(&stage.columns[usize::from(index)].name))
                .collect::<Vec<_>>();
            let level = self.pack.level_for(&rule.name, rule.level);
            match rule.host_check {
                // Without all of its columns a key means nothing, so the rule skips every record.
                Some(check) if level != Level::Off && columns.iter().all(Option::is_some) => {
                    let columns = columns.iter().flatten().copied().collect();
                    unique.push(Unique { rule: rules.len(), check, columns });
                }
                Some(_) => {}
                None => called |= level != Level::Off,
            }
            rules.push(self.rule(rule, level, columns.into_iter().flatten().collect()));
        }
        codes.sort_unstable();
        Ok((codes, called))
    }

    fn rule(&self, rule: &Rule, level: Level, columns: Vec<usize>) -> RunRule {
        RunRule {
            code: rule.name.clone(),
            owner: self.plugin.to_owned(),
            class: rule.class,
            level,
            title: rule.title.clone(),
            message: Template::new(&rule.message, self.find),
            columns,
            scope: Scope::SoundRecords,
        }
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
    slots: &mut Vec<Slot>,
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
        slot_for(slots, Some(column), &Form::Text);
        let slot = slot_for(slots, Some(column), &form);
        typed.push(Typed { column, slot, rule, limit });
    }
    typed
}

fn amounts(pack: &Pack, columns: &[String], slots: &mut Vec<Slot>) -> Vec<Amount> {
    pack.amounts()
        .iter()
        .filter_map(|name| {
            let column = columns.iter().position(|column| column == name)?;
            let ColumnType::Decimal { scale, .. } = pack.column_type(name) else { return None };
            slot_for(slots, Some(column), &Form::Text);
            let slot = slot_for(slots, Some(column), &Form::Decimal { scale: *scale });
            Some(Amount { column, slot, scale: *scale })
        })
        .collect()
}

fn outputs(columns: usize, typed: &[Typed], slots: &mut Vec<Slot>) -> Vec<usize> {
    (0..columns)
        .map(|column| match typed.iter().find(|typed| typed.column == column) {
            Some(typed) => typed.slot,
            None => slot_for(slots, Some(column), &Form::Text),
        })
        .collect()
}

/// Keys are compared as published, so no rule may change them on the way.
fn check_keys_are_kept(plan: &Plan) -> Result<(), RunError> {
    let mut written = BTreeMap::new();
    for stage in &plan.stages {
        for (request, &slot) in stage.plan.columns.iter().zip(&stage.slots) {
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
