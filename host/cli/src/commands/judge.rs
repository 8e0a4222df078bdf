//! Shared by `run` and `check`: turns arguments into a request, and a report into output.

use std::io;

use anyhow::{Context, Result};
use assay_pipeline::{Input, Observer, Replacing, Report, Request, Retry};

use crate::args::{Format, JudgeArgs};
use crate::buckets::Buckets;
use crate::complaint::{complain, complain_of_error, reasons};
use crate::exit::ExitStatus;
use crate::place::Place;
use crate::profile::Profile;
use crate::progress::Display;
use crate::stop::Stop;
use crate::surroundings::{cache, discovery};
use crate::{next, output, summary};

/// Runs `act` on the arguments, prints the report and returns the exit status. With JSON output, an object is printed even if the run could
/// not begin.
pub(crate) fn judge(
    args: &JudgeArgs,
    replacing: Replacing,
    buckets: &Buckets,
    act: impl FnOnce(&Request<'_>, &dyn Observer) -> Result<Report>,
    report_to: Option<&Place>,
) -> Result<ExitStatus> {
    let (mut report, stop) = match (carry_out(args, replacing, buckets, act), args.format) {
        (Ok(carried_out), _) => carried_out,
        (Err(error), Format::Json) => {
            let text = reasons(&error);
            complain_of_error(&text);
            let location = args.file.to_string();
            let retry = Retry::after(error.as_ref());
            (Report::not_begun(&location, args.name.clone(), text, retry), Stop::default())
        }
        (Err(error), Format::Text) => return Err(error),
    };
    if let Some(notice) = buckets.repetitions() {
        complain(&notice);
    }
    report.next = next::commands(&report, args);
    match args.format {
        Format::Json => output::json(&report)?,
        Format::Text => output::text(&summary::of(&report, output::colours())?)?,
    }
    if let Some(place) = report_to {
        let mut text = serde_json::to_string_pretty(&report)?;
        text.push('\n');
        buckets
            .write(place, text.as_bytes())
            .with_context(|| format!("cannot write the report to `{place}`"))?;
    }
    // A signal that arrived after the run had finished ended nothing.
    match &report.failure {
        Some(failure) if failure.code == "interrupted" => Ok(ExitStatus::Interrupted(stop.code())),
        _ => Ok(report.file_outcome().into()),
    }
}

fn carry_out(
    args: &JudgeArgs,
    replacing: Replacing,
    buckets: &Buckets,
    act: impl FnOnce(&Request<'_>, &dyn Observer) -> Result<Report>,
) -> Result<(Report, Stop)> {
    if let Some(kernel) = &args.kernel {
        assay_pipeline::use_kernel(kernel)?;
    }
    let discovery = discovery(&args.rules)?;
    let halting = buckets.clone();
    let stop = Stop::on_signals(move || halting.halt()).context("cannot listen for signals")?;
    // From here on there is a run that can report how it ended.
    let Some(input) = input(args, buckets, &stop)? else {
        return Ok((Report::interrupted(&args.file.to_string(), args.name.clone()), stop));
    };
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
        if let Some(requests) = buckets.table() {
            complain(&requests);
        }
    }
    Ok((report, stop))
}

/// Opens the input; `None` if a signal came first: copying it takes as long as its writer takes.
fn input(args: &JudgeArgs, buckets: &Buckets, stop: &Stop) -> Result<Option<Input>> {
    let (file, name, reading) = (args.file.clone(), args.name.clone(), args.reading());
    let buckets = buckets.clone();
    let open = move || {
        if file.is_standard() {
            return Input::from_reader(&mut io::stdin().lock(), name).context(
                "cannot spool standard input to a temporary file (set TMPDIR to use another folder)",
            );
        }
        buckets.input(&file, name, reading)
    };
    stop.unless_asked(open).context("cannot start a thread")?.transpose()
}

fn threads(typed: Option<u16>) -> usize {
    typed.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    )
}
