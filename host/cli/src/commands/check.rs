//! `assay check`: judge a file and write only the report.

use anyhow::Result;
use assay_pipeline::{Observer, Replacing, Request};

use crate::args::CheckArgs;
use crate::buckets::Buckets;
use crate::commands::judge::judge;
use crate::exit::ExitStatus;

pub(crate) fn execute(args: &CheckArgs) -> Result<ExitStatus> {
    let act = |request: &Request<'_>, observer: &dyn Observer| {
        Ok(assay_pipeline::check(request, observer))
    };
    let buckets = Buckets::new(&args.judge.buckets, args.judge.memory);
    judge(&args.judge, Replacing::Anything, &buckets, act, args.report.as_ref())
}
