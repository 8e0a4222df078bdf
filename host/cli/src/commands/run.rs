//! `assay run`: judge a file and publish what passes.

use anyhow::{Context, Result};
use assay_pipeline::{Observer, Request};
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
    judge(&args.judge, act, |_| Ok(()))
}
