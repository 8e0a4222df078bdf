//! `assay test`: check a plugin's pages, cases, laws and coverage.

mod github;
mod human;
mod json;
mod junit;
#[cfg(feature = "watch")]
mod watch;

use anyhow::Result;
use assay_harness::{Fault, Group, Metering, Report, Request, Test, test};

use crate::args::{TestArgs, TestFormat};
use crate::commands::plugin;
use crate::exit::ExitStatus;
use crate::{output, percent};

pub(crate) fn execute(args: &TestArgs) -> Result<ExitStatus> {
    if args.watch { watch(args) } else { once(args) }
}

#[cfg(feature = "watch")]
fn watch(args: &TestArgs) -> Result<ExitStatus> {
    watch::run(args, || once(args))
}

#[cfg(not(feature = "watch"))]
fn watch(_: &TestArgs) -> Result<ExitStatus> {
    anyhow::bail!(crate::features::lacks("`--watch`", "watch"))
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
    match args.format {
        TestFormat::Human => output::text(&human::text(&report, output::colours())?)?,
        TestFormat::Junit => output::text(&junit::xml(&report)?)?,
        TestFormat::Github => output::commands(&github::annotations(&report)?)?,
        TestFormat::Json => output::json(&json::object(&report))?,
    }
    Ok(if report.faults() == 0 { ExitStatus::Success } else { ExitStatus::Refused })
}

/// Reports too little coverage as a fault like any other, with a line for each mutation that no test noticed.
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
    let name = format!("at least {}", percent::shown(least));
    report.tests.push(Test { group: Group::Coverage, name, path, faults, nanos: 0 });
}
