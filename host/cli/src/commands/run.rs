//! `assay run`: judge a file and publish what passes.

use anyhow::Result;
use assay_pipeline::{Observer, Replacing, Request};

use crate::args::RunArgs;
use crate::buckets::Buckets;
use crate::commands::judge::judge;
use crate::exit::ExitStatus;

pub(crate) fn execute(args: &RunArgs) -> Result<ExitStatus> {
    let buckets = Buckets::new(&args.judge.buckets, args.judge.memory);
    let act = |request: &Request<'_>, observer: &dyn Observer| {
        let store = buckets.store(&args.root)?;
        Ok(assay_pipeline::run(request, &*store, observer))
    };
    let replacing = match &args.expect_run {
        Some(run) => Replacing::Run(run.clone()),
        None if args.no_replace => Replacing::Nothing,
        None => Replacing::Anything,
    };
    judge(&args.judge, replacing, &buckets, act, args.report.as_ref())
}
