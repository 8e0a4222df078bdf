//! What can be typed.

#[cfg(feature = "author")]
mod author;
mod bucket;
mod format;
mod gc;
mod judge;
mod look;
mod rules;
mod shipping;
mod source;

use clap::{Parser, Subcommand};

#[cfg(feature = "author")]
pub(crate) use author::{
    BenchArgs, BuildArgs, LintArgs, NewArgs, PackArgs, PackCommand, PackDiffArgs, PackageArgs,
    PluginArgs, RulesListArgs, TestArgs, TestFormat,
};
pub(crate) use bucket::BucketArgs;
pub(crate) use format::Format;
pub(crate) use gc::GcArgs;
pub(crate) use judge::{CheckArgs, JudgeArgs, RunArgs, When};
pub(crate) use look::{ExplainArgs, InspectArgs, LockArgs, SampleArgs, TryArgs};
pub(crate) use rules::RulesArgs;
pub(crate) use shipping::{ExportArgs, ImportArgs, KeygenArgs, SignArgs, VerifyArgs};
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
  2  could not run: bad arguments, rules, a plugin, a disk
  130, 143  ended by SIGINT, SIGTERM: nothing was published, and the audit record says so";

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
  assay run s3://lake/raw/year=2023/OP_DTL_GNRL_PGYR2023_P06282024.csv --root s3://lake

The same run again changes nothing. A killed run leaves nothing visible to readers.")]
    Run(RunArgs),
    /// Judge a file without publishing anything; prints the report.
    #[command(after_help = "\
Examples:
  assay check OP_DTL_GNRL_PGYR2016_P06302017.csv
  assay check FILE --format json | jq .findings
  assay check FILE --report report.json
  assay check s3://lake/raw/year=2023/OP_DTL_GNRL_PGYR2023_P06282024.csv --report s3://lake/reports/2023.json")]
    Check(CheckArgs),
    /// Remove files that no manifest names and nobody needs; lists them first, and deletes them with --delete.
    #[command(after_help = "\
Examples:
  assay gc --root ./lake                     list what would be removed, and why the rest stays
  assay gc --root ./lake --delete
  assay gc --root ./lake --keep-runs 3 --keep-days 90 --format json

Published runs are kept, whatever their age, and so are audit records: they are small and document what happened. Runs work without gc.")]
    Gc(GcArgs),
    /// Show a plugin's name, version, contract, rules, imports, limits and digest.
    #[command(after_help = "\
Examples:
  assay inspect target/plugins/checks.wasm
  assay inspect my-rules.wasm --format json")]
    Inspect(InspectArgs),
    /// Generate a realistic file, and a list of the defects put into it.
    #[command(after_help = "\
Examples:
  assay sample open-payments general --year 2023 --rows 1000000 --seed 7 --defects 0.5% -o big.csv
  assay sample open-payments general --year 2018 --layout general-75 --rows 1000 -o old.csv

Also writes big.csv.truth.tsv (the defects of each record, and the findings they must produce)
and big.csv.truth.json (totals). The same arguments give the same bytes.")]
    Sample(SampleArgs),
    /// Pin the plugins that packs use: writes their digests to `assay.lock` beside the rules.
    #[command(after_help = "\
Examples:
  assay lock                        after a plugin was built anew
  assay lock --rules my-rules --plugins my-plugins

A run refuses a plugin whose digest is not the pinned one.")]
    Lock(LockArgs),
    /// Create a plugin that builds: one rule with its page, tests, a pack and CI.
    #[command(after_help = "\
Examples:
  assay new my-rules                creates the folder my-rules; needs no network: the SDK is written beside it
  assay new my-rules --path plugins/mine
  assay new my-rules --sdk ../assay    uses the SDK of a checkout, for work on the SDK itself

Existing files are never overwritten.")]
    #[cfg(feature = "author")]
    New(NewArgs),
    /// Build a plugin into a component that imports nothing, and pin it. Needs rustup.
    #[command(after_help = "\
Examples:
  assay build                       the plugin of the current folder
  assay build my-rules
  assay build --check               in CI: fail (exit code 1) if the bytes are not those that rules/assay.lock pins

The component is written to target/plugins/<name>.wasm, where `assay run` looks for it. The same sources and compiler give the same bytes
in any folder and on any machine. If a tool is missing, the error says how to install it.")]
    #[cfg(feature = "author")]
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
    /// Show how every rule judges one record: the verdict, the cells it read, repairs, and the cost.
    #[command(after_help = "\
Examples:
  assay explain OP_DTL_GNRL_PGYR2016_P06302017.csv --record 123456
  assay explain orders_2024.csv --record 6 --format json | jq '.rules[] | select(.state == \"skipped\")'

Records are counted from 1, without the header, as in reports and in the column `_record` of the Parquet files.")]
    Explain(ExplainArgs),
    /// List all rules; with a code, show that rule's page.
    #[command(after_help = "\
Examples:
  assay rules                       every rule: class, levels that packs give it, who uses it, what it says
  assay rules amount-zero           one rule with its page, if its plugin has one
  assay rules --format json | jq '.[] | select(.packs == [])'    rules that no pack uses")]
    #[cfg(feature = "author")]
    Rules(RulesListArgs),
    /// Find mistakes in packs and plugins without running them on data.
    #[command(after_help = "\
Examples:
  assay lint                        all packs and plugins
  assay lint rules/open-payments/general/2016.toml
  assay lint target/plugins/my-rules.wasm
  assay lint --strict               in CI: warnings count too

Exit codes: 0 nothing found, or only warnings; 1 errors (with --strict: also warnings); 2 could not check.")]
    #[cfg(feature = "author")]
    Lint(LintArgs),
    /// Compare packs.
    #[cfg(feature = "author")]
    Pack(PackArgs),
    /// Test a plugin: its pages, its cases, and the laws that every plugin must obey.
    #[command(after_help = "\
Examples:
  assay test plugins/checks                    pages, cases, laws and coverage of the built component
  assay test plugins/checks --rule one-of      one page only
  assay test plugins/checks --watch            again whenever a page, a case or the component changes
  assay test plugins/checks --bless            accept the findings as expected, then review the difference
  assay test . --component my-rules.wasm --min-coverage 90% --format github

A page is `rules/<rule>.md`, a case `cases/<name>/{input.csv,settings.toml,expected.csv}`; plugins/README.md explains both.
Exit codes: 0 all passed, 1 something failed, 2 could not be tested.")]
    #[cfg(feature = "author")]
    Test(TestArgs),
    /// Measure the cost of a plugin's rules and compare it with the baseline.
    #[command(after_help = "\
Examples:
  assay bench plugins/checks                   fuel for 1,000 records, by rule, against plugins/checks/cost.toml
  assay bench plugins/checks --bless           accept the measured costs
  assay bench plugins/checks --fail-above 0%   any rise fails: fuel is the same on every machine
  assay bench plugins/checks --flame cost.svg  a flame graph of where the rules spend it

Exit codes: 0 within the baseline, 1 a rule costs more, 2 could not be measured.")]
    #[cfg(feature = "author")]
    Bench(BenchArgs),
    /// Stamp a plugin with its name, version, licence, source digest and SDK.
    #[cfg(feature = "author")]
    Package(PackageArgs),
    /// Create a key pair for signing plugins.
    Keygen(KeygenArgs),
    /// Sign a plugin: writes the signature beside it.
    Sign(SignArgs),
    /// Verify the signature of a plugin.
    Verify(VerifyArgs),
    /// Push a plugin to an OCI registry, with its signature.
    #[cfg(feature = "registry")]
    Push(PushArgs),
    /// Pull a plugin from an OCI registry, by digest.
    #[cfg(feature = "registry")]
    Pull(PullArgs),
    /// Export a pack with its layouts, plugins, lock and signatures to one file, for a host without a network.
    Export(ExportArgs),
    /// Import a bundle: verified first, then installed atomically.
    Import(ImportArgs),
}
