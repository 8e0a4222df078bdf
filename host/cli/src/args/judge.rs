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
    /// The CSV file, plain or in gzip, zstd or zip: a path, or `s3://bucket/key` with `?versionId=…` for one version; `-` reads standard input.
    pub(crate) file: Place,
    /// The pack to judge by, instead of the one found from the file's header, kind and year.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<Location>,
    /// The entry of a zip archive that holds several CSV files.
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// The file's published name, where the path does not say it (standard input, temporary files).
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// When progress is shown (on standard error).
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(crate) progress: When,
    /// Says on standard error where the time went: reading, indexing, columns, each plugin, encoding, compressing, writing.
    #[arg(long)]
    pub(crate) profile: bool,
    /// Worker threads (default: one per core; at most one for each 16 MiB of `--memory`). The result is the same to the byte.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Bytes that all work under way may take, at least 128MiB: a number, or one with KiB, MiB or GiB. More memory lets more threads work. The result is
    /// the same to the byte.
    #[arg(long, env = "ASSAY_MEMORY", value_name = "BYTES", default_value_t = MemoryLimit::DEFAULT)]
    pub(crate) memory: MemoryLimit,
    /// Greatest number of records in one call to a plugin. The result is the same to the byte.
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) batch_size: u32,
    /// Instructions that separators are found with, instead of the best this processor has: avx512, avx2, neon, portable. The result is
    /// the same to the byte.
    #[arg(long, value_name = "NAME")]
    pub(crate) kernel: Option<String>,
    /// Copies a file in a bucket to a temporary one first, instead of reading it twice from there: for networks that are slower than judging.
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
    /// Folder, or `s3://bucket/prefix`, under which everything is published: staging/, metadata/.
    #[arg(long, env = "ASSAY_ROOT", value_name = "PLACE")]
    pub(crate) root: Place,
    /// Writes the full report (JSON) to this file, or to `s3://bucket/key`, whatever it is that is told of the run.
    #[arg(long, value_name = "PLACE")]
    pub(crate) report: Option<Place>,
    /// Refuses the file if another run is published for its partition.
    #[arg(long)]
    pub(crate) no_replace: bool,
    /// Refuses the file unless this run is what is published for its partition: nothing that was published since is replaced unseen.
    #[arg(long, value_name = "RUN", conflicts_with = "no_replace")]
    pub(crate) expect_run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Writes the full report (JSON) to this file, or to `s3://bucket/key`.
    #[arg(long, value_name = "PLACE")]
    pub(crate) report: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If standard error is a terminal.
    Auto,
    Always,
    Never,
}
