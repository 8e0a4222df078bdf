//! What a plugin will do in a run, and which faults it found in its settings.

use std::collections::HashSet;

use assay_model::{ColumnRequest, ConfigFault, DateFormat, DeclaredStage, Form, Rule, RuleClass};

use super::description::{Unique, rule};
use super::{codes, texts};
use crate::bindings::wit;
use crate::breach::Breach;
use crate::limits::Limits;

/// The run cannot start without the column.
const REQUIRED: u16 = 1;
/// The plugin rewrites the column.
const WRITES: u16 = 2;
/// A larger scale does not fit the 18 digits that a 64-bit decimal holds.
const MAX_SCALE: u16 = 18;

/// Checks a plan. A plan without stages is valid: the plugin has nothing to do in this run.
pub(crate) fn plan(
    stages: Vec<wit::StagePlan>,
    limits: &Limits,
) -> Result<Vec<DeclaredStage>, Breach> {
    let mut seen = Unique::default();
    let mut classes = HashSet::new();
    let mut checked = Vec::with_capacity(stages.len().min(3));
    for planned in stages {
        let class = codes::class("stage", planned.stage)?;
        if !classes.insert(class) {
            return Err(Breach::RepeatedStage { stage: class.as_str() });
        }
        checked.push(stage(class, planned, &mut seen, limits)?);
    }
    Ok(checked)
}

fn stage(
    class: RuleClass,
    planned: wit::StagePlan,
    seen: &mut Unique,
    limits: &Limits,
) -> Result<DeclaredStage, Breach> {
    texts::count("columns of a stage", &planned.columns, limits.columns)?;
    texts::count("rules of a stage", &planned.rules, limits.rules)?;
    let mut asked = HashSet::new();
    let mut columns = Vec::with_capacity(planned.columns.len());
    for request in planned.columns {
        let column = column(class, request, limits)?;
        if !asked.insert((column.name.clone(), form_key(&column.form))) {
            return Err(Breach::RepeatedColumn { column: column.name });
        }
        columns.push(column);
    }
    let mut rules = Vec::with_capacity(planned.rules.len());
    for stated in planned.rules {
        let rule = seen.add(rule(stated, limits)?)?;
        fits(class, &rule, columns.len())?;
        rules.push(rule);
    }
    Ok(DeclaredStage { class, columns, rules })
}

fn fits(class: RuleClass, rule: &Rule, columns: usize) -> Result<(), Breach> {
    let name = || rule.name.to_string();
    if rule.class != class {
        let (rule_class, stage) = (rule.class.as_str(), class.as_str());
        return Err(Breach::ClassOfStage { rule: name(), class: rule_class, stage });
    }
    if rule.host_check.is_some() && class != RuleClass::Validate {
        return Err(Breach::HostCheckClass { rule: name() });
    }
    match rule.columns.iter().find(|&&column| usize::from(column) >= columns) {
        Some(&column) => Err(Breach::RuleColumn { rule: name(), column, columns }),
        None => Ok(()),
    }
}

fn column(
    class: RuleClass,
    request: wit::ColumnRequest,
    limits: &Limits,
) -> Result<ColumnRequest, Breach> {
    let wit::ColumnRequest { name, form, scale, format, flags } = request;
    texts::words("the name of a column", &name, limits.text_bytes)?;
    texts::length("the date format of a column", &format, limits.name_bytes)?;
    if flags & !(REQUIRED | WRITES) != 0 {
        return Err(Breach::Flags { column: name, flags });
    }
    if scale > if form == 3 { MAX_SCALE } else { 0 } {
        return Err(Breach::Scale { column: name, scale });
    }
    if form != 4 && !format.is_empty() {
        let expected = "none, because the form is not a date";
        return Err(Breach::DateFormat { column: name, format, expected });
    }
    let form = match form {
        1 => Form::Text,
        2 => Form::Integer,
        3 => Form::Decimal { scale: u8::try_from(scale).expect("at most 18") },
        4 => {
            let Ok(format) = DateFormat::new(&format) else {
                let expected = "`%Y`, `%m` and `%d` once each with plain characters between, such as `%m/%d/%Y`";
                return Err(Breach::DateFormat { column: name, format, expected });
            };
            Form::Date { format }
        }
        code => {
            let expected = "1 (text), 2 (integer), 3 (decimal) or 4 (date)";
            return Err(Breach::Code { what: "form", code, expected });
        }
    };
    let writes = flags & WRITES != 0;
    if writes && (class != RuleClass::Normalise || form != Form::Text) {
        return Err(Breach::Writes { column: name });
    }
    Ok(ColumnRequest { name, form, required: flags & REQUIRED != 0, writes })
}

/// Distinguishes forms: a column may be requested as text and as a date, or in two date formats.
fn form_key(form: &Form) -> (u8, u8, String) {
    match form {
        Form::Text => (1, 0, String::new()),
        Form::Integer => (2, 0, String::new()),
        Form::Decimal { scale } => (3, *scale, String::new()),
        Form::Date { format } => (4, 0, format.pattern().to_owned()),
    }
}

/// Checks the faults that a plugin reports about its settings.
pub(crate) fn faults(
    faults: Vec<wit::ConfigFault>,
    limits: &Limits,
) -> Result<Vec<ConfigFault>, Breach> {
    if faults.is_empty() {
        return Err(Breach::NoFaults);
    }
    texts::count("configuration faults", &faults, limits.faults)?;
    faults
        .into_iter()
        .map(|wit::ConfigFault { path, message, expected }| {
            // They may quote the settings, so code that shows them escapes control characters.
            texts::length("the path of a configuration fault", &path, limits.text_bytes)?;
            texts::length("the message of a configuration fault", &message, limits.text_bytes)?;
            texts::count("choices of a configuration fault", &expected, limits.entries)?;
            expected.iter().try_for_each(|choice| {
                texts::length("a choice of a configuration fault", choice, limits.text_bytes)
            })?;
            Ok(ConfigFault { path, message, expected })
        })
        .collect()
}
