//! `assay run`: judge a file and publish what passes.

use anyhow::{Context, Result};
use assay_sinks::store::LocalStore;

use crate::args::RunArgs;
use crate::commands::judge::judge;
use crate::exit::ExitStatus;

pub(crate) fn execute(args: &RunArgs) -> Result<ExitStatus> {
    let store = LocalStore::open(&args.root)
        .with_context(|| format!("cannot use `{}` as the root", args.root.display()))?;
    judge(
        &args.judge,
        |request, observer| assay_pipeline::run(request, &store, observer),
        |_| Ok(()),
    )
}
