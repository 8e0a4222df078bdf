//! What can be typed to clean up.

use clap::Args;

use super::bucket::BucketArgs;
use super::format::Format;
use crate::place::Place;

#[derive(Debug, Args)]
pub(crate) struct GcArgs {
    /// Root that runs publish to: a folder or `s3://bucket/prefix`.
    #[arg(long, env = "ASSAY_ROOT", value_name = "PLACE")]
    pub(crate) root: Place,
    /// Delete what may go, instead of only listing it.
    #[arg(long)]
    pub(crate) delete: bool,
    /// Number of replaced runs to keep in each partition, newest first, whatever their age. The default leaves one to go back to.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) keep_runs: usize,
    /// Days to keep replaced and refused runs: long enough for readers of an older manifest to finish and for someone to look into a refusal.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(crate) keep_days: u16,
    /// Hours to keep unpublished files, because their run may still be under way. The default is longer than any run takes.
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub(crate) grace_hours: u16,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) buckets: BucketArgs,
}
