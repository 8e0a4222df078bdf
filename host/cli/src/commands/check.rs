//! `assay check`: judge a file and write nothing but the report.

use anyhow::{Context, Result};
use assay_pipeline::{Observer, Replacing, Request};

use crate::args::CheckArgs;
use crate::commands::judge::judge;
use crate::exit::ExitStatus;

pub(crate) fn execute(args: &CheckArgs) -> Result<ExitStatus> {
    let act = |request: &Request<'_>, observer: &dyn Observer| {
        Ok(assay_pipeline::check(request, observer))
    };
    judge(&args.judge, Replacing::Anything, act, |report| {
        let Some(path) = &args.report else { return Ok(()) };
        let mut text = serde_json::to_string_pretty(report)?;
        text.push('\n');
        std::fs::write(path, text)
            .with_context(|| format!("cannot write the report to `{}`", path.display()))
    })
}
