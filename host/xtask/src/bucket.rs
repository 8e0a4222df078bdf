//! `speed s3`: what it costs to read from a bucket and to write to one, beside the disk, in one run and in turn.
//!
//! The server is versitygw on this machine, so that ours is not what is measured; between it and the programs there is nothing, or a
//! link with latency and a limited bandwidth. The server notes the requests, so that nobody counts his own.

mod bench;
mod case;
mod options;
mod page;
mod report;
mod requests;
mod same;

use std::fs;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::rarely;
use bench::Bench;
use options::Options;

/// The page that keeps the last tables.
const PAGE: &str = "docs/speed-s3.md";

/// Runs what the words ask for; `speed s3 --help` explains them.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    if words.contains(&"--help") {
        print!("{}", options::help());
        return Ok(());
    }
    let options = Options::parse(words)?;
    let report = Bench::set_up(checkout, &options)?.measure(&options)?;
    let tables = report::tables(&report);
    print!("{tables}");
    if options.write {
        let path = checkout.root().join(PAGE);
        fs::write(&path, page::render(&report, &tables, &options))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        eprintln!("wrote `{PAGE}`");
        rarely::note(checkout, "cargo xtask speed s3", "`docs/speed-s3.md`")?;
    }
    Ok(())
}
