//! `assay test`: a plugin's pages, cases, laws and coverage.

mod github;
pub(crate) mod human;
pub(crate) mod json;
mod junit;
mod watch;

use anyhow::Result;
use assay_harness::{Fault, Group, Metering, Report, Request, Test, test};

use crate::args::{TestArgs, TestFormat};
use crate::commands::plugin;
use crate::exit::ExitStatus;
use crate::output;

pub(crate) fn execute(args: &TestArgs) -> Result<ExitStatus> {
    if args.watch {
        return watch::run(args, || once(args));
    }
    once(args)
}

fn once(args: &TestArgs) -> Result<ExitStatus> {
    let found = plugin::find(&args.plugin)?;
    let subject = found.subject(Metering::Fuel)?;
    let packs = plugin::packs(&args.plugin);
    let mut report = test(&Request {
        folder: &found.folder,
        subject: &subject,
        packs: packs.as_ref().ok(),
        rule: args.rule.as_deref(),
        bless: args.bless,
        seed: args.seed,
    });
    report.notes.extend(packs.err());
    report.notes.extend(found.warnings());
    gate(&mut report, args.min_coverage);
    output::text(&match args.format {
        TestFormat::Human => human::text(&report, output::colours()),
        TestFormat::Junit => junit::xml(&report)?,
        TestFormat::Github => github::annotations(&report),
        TestFormat::Json => json::text(&report)?,
    })?;
    Ok(if report.faults() == 0 { ExitStatus::Published } else { ExitStatus::Refused })
}

/// Too little coverage is a fault like any other, with a line for each change that nobody notices.
fn gate(report: &mut Report, least: Option<u64>) {
    let (Some(least), Some(coverage)) = (least, &report.coverage) else { return };
    if coverage.basis_points() >= least {
        return;
    }
    let faults: Vec<Fault> = coverage
        .unnoticed()
        .map(|mutant| {
            let message = format!("no example notices it if `{}`: {}", mutant.rule, mutant.change);
            Fault::new("coverage", &mutant.path, mutant.line, message).help(&mutant.help)
        })
        .collect();
    let path = faults.first().map(|fault| fault.path.clone()).unwrap_or_default();
    let name = format!("at least {}", human::percent(least));
    report.tests.push(Test { group: Group::Coverage, name, path, faults, nanos: 0 });
}
