//! `assay check`: judge a file and write nothing but the report.

use anyhow::{Context, Result};

use crate::args::CheckArgs;
use crate::commands::judge::judge;
use crate::exit::ExitStatus;

pub(crate) fn execute(args: &CheckArgs) -> Result<ExitStatus> {
    judge(&args.judge, assay_pipeline::check, |report| {
        let Some(path) = &args.report else { return Ok(()) };
        let mut text = serde_json::to_string_pretty(report)?;
        text.push('\n');
        std::fs::write(path, text)
            .with_context(|| format!("cannot write the report to `{}`", path.display()))
    })
}
