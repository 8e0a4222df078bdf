//! What can be typed to look at plugins, records and layouts, and to be ready for a run.

use assay_sample::Share;
use clap::Args;

use super::bucket::BucketArgs;
use super::format::Format;
use super::rules::RulesArgs;
use super::source::SourceArgs;
use crate::location::Location;
use crate::place::Place;

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Component (`.wasm`).
    pub(crate) plugin: Location,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct TryArgs {
    /// Component (`.wasm`).
    pub(crate) plugin: Location,
    /// CSV file, plain or in gzip, zstd or zip: a path or `s3://bucket/key`.
    pub(crate) file: Place,
    /// Try only this rule.
    #[arg(long, value_name = "CODE")]
    pub(crate) rule: Option<String>,
    /// Number of records to look at; 0 means all.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) rows: u64,
    /// Pack to take settings and levels from (default: found from the file).
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<Location>,
    /// Settings as JSON (default: the pack's).
    #[arg(long, value_name = "JSON")]
    pub(crate) settings: Option<String>,
    /// Partition key, where no pack gives it; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) partition: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) buckets: BucketArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// CSV file, plain or in gzip, zstd or zip: a path or `s3://bucket/key`.
    pub(crate) file: Place,
    /// Number of the record, counted from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) record: u64,
    /// Pack to judge by (default: found from the file).
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<Location>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) buckets: BucketArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Dataset, such as `open-payments`.
    pub(crate) dataset: String,
    /// Kind of file, such as `general`.
    pub(crate) kind: String,
    /// Year that the file covers.
    #[arg(long)]
    pub(crate) year: u16,
    /// Number of records.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) rows: u64,
    /// Seed; the same seed gives the same file.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Share of records with a defect: `0.5%` or `0.005`.
    #[arg(long, default_value = "0")]
    pub(crate) defects: Share,
    /// Layout (default: the newest that the year's pack accepts).
    #[arg(long)]
    pub(crate) layout: Option<String>,
    /// File to write; `-` writes the CSV to standard output, without a truth file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Location,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected `key=value`, such as `year=2024`".to_owned()),
    }
}
