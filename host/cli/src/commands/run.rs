//! `assay run`: judge a file and publish what passes.

use anyhow::{Context, Result};
use assay_pipeline::{Observer, Replacing, Request};
use assay_store::LocalStore;

use crate::args::RunArgs;
use crate::commands::judge::judge;
use crate::exit::ExitStatus;

pub(crate) fn execute(args: &RunArgs) -> Result<ExitStatus> {
    let act = |request: &Request<'_>, observer: &dyn Observer| {
        let store = LocalStore::open(&args.root)
            .with_context(|| format!("cannot use `{}` as the root", args.root.display()))?;
        Ok(assay_pipeline::run(request, &store, observer))
    };
    let replacing = match &args.expect_run {
        Some(run) => Replacing::Run(run.clone()),
        None if args.no_replace => Replacing::Nothing,
        None => Replacing::Anything,
    };
    judge(&args.judge, replacing, act, |_| Ok(()))
}
