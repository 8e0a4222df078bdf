//! `speed s3`: measures the cost of reading from and writing to a bucket, compared with the disk, in one run with interleaved
//! rounds.
//!
//! The server is versitygw on this machine, so that our own server is not measured; programs reach it directly, or through a link
//! with latency and limited bandwidth. The server counts the requests, so no program counts its own.

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

/// The page with the latest tables.
const PAGE: &str = "docs/speed-s3.md";

/// Runs with these options; `speed s3 --help` explains them.
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
