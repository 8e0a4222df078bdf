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
  2  could not run: what was typed, the rules, a plugin, a disk
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

The same run again changes nothing. A killed run leaves nothing that a reader sees.")]
    Run(RunArgs),
    /// Judge a file and write nothing but the report.
    #[command(after_help = "\
Examples:
  assay check OP_DTL_GNRL_PGYR2016_P06302017.csv
  assay check FILE --format json | jq .findings
  assay check FILE --report report.json
  assay check s3://lake/raw/year=2023/OP_DTL_GNRL_PGYR2023_P06282024.csv --report s3://lake/reports/2023.json")]
    Check(CheckArgs),
    /// Remove what no manifest names and nobody needs any more: first shows what, then, with --delete, does it.
    #[command(after_help = "\
Examples:
  assay gc --root ./lake                     what would go, and why the rest stays
  assay gc --root ./lake --delete
  assay gc --root ./lake --keep-runs 3 --keep-days 90 --format json

What is published stays, whatever its age. Audit records stay: they are small, and the account of what happened. Runs need no cleaning to work.")]
    Gc(GcArgs),
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
    #[cfg(feature = "author")]
    New(NewArgs),
    /// Build a plugin into a component that imports nothing, and pin it. Needs rustup.
    #[command(after_help = "\
Examples:
  assay build                       the plugin of the current folder
  assay build my-rules
  assay build --check               in CI: fail (exit code 1) if the bytes are not those that rules/assay.lock pins

The component comes to target/plugins/<name>.wasm, where `assay run` looks for it. The same sources and compiler give the same bytes
in any folder and on any machine. What is missing to build is named, with the way to get it.")]
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
    #[cfg(feature = "author")]
    Rules(RulesListArgs),
    /// Find everything that can be known to be wrong without running on data.
    #[command(after_help = "\
Examples:
  assay lint                        all packs and plugins
  assay lint rules/open-payments/general/2016.toml
  assay lint target/plugins/my-rules.wasm
  assay lint --strict               in CI: warnings count too

Exit codes: 0 nothing, or warnings only; 1 errors (with --strict: anything); 2 could not look.")]
    #[cfg(feature = "author")]
    Lint(LintArgs),
    /// Look at packs.
    #[cfg(feature = "author")]
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
    #[cfg(feature = "author")]
    Test(TestArgs),
    /// Measure what a plugin's rules cost, and hold them to the committed costs.
    #[command(after_help = "\
Examples:
  assay bench plugins/checks                   fuel for 1,000 records, by rule, against plugins/checks/cost.toml
  assay bench plugins/checks --bless           accept what is measured
  assay bench plugins/checks --fail-above 0%   any rise fails: fuel is the same on every machine
  assay bench plugins/checks --flame cost.svg  a flame graph of where the rules spend it

Exit codes: 0 within the costs, 1 a rule became dearer, 2 could not be measured.")]
    #[cfg(feature = "author")]
    Bench(BenchArgs),
    /// Stamp a plugin with what it is and what it was made of: name, version, licence, source digest, SDK.
    #[cfg(feature = "author")]
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
