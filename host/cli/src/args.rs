//! What can be typed.

mod shipping;

use std::path::PathBuf;

use assay_sample::Share;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use shipping::{ExportArgs, ImportArgs, KeygenArgs, PackageArgs, SignArgs, VerifyArgs};
#[cfg(feature = "registry")]
pub(crate) use shipping::{PullArgs, PushArgs};

const EXAMPLES: &str = "\
Examples:
  assay run OP_DTL_GNRL_PGYR2016_P06302017.csv --root ./lake
  assay check OP_DTL_GNRL_PGYR2016_P06302017.csv
  assay sample open-payments general --year 2023 --rows 100000 --seed 7 --defects 0.5% -o sample.csv

Exit codes:
  0  published, or already published
  1  refused: by its layout, a threshold or a file-level rule
  2  could not run: what was typed, the rules, a plugin, a disk";

/// Streams CSV files through sandboxed WebAssembly rules: what passes becomes Parquet, what fails is quarantined with its reasons.
#[derive(Debug, Parser)]
#[command(name = "assay", version, after_help = EXAMPLES, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge a file and publish what passes.
    #[command(after_help = "\
Examples:
  assay run OP_DTL_GNRL_PGYR2016_P06302017.csv --root ./lake      the pack is found from header, kind and year
  assay run --pack rules/open-payments/general/2016.toml FILE --root ./lake
  zcat big.csv.gz | assay run - --name OP_DTL_GNRL_PGYR2023_P06282024.csv --root ./lake
  assay run PGYR2023.zip --entry OP_DTL_GNRL_PGYR2023_P06282024.csv --root ./lake --format json

The same run again changes nothing. A killed run leaves nothing that a reader sees.")]
    Run(RunArgs),
    /// Judge a file and write nothing but the report.
    #[command(after_help = "\
Examples:
  assay check OP_DTL_GNRL_PGYR2016_P06302017.csv
  assay check FILE --format json | jq .findings
  assay check FILE --report report.json")]
    Check(CheckArgs),
    /// Show what a plugin is: name, version, contract, rules, imports, limits, digest.
    #[command(after_help = "\
Examples:
  assay inspect target/plugins/checks.wasm
  assay inspect my-rules.wasm --format json")]
    Inspect(InspectArgs),
    /// Write a generated file that looks like the real ones, and the truth about its defects.
    #[command(after_help = "\
Examples:
  assay sample open-payments general --year 2023 --rows 1000000 --seed 7 --defects 0.5% -o big.csv
  assay sample open-payments general --year 2018 --layout general-75 --rows 1000 -o old.csv

Beside big.csv it writes big.csv.truth.tsv (which record carries which defect, and the findings it must give)
and big.csv.truth.json (totals). The same arguments give the same bytes.")]
    Sample(SampleArgs),
    /// Pin the plugins that the packs use: writes their digests to `assay.lock` beside the rules.
    #[command(after_help = "\
Examples:
  assay lock                        after a plugin was built anew
  assay lock --rules my-rules --plugins my-plugins

A run refuses a plugin whose digest is not the pinned one.")]
    Lock(LockArgs),
    /// Make a plugin that builds: one rule, its page, its tests, a pack, and CI.
    #[command(after_help = "\
Examples:
  assay new my-rules                in the folder my-rules; needs no network, the SDK is written beside it
  assay new my-rules --path plugins/mine
  assay new my-rules --sdk ../assay    with the SDK of a checkout, for those who work on it

Nothing that is there is written over.")]
    New(NewArgs),
    /// Build a plugin into a component that imports nothing, and pin it. Needs rustup.
    #[command(after_help = "\
Examples:
  assay build                       the plugin of the current folder
  assay build my-rules
  assay build --check               in CI: fail (exit code 1) if the bytes are not those that rules/assay.lock pins

The component comes to target/plugins/<name>.wasm, where `assay run` looks for it. The same sources and compiler give the same bytes
in any folder and on any machine. What is missing to build is named, with the way to get it.")]
    Build(BuildArgs),
    /// Show what a plugin would do to a file: counts, samples, before and after.
    #[command(after_help = "\
Examples:
  assay try target/plugins/my-rules.wasm orders_2024.csv
  assay try target/plugins/my-rules.wasm orders_2024.csv --rule shipped-in-time --rows 0
  assay try my-rules.wasm strange.csv --settings '{\"longest_days\": 3}' --partition year=2024

Settings, levels and column names are those of the pack that a run would judge the file by, if that pack uses the plugin; --pack names
another. Nothing is written, and the plugin need not be pinned.")]
    Try(TryArgs),
    /// Show one record through every rule: fired or not, why it was skipped, what it saw, before and after, and the cost.
    #[command(after_help = "\
Examples:
  assay explain OP_DTL_GNRL_PGYR2016_P06302017.csv --record 123456
  assay explain orders_2024.csv --record 6 --format json | jq '.rules[] | select(.state == \"skipped\")'

Records are counted from 1, without the header, as in reports and in the column `_record` of the Parquet files.")]
    Explain(ExplainArgs),
    /// The catalogue of rules; with a code, the rule's page.
    #[command(after_help = "\
Examples:
  assay rules                       every rule: class, levels that packs give it, who uses it, what it says
  assay rules amount-zero           one rule with its page, if its plugin has one
  assay rules --format json | jq '.[] | select(.packs == [])'    rules that no pack uses")]
    Rules(RulesListArgs),
    /// Find everything that can be known to be wrong without running on data.
    #[command(after_help = "\
Examples:
  assay lint                        all packs and plugins
  assay lint rules/open-payments/general/2016.toml
  assay lint target/plugins/my-rules.wasm
  assay lint --strict               in CI: warnings count too

Exit codes: 0 nothing, or warnings only; 1 errors (with --strict: anything); 2 could not look.")]
    Lint(LintArgs),
    /// Look at packs.
    Pack(PackArgs),
    /// Test a plugin: its pages, its cases, and laws that hold for every plugin.
    #[command(after_help = "\
Examples:
  assay test plugins/checks                    pages, cases, laws and coverage of the built component
  assay test plugins/checks --rule one-of      one page only
  assay test plugins/checks --watch            again whenever a page, a case or the component changes
  assay test plugins/checks --bless            write what is found as what is expected, then read the difference
  assay test . --component my-rules.wasm --min-coverage 90% --format github

A page is `rules/<rule>.md`, a case `cases/<name>/{input.csv,settings.toml,expected.csv}`; plugins/README.md explains both.
Exit codes: 0 all passed, 1 something failed, 2 could not be tested.")]
    Test(TestArgs),
    /// Measure what a plugin's rules cost, and hold them to the committed costs.
    #[command(after_help = "\
Examples:
  assay bench plugins/checks                   fuel for 1,000 records, by rule, against plugins/checks/cost.toml
  assay bench plugins/checks --bless           accept what is measured
  assay bench plugins/checks --fail-above 0%   any rise fails: fuel is the same on every machine
  assay bench plugins/checks --flame cost.svg  a flame graph of where the rules spend it

Exit codes: 0 within the costs, 1 a rule became dearer, 2 could not be measured.")]
    Bench(BenchArgs),
    /// Stamp a plugin with what it is and what it was made of: name, version, licence, source digest, SDK.
    Package(PackageArgs),
    /// Make a key pair to sign plugins with.
    Keygen(KeygenArgs),
    /// Vouch for a plugin: write its signature beside it.
    Sign(SignArgs),
    /// Check who vouches for a plugin.
    Verify(VerifyArgs),
    /// Push a plugin to an OCI registry, with its signature.
    #[cfg(feature = "registry")]
    Push(PushArgs),
    /// Pull a plugin from an OCI registry, by digest.
    #[cfg(feature = "registry")]
    Pull(PullArgs),
    /// Put a pack with its layouts, plugins, lock and signatures into one file, for a host without a network.
    Export(ExportArgs),
    /// Take a pack out of such a file: everything is checked, then all of it is there at once.
    Import(ImportArgs),
}

/// A plugin as its author sees it.
#[derive(Debug, Args)]
pub(crate) struct PluginArgs {
    /// The plugin's folder.
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The component; `target/plugins/<folder's name>.wasm` in the folder or above it if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) component: Option<PathBuf>,
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
    pub(crate) baseline: Option<PathBuf>,
    /// By how much a rule may become dearer. 5 %: what a new version of the compiler changes stays below, a mistake does not.
    #[arg(long, value_name = "PERCENT", default_value = "5%", value_parser = crate::percent::basis_points)]
    pub(crate) fail_above: u64,
    /// Write what is measured as the committed costs.
    #[arg(long)]
    pub(crate) bless: bool,
    /// Write where rules spend their steps, the same on every machine: a flame graph (`.svg`), or folded stacks.
    #[arg(long, value_name = "FILE")]
    pub(crate) flame: Option<PathBuf>,
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

/// Where rules and plugins are.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Folder of the rules; found beside the program or in the checkout if left out.
    #[arg(long, env = "ASSAY_RULES", value_name = "DIR")]
    pub(crate) rules: Option<PathBuf>,
    /// Folder of the plugins (`<name>.wasm`); found beside the rules if left out.
    #[arg(long, env = "ASSAY_PLUGINS", value_name = "DIR")]
    pub(crate) plugins: Option<PathBuf>,
    /// Folder of compiled plugins, the user's cache folder if left out; `off` compiles anew each time.
    #[arg(long, env = "ASSAY_CACHE", value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
}

/// What is judged, and by what.
#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    /// The CSV file, plain or in gzip, zstd or zip; `-` reads standard input.
    pub(crate) file: PathBuf,
    /// The pack to judge by, instead of the one found from the file's header, kind and year.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<PathBuf>,
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
    /// Threads that judge and encode; one a core if left out, and never more than 16, for which memory stays below 256 MB. The result is the same to the
    /// byte.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Greatest number of records in one call to a plugin. The result is the same to the byte.
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) batch_size: u32,
    /// Instructions that separators are found with, instead of the best this processor has: avx512, avx2, neon, portable. The result is
    /// the same to the byte.
    #[arg(long, value_name = "NAME")]
    pub(crate) kernel: Option<String>,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Folder under which everything is published: staging/, metadata/.
    #[arg(long, env = "ASSAY_ROOT", value_name = "DIR")]
    pub(crate) root: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Writes the full report (JSON) to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The component.
    pub(crate) plugin: PathBuf,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
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
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Its name: lower case letters, digits and hyphens.
    pub(crate) name: String,
    /// What it is written in; a folder of templates.
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    pub(crate) lang: String,
    /// The folder to make; one of its name in the current folder if left out.
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<PathBuf>,
    /// A checkout of Assay whose SDK is used where it lies, instead of a copy.
    #[arg(long, value_name = "DIR")]
    pub(crate) sdk: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The plugin's folder.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) folder: PathBuf,
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
pub(crate) struct TryArgs {
    /// The component.
    pub(crate) plugin: PathBuf,
    /// The CSV file, plain or in gzip, zstd or zip.
    pub(crate) file: PathBuf,
    /// Only this rule.
    #[arg(long, value_name = "CODE")]
    pub(crate) rule: Option<String>,
    /// Records to look at; 0 means all.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) rows: u64,
    /// The pack to take settings and levels from, instead of the one found.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<PathBuf>,
    /// Settings as JSON, instead of the pack's.
    #[arg(long, value_name = "JSON")]
    pub(crate) settings: Option<String>,
    /// A partition key, where no pack tells it; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(crate) partition: Vec<(String, String)>,
    /// The entry of a zip archive that holds several CSV files.
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// The file's published name, where the path does not say it.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The CSV file, plain or in gzip, zstd or zip.
    pub(crate) file: PathBuf,
    /// The record, counted from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) record: u64,
    /// The pack to judge by, instead of the one found.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: Option<PathBuf>,
    /// The entry of a zip archive that holds several CSV files.
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// The file's published name, where the path does not say it.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected `key=value`, such as `year=2024`".to_owned()),
    }
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
    pub(crate) target: PathBuf,
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
    pub(crate) from: PathBuf,
    /// The second.
    pub(crate) to: PathBuf,
    /// A file that both judge.
    pub(crate) file: Option<PathBuf>,
    /// Records of the file to look at; 0 means all.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) rows: u64,
    /// The entry of a zip archive that holds several CSV files.
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// The file's published name, where the path does not say it.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object on standard output; its schema is `schema/run.schema.json`.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// If standard error is a terminal.
    Auto,
    Always,
    Never,
}
