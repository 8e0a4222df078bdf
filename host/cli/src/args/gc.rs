//! What can be typed to clean up.

use clap::Args;

use super::bucket::BucketArgs;
use super::format::Format;
use crate::place::Place;

#[derive(Debug, Args)]
pub(crate) struct GcArgs {
    /// The root that runs publish to: a folder or `s3://bucket/prefix`.
    #[arg(long, env = "ASSAY_ROOT", value_name = "PLACE")]
    pub(crate) root: Place,
    /// Deletes what may go, instead of saying what would.
    #[arg(long)]
    pub(crate) delete: bool,
    /// Replaced runs that stay in each partition whatever their age, the newest of them: the default leaves one to go back to.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) keep_runs: usize,
    /// Days that replaced and refused runs stay: a month, in which readers of an older manifest end and somebody looks into a refusal.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(crate) keep_days: u16,
    /// Hours in which an attempt may still be under way: what is younger and not published stays. A day is longer than any run takes.
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub(crate) grace_hours: u16,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) buckets: BucketArgs,
}
