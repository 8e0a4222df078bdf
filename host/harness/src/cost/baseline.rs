//! The committed costs, and their comparison with measured ones.

use std::fs;

use assay_model::shown;

use super::report::{CostReport, CostRequest, Verdict};
use crate::blessing;
use crate::fault::Fault;

/// Compares the costs with the baseline, or writes it.
pub(super) fn compare(request: &CostRequest<'_>, report: &mut CostReport) {
    let path = &request.baseline;
    let text = fs::read_to_string(path).ok();
    let committed = match text.as_deref().map(parse) {
        None => None,
        Some(Ok(costs)) => Some(costs),
        Some(Err(message)) => {
            report.faults.push(Fault::new("baseline-unreadable", path, 1, message));
            return;
        }
    };
    for cost in &mut report.rules {
        let find = |(rule, _): &&(String, u64)| *rule == cost.rule;
        let Some(held) = committed.as_ref().and_then(|costs| costs.iter().find(find)) else {
            continue;
        };
        cost.baseline = Some(held.1);
        // In tenths of a percent, to avoid fractions.
        let allowed = request.fail_above_permille;
        let (least, most) =
            (held.1 * 1_000_u64.saturating_sub(allowed), held.1 * (1_000 + allowed));
        cost.verdict = match cost.fuel * 1_000 {
            fuel if fuel > most => Verdict::Dearer,
            fuel if fuel < least => Verdict::Cheaper,
            _ => Verdict::Same,
        };
    }
    if request.bless {
        let fresh = written(report);
        if text.as_deref() != Some(&fresh) {
            match blessing::write(path, &fresh) {
                Ok(note) => report.notes.push(note),
                Err(fault) => report.faults.push(fault),
            }
        }
        return;
    }
    let Some(committed) = committed else {
        let message = format!("there is no `{}` to compare with", shown(path.display()));
        let help = "`assay bench --bless` writes it";
        if request.baseline_needed {
            report.faults.push(Fault::new("baseline-missing", path, 1, message).help(help));
        } else {
            report.notes.push(format!("{message}; {help}"));
        }
        return;
    };
    faults(request, report, &committed, text.as_deref().unwrap_or_default());
}

fn faults(
    request: &CostRequest<'_>,
    report: &mut CostReport,
    committed: &[(String, u64)],
    text: &str,
) {
    let path = &request.baseline;
    let quoted = |rule: &str| {
        text.lines().position(|line| line.contains(&format!("\"{rule}\""))).map_or(1, |at| at + 1)
    };
    for cost in &report.rules {
        match (cost.verdict, cost.baseline) {
            (Verdict::Dearer, Some(before)) => {
                let message = format!(
                    "`{}` costs {} units of fuel for 1,000 records, {before} are committed: {} more, {} are allowed",
                    cost.rule,
                    cost.fuel,
                    percent((cost.fuel - before) * 1_000 / before.max(1)),
                    percent(request.fail_above_permille)
                );
                let fault = Fault::new("rule-dearer", path, quoted(&cost.rule), message);
                report.faults.push(fault.help("reduce the cost, or accept it with `assay bench --bless` and give the reason in the commit"));
            }
            (_, None) => {
                let message = format!("`{}` has no committed cost", cost.rule);
                let fault = Fault::new("rule-without-baseline", path, 1, message);
                report.faults.push(fault.help("`assay bench --bless` writes it"));
            }
            _ => {}
        }
    }
    for (rule, _) in
        committed.iter().filter(|(rule, _)| report.rules.iter().all(|cost| cost.rule != *rule))
    {
        let message =
            format!("`{rule}` has a committed cost, and the plugin has no such rule with a page");
        let fault = Fault::new("baseline-stale", path, quoted(rule), message);
        report.faults.push(fault.help("`assay bench --bless` rewrites the file"));
    }
}

/// Formats tenths of a percent as a percentage.
fn percent(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

fn parse(text: &str) -> Result<Vec<(String, u64)>, String> {
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| format!("it is not valid TOML: {}", error.message()))?;
    let Some(toml::Value::Table(fuel)) = table.get("fuel") else {
        return Err(
            "there is no table `[fuel]`; `assay bench --bless` rewrites the file".to_owned()
        );
    };
    let cost = |(rule, value): (&String, &toml::Value)| {
        let fuel = value.as_integer().and_then(|value| u64::try_from(value).ok());
        fuel.map(|fuel| (rule.clone(), fuel))
            .ok_or_else(|| format!("the cost of `{rule}` is not a whole number"))
    };
    fuel.iter().map(cost).collect()
}

fn written(report: &CostReport) -> String {
    let mut text = "# Fuel that 1,000 records cost, by rule. `assay bench --bless` writes it; `assay bench` fails if a rule costs more.\n\n[fuel]\n".to_owned();
    let mut costs: Vec<(&str, u64)> =
        report.rules.iter().map(|cost| (cost.rule.as_str(), cost.fuel)).collect();
    costs.sort_unstable();
    for (rule, fuel) in costs {
        text.extend(["\"", rule, "\" = ", &fuel.to_string(), "\n"]);
    }
    text
}
