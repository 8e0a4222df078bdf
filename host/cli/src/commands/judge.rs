//! What `run` and `check` share: from what was typed to a request, and from a report to what is printed.

use std::io;

use anyhow::{Context, Result};
use assay_pipeline::{Input, Observer, Replacing, Report, Request, Retry};

use crate::args::{Format, JudgeArgs};
use crate::complaint::{complain, reasons};
use crate::exit::ExitStatus;
use crate::profile::Profile;
use crate::progress::Display;
use crate::stop::Stop;
use crate::surroundings::{cache, discovery};
use crate::{next, output, summary};

/// Carries out `act` on what was typed, prints the report, and says how to exit. Who asked for JSON gets an object also
/// where nothing could be begun.
pub(crate) fn judge(
    args: &JudgeArgs,
    replacing: Replacing,
    act: impl FnOnce(&Request<'_>, &dyn Observer) -> Result<Report>,
    more: impl FnOnce(&Report) -> Result<()>,
) -> Result<ExitStatus> {
    let (mut report, stop) = match (carry_out(args, replacing, act), args.format) {
        (Ok(carried_out), _) => carried_out,
        (Err(error), Format::Json) => {
            let text = reasons(&error);
            complain(&format!("error: {text}"));
            let location = args.file.display().to_string();
            let retry = Retry::after(error.as_ref());
            (Report::not_begun(&location, args.name.clone(), text, retry), Stop::default())
        }
        (Err(error), Format::Text) => return Err(error),
    };
    report.next = next::commands(&report, args);
    match args.format {
        Format::Json => output::json(&report)?,
        Format::Text => output::text(&summary::of(&report, output::colours())?)?,
    }
    more(&report)?;
    // A signal that came when all was done ended nothing.
    match &report.failure {
        Some(failure) if failure.code == "interrupted" => Ok(ExitStatus::Interrupted(stop.code())),
        _ => Ok(report.file_outcome().into()),
    }
}

fn carry_out(
    args: &JudgeArgs,
    replacing: Replacing,
    act: impl FnOnce(&Request<'_>, &dyn Observer) -> Result<Report>,
) -> Result<(Report, Stop)> {
    if let Some(kernel) = &args.kernel {
        assay_pipeline::use_kernel(kernel)?;
    }
    let discovery = discovery(&args.rules)?;
    let input = input(args)?;
    // From here on there is a run that can tell how it ended.
    let stop = Stop::on_signals().context("cannot listen for signals")?;
    let display = Display::new(args.progress, stop.clone());
    let profile = args.profile.then(Profile::start);
    let request = Request {
        input: &input,
        entry: args.entry.as_deref(),
        pack: args.pack.as_deref(),
        discovery: &discovery,
        cache: cache(&args.rules),
        threads: threads(args.threads),
        memory: args.memory,
        batch_size: usize::try_from(args.batch_size).unwrap_or(usize::MAX),
        replacing,
    };
    let report = act(&request, &display)?;
    display.end();
    if let Some(profile) = profile {
        complain(&profile.table());
    }
    Ok((report, stop))
}

fn input(args: &JudgeArgs) -> Result<Input> {
    if args.file.as_os_str() == "-" {
        return Input::from_reader(&mut io::stdin().lock(), args.name.clone()).context(
            "cannot spool standard input to a temporary file (TMPDIR names another folder)",
        );
    }
    Input::from_path(&args.file, args.name.clone())
        .with_context(|| format!("cannot read `{}`", args.file.display()))
}

fn threads(typed: Option<u16>) -> usize {
    typed.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    )
}
