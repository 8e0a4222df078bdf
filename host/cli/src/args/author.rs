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
    /// Its name: lower case letters, digits and hyphens.
    pub(crate) name: String,
    /// What it is written in; a folder of templates.
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    pub(crate) lang: String,
    /// The folder to make; one of its name in the current folder if left out.
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<Location>,
    /// A checkout of Assay whose SDK is used where it lies, instead of a copy.
    #[arg(long, value_name = "DIR")]
    pub(crate) sdk: Option<Location>,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) folder: Location,
    /// Fails if what was built is not what `rules/assay.lock` pins, instead of pinning it.
    #[arg(long)]
    pub(crate) check: bool,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RulesListArgs {
    /// A rule's code, or a kind of rule.
    pub(crate) code: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// A pack, a component, or a folder: all of the rules.
    #[arg(default_value = ".", value_name = "PACK|PLUGIN|DIR")]
    pub(crate) target: Location,
    /// Warnings fail too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// How it is printed.
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
    /// The first pack.
    pub(crate) from: Location,
    /// The second.
    pub(crate) to: Location,
    /// A file that both judge.
    pub(crate) file: Option<Place>,
    /// Records of the file to look at; 0 means all.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) rows: u64,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// How it is printed.
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
    /// The component; `target/plugins/<folder's name>.wasm` in the folder or above it if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) component: Option<Location>,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) plugin: PluginArgs,
    /// Write what is found as what is expected: cases, and the catalogue of pages.
    #[arg(long)]
    pub(crate) bless: bool,
    /// Test again whenever something changes, until interrupted.
    #[arg(long)]
    pub(crate) watch: bool,
    /// One rule, or kind of rule, only.
    #[arg(long, value_name = "CODE")]
    pub(crate) rule: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub(crate) format: TestFormat,
    /// Fail if pages and cases notice less than this share of changed rules and settings.
    #[arg(long, value_name = "PERCENT", value_parser = crate::percent::basis_points, conflicts_with = "rule")]
    pub(crate) min_coverage: Option<u64>,
    /// What generated tables are made from. One is as good as another; the same gives the same tables.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) plugin: PluginArgs,
    /// The committed costs, which must be there; `cost.toml` in the plugin's folder, if there is one, if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<Location>,
    /// By how much a rule may become dearer. 5 %: what a new version of the compiler changes stays below, a mistake does not.
    #[arg(long, value_name = "PERCENT", default_value = "5%", value_parser = crate::percent::basis_points)]
    pub(crate) fail_above: u64,
    /// Write what is measured as the committed costs.
    #[arg(long)]
    pub(crate) bless: bool,
    /// Write where rules spend their steps, the same on every machine: a flame graph (`.svg`), or folded stacks.
    #[arg(long, value_name = "FILE")]
    pub(crate) flame: Option<Location>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people.
    Human,
    /// `JUnit` XML, for CI servers.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// One JSON object.
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay package                             builds the plugin of this folder: target/package/<name>.wasm
  assay package my-rules -o my-rules.wasm
  assay package built.wasm --sources src -o my-rules.wasm      a component that something else built
  assay package --revision $(git rev-parse HEAD)

The same source gives the same bytes in any folder: nothing of the machine or the moment is stamped. `assay inspect` shows the stamps;
so do `wasm-tools metadata show` and registries.")]
pub(crate) struct PackageArgs {
    /// The plugin's folder, which is built; or a component.
    #[arg(default_value = ".", value_name = "DIR|FILE.wasm")]
    pub(crate) target: Location,
    /// Where the package goes; `target/package/<name>.wasm` of the folder if left out.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<Location>,
    /// The folder a component was built from, whose digest is stamped.
    #[arg(long, value_name = "DIR")]
    pub(crate) sources: Option<Location>,
    /// The source's revision, such as a commit.
    #[arg(long, value_name = "REVISION")]
    pub(crate) revision: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}
