//! What can be typed to write rules.

use clap::{Args, Subcommand, ValueEnum};

use super::bucket::BucketArgs;
use super::format::Format;
use super::rules::RulesArgs;
use super::source::SourceArgs;
use crate::location::Location;
use crate::place::Place;

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Name of the plugin: lower-case letters, digits and hyphens.
    pub(crate) name: String,
    /// Language of the plugin; names a folder of templates.
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    pub(crate) lang: String,
    /// Folder to create (default: the plugin's name, in the current folder).
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<Location>,
    /// Checkout of Assay whose SDK is used in place (default: a copy of the SDK is written beside the plugin).
    #[arg(long, value_name = "DIR")]
    pub(crate) sdk: Option<Location>,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) folder: Location,
    /// Fail if the component differs from the one that `rules/assay.lock` pins, instead of pinning the new one.
    #[arg(long)]
    pub(crate) check: bool,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RulesListArgs {
    /// Code of a rule, or name of a kind of rule.
    pub(crate) code: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// Pack, component or folder to check (default: all rules).
    #[arg(default_value = ".", hide_default_value = true, value_name = "PACK|PLUGIN|DIR")]
    pub(crate) target: Location,
    /// Fail on warnings too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    #[command(subcommand)]
    pub(crate) command: PackCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Show what changed from one pack to another; on a file, which records they judge differently.
    #[command(after_help = "\
Examples:
  assay pack diff rules/open-payments/general/2020.toml rules/open-payments/general/2021.toml
  assay pack diff old.toml new.toml OP_DTL_GNRL_PGYR2021_P01202023.csv --rows 0")]
    Diff(PackDiffArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PackDiffArgs {
    /// Pack to compare from.
    pub(crate) from: Location,
    /// Pack to compare with it.
    pub(crate) to: Location,
    /// CSV file to judge by both packs.
    pub(crate) file: Option<Place>,
    /// Number of records of the file to look at; 0 means all.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) rows: u64,
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

/// A plugin as its author sees it.
#[derive(Debug, Args)]
pub(crate) struct PluginArgs {
    /// The plugin's folder.
    #[arg(default_value = ".")]
    pub(crate) dir: Location,
    /// Component of the plugin (default: `target/plugins/<folder's name>.wasm` in the folder or above it).
    #[arg(long, value_name = "FILE")]
    pub(crate) component: Option<Location>,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) plugin: PluginArgs,
    /// Accept the findings: rewrite the expected results of cases and the catalogue of pages.
    #[arg(long)]
    pub(crate) bless: bool,
    /// Test again whenever a file changes, until interrupted.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Test only this rule or kind of rule.
    #[arg(long, value_name = "CODE")]
    pub(crate) rule: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub(crate) format: TestFormat,
    /// Fail if pages and cases notice less than this percentage of changed rules and settings.
    #[arg(long, value_name = "PERCENT", value_parser = crate::percent::basis_points, conflicts_with = "rule")]
    pub(crate) min_coverage: Option<u64>,
    /// Seed for generated tables.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) plugin: PluginArgs,
    /// Baseline file; must exist if named (default: `cost.toml` in the plugin's folder, if present).
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<Location>,
    /// Highest accepted rise of a rule's cost. The default tolerates compiler noise and catches real regressions.
    #[arg(long, value_name = "PERCENT", default_value = "5%", value_parser = crate::percent::basis_points)]
    pub(crate) fail_above: u64,
    /// Accept the measured costs: rewrite the baseline.
    #[arg(long)]
    pub(crate) bless: bool,
    /// Write a profile of the rules' steps, the same on every machine: a flame graph (`.svg`) or folded stacks.
    #[arg(long, value_name = "FILE")]
    pub(crate) flame: Option<Location>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// Text for people.
    Human,
    /// `JUnit` XML, for CI servers.
    Junit,
    /// Annotations for GitHub Actions.
    Github,
    /// One JSON object.
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay package                             builds the plugin of this folder: target/package/<name>.wasm
  assay package my-rules -o my-rules.wasm
  assay package built.wasm --sources src -o my-rules.wasm      a component built by another tool
  assay package --revision $(git rev-parse HEAD)

The same source gives the same bytes in any folder: neither the machine nor the time is stamped. `assay inspect` shows the stamps;
so do `wasm-tools metadata show` and registries.")]
pub(crate) struct PackageArgs {
    /// Folder of the plugin, which is built first; or a component.
    #[arg(default_value = ".", value_name = "DIR|FILE.wasm")]
    pub(crate) target: Location,
    /// File to write (default: `target/package/<name>.wasm` in the folder).
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<Location>,
    /// Folder that a component was built from; its digest is stamped.
    #[arg(long, value_name = "DIR")]
    pub(crate) sources: Option<Location>,
    /// Revision of the source, such as a commit.
    #[arg(long, value_name = "REVISION")]
    pub(crate) revision: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}
