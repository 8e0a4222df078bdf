//! What can be typed to judge a file.

use assay_pipeline::MemoryLimit;
use clap::{Args, ValueEnum};

use super::bucket::BucketArgs;
use super::format::Format;
use super::rules::RulesArgs;
use crate::buckets::Reading;
use crate::location::Location;
use crate::place::Place;

/// What is judged, and by what.
#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    /// CSV file, plain or in gzip, zstd or zip: a path, or `s3://bucket/key` with `?versionId=…` for one version; `-` reads standard input.
    pub(crate) file: Place,
    /// Pack to judge by (default: found from the file's header, kind and year).
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<Location>,
    /// Entry to read from a zip archive that holds several CSV files.
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// Published name of the file, where the path does not show it (standard input, temporary files).
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// When to show progress on standard error.
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(crate) progress: When,
    /// Print on standard error where the time went: reading, indexing, columns, each plugin, encoding, compressing, writing.
    #[arg(long)]
    pub(crate) profile: bool,
    /// Worker threads (default: one per core; at most one for each 16 MiB of `--memory`). Does not change the result.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Memory budget in bytes, at least 128MiB: a number, or one with KiB, MiB or GiB. More memory lets more threads work. Does not
    /// change the result.
    #[arg(long, env = "ASSAY_MEMORY", value_name = "BYTES", default_value_t = MemoryLimit::DEFAULT)]
    pub(crate) memory: MemoryLimit,
    /// Maximum number of records in one call to a plugin. Does not change the result.
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) batch_size: u32,
    /// SIMD kernel: avx512, avx2, neon or portable (default: the fastest this CPU supports). Does not
    /// change the result.
    #[arg(long, value_name = "NAME")]
    pub(crate) kernel: Option<String>,
    /// Copy a file in a bucket to a temporary file first, instead of reading it twice: for networks that are slower than judging.
    #[cfg(feature = "s3")]
    #[arg(long)]
    pub(crate) spool: bool,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) buckets: BucketArgs,
}

impl JudgeArgs {
    /// Where each pass reads from.
    pub(crate) fn reading(&self) -> Reading {
        #[cfg(feature = "s3")]
        if self.spool {
            return Reading::Spooled;
        }
        Reading::InPlace
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Root to publish to: a folder or `s3://bucket/prefix`; gets staging/ and metadata/.
    #[arg(long, env = "ASSAY_ROOT", value_name = "PLACE")]
    pub(crate) root: Place,
    /// Write the full report (JSON) to this file or `s3://bucket/key`, however the run ends.
    #[arg(long, value_name = "PLACE")]
    pub(crate) report: Option<Place>,
    /// Refuse the file if another run is published for its partition.
    #[arg(long)]
    pub(crate) no_replace: bool,
    /// Refuse the file unless this run is the one published for its partition, so that a newer run is never replaced unnoticed.
    #[arg(long, value_name = "RUN", conflicts_with = "no_replace")]
    pub(crate) expect_run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Write the full report (JSON) to this file or `s3://bucket/key`.
    #[arg(long, value_name = "PLACE")]
    pub(crate) report: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// Only if standard error is a terminal.
    Auto,
    Always,
    Never,
}
