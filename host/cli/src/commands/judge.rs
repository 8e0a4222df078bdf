//! What `run` and `check` share: from what was typed to a request, and from a report to what is printed.

use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};
use assay_packs::{Discovery, Surroundings};
use assay_pipeline::{Input, Observer, Report, Request};

use crate::args::{Format, JudgeArgs, RulesArgs};
use crate::exit::ExitStatus;
use crate::profile::Profile;
use crate::progress::Display;
use crate::{complain, output, summary};

/// Carries out `act` on what was typed, prints the report, and says how to exit. Who asked for JSON gets an object also
/// where nothing could be begun.
pub(crate) fn judge(
    args: &JudgeArgs,
    act: impl FnOnce(&Request<'_>, &dyn Observer) -> Result<Report>,
    more: impl FnOnce(&Report) -> Result<()>,
) -> Result<ExitStatus> {
    let report = match (carry_out(args, act), args.format) {
        (Ok(report), _) => report,
        (Err(error), Format::Json) => {
            let text = super::explain(&error);
            complain(&format!("error: {text}"));
            Report::not_begun(&args.file.display().to_string(), args.name.clone(), text)
        }
        (Err(error), Format::Text) => return Err(error),
    };
    match args.format {
        Format::Json => output::json(&report)?,
        Format::Text => output::text(&summary::of(&report, output::colours()))?,
    }
    more(&report)?;
    Ok(report.file_outcome().into())
}

fn carry_out(
    args: &JudgeArgs,
    act: impl FnOnce(&Request<'_>, &dyn Observer) -> Result<Report>,
) -> Result<Report> {
    if let Some(kernel) = &args.kernel {
        assay_pipeline::use_kernel(kernel)?;
    }
    let discovery = discovery(&args.rules)?;
    let input = input(args)?;
    let display = Display::new(args.progress);
    let profile = args.profile.then(Profile::start);
    let request = Request {
        input: &input,
        entry: args.entry.as_deref(),
        pack: args.pack.as_deref(),
        discovery: &discovery,
        cache: cache(&args.rules),
        threads: threads(args.threads),
        batch_size: usize::try_from(args.batch_size).unwrap_or(usize::MAX),
    };
    let report = act(&request, &display)?;
    display.end();
    if let Some(profile) = profile {
        complain(&profile.table());
    }
    Ok(report)
}

/// Where rules and plugins are.
pub(crate) fn discovery(args: &RulesArgs) -> Result<Discovery> {
    Ok(Discovery::find(&Surroundings {
        rules: args.rules.clone(),
        plugins: args.plugins.clone(),
        program: std::env::current_exe().ok(),
        folder: std::env::current_dir().ok(),
    })?)
}

/// Where compiled plugins are kept: as told, or in the user's cache folder.
pub(crate) fn cache(args: &RulesArgs) -> Option<PathBuf> {
    match &args.cache {
        Some(named) if named.as_os_str() == "off" => None,
        Some(named) => Some(named.clone()),
        None => {
            let own = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let own = own.filter(|folder| folder.is_absolute());
            let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
            own.or_else(home).map(|folder| folder.join("assay"))
        }
    }
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
