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
    /// The component.
    pub(crate) plugin: Location,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct TryArgs {
    /// The component.
    pub(crate) plugin: Location,
    /// The CSV file, plain or in gzip, zstd or zip: a path or `s3://bucket/key`.
    pub(crate) file: Place,
    /// Only this rule.
    #[arg(long, value_name = "CODE")]
    pub(crate) rule: Option<String>,
    /// Records to look at; 0 means all.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) rows: u64,
    /// The pack to take settings and levels from, instead of the one found.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<Location>,
    /// Settings as JSON, instead of the pack's.
    #[arg(long, value_name = "JSON")]
    pub(crate) settings: Option<String>,
    /// A partition key, where no pack tells it; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) partition: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) buckets: BucketArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The CSV file, plain or in gzip, zstd or zip: a path or `s3://bucket/key`.
    pub(crate) file: Place,
    /// The record, counted from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) record: u64,
    /// The pack to judge by, instead of the one found.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<Location>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) buckets: BucketArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// The dataset, such as `open-payments`.
    pub(crate) dataset: String,
    /// The kind of file, such as `general`.
    pub(crate) kind: String,
    /// The year the file is about.
    #[arg(long)]
    pub(crate) year: u16,
    /// Number of records.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) rows: u64,
    /// Another seed gives another file.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Share of records with a defect: `0.5%` or `0.005`.
    #[arg(long, default_value = "0")]
    pub(crate) defects: Share,
    /// The layout; the newest that the year's pack takes if left out.
    #[arg(long)]
    pub(crate) layout: Option<String>,
    /// The file to write; `-` writes the CSV to standard output, without a truth file.
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
