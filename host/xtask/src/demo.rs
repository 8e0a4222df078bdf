//! `demo`: from a fresh checkout to judged records, in one command.
//!
//! It names a dataset, unlike the rest of `host/`: a demonstration needs one.

use std::fs;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::{plugins, python, setup, shell};

/// Named as the publisher names its files, so that `assay run` finds the pack.
const FILE: &str = "OP_DTL_GNRL_PGYR2023_P06282024.csv";

/// Records of the sample: some 100 MB, seconds of work, and enough for every defect to occur.
const RECORDS: &str = "200000";

/// Expected time and space, measured from a clean clone; `tests/steps.toml` has the steps `plugins` and
/// `slim`.
const FIRST_TIME: &str = "\
The first time, the libraries are compiled: 7 minutes of CPU, 4 by the clock on two idle cores. Cargo shows how far it is.
After that this takes seconds.";

/// What compiles plugins. Unoptimised, these crates save the first demo a fifth of its CPU, and cost 3 s when it compiles its two plugins.
const COMPILER: &[&str] = &[
    "cranelift-codegen",
    "cranelift-assembler-x64",
    "wasmtime-internal-cranelift",
    "wasmtime-environ",
    "wasmparser",
    "object",
];

/// Builds everything, generates a sample, runs the main job, and says where to look.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    if !checkout.binary().exists() {
        println!("{FIRST_TIME}");
    }
    step("1 of 4", "plugins, to WebAssembly");
    setup::for_building(checkout)?;
    plugins::build_and_pin(checkout)?;
    step("2 of 4", "`assay`, with what judging a file needs");
    checkout.build_slim(COMPILER)?;
    step("3 of 4", "a file with defects");

    let folder = checkout.output().join("demo");
    let file = folder.join(FILE);
    let lake = folder.join("lake");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    // The lake of an earlier demo may contain runs with other plugins, which the queries below would count
    // twice.
    if lake.exists() {
        fs::remove_dir_all(&lake).with_context(|| format!("cannot remove `{}`", lake.display()))?;
    }
    if file.exists() {
        fs::remove_file(&file).with_context(|| format!("cannot remove `{}`", file.display()))?;
    }

    let file = checkout.relative(&file);
    let lake = checkout.relative(&lake);
    shell::run(
        checkout
            .assay()
            .args(["sample", "open-payments", "general", "--year", "2023", "--rows", RECORDS])
            .args(["--seed", "7", "--defects", "0.5%", "-o", &file]),
    )?;
    step("4 of 4", "the main job: judge it and publish what passes");
    shell::run(checkout.assay().args(["run", &file, "--root", &lake]))?;
    print!("{}", where_to_look(checkout, &file, &lake));
    Ok(())
}

fn step(which: &str, what: &str) {
    println!("\n── {which}: {what} ──");
}

fn where_to_look(checkout: &Checkout, file: &str, lake: &str) -> String {
    let binary = checkout.relative(&checkout.binary());
    let interpreter = python::interpreter(checkout);
    let python = checkout.relative(&interpreter);
    let install =
        if interpreter.exists() { "" } else { " (`cargo xtask setup` installs DuckDB for them)" };
    // The space before the closing quotes separates them from a quote that ends the SQL.
    let typed =
        |sql: String| format!("  {python} -c \"import duckdb; print(duckdb.sql('''{sql} '''))\"\n");
    let queries: String = queries(lake).into_iter().map(typed).collect();
    format!(
        "
where to look
  {file}   what was judged; the truth file beside it says which record has which defect
  {lake}/staging/validated   the records that passed, as typed Parquet; _commit/manifest.json is the commit
  {lake}/staging/rejected    the quarantine: raw bytes, position, findings, repairs
  {lake}/metadata            the audit record, and the layouts that were seen

things to try{install}
{queries}  {binary} run {file} --root {lake}   # again: it is published already, so nothing changes
  {binary} inspect target/plugins/checks.wasm
  cargo build --bin assay   # `assay` with everything: commands for authors of rules, registries, flame graphs
"
    )
}

/// The first questions to ask: how much passed, what was quarantined and why, and an example of such a
/// record.
fn queries(lake: &str) -> [String; 3] {
    let validated = format!("'{lake}/staging/validated/**/part-*.parquet'");
    let quarantine = format!("'{lake}/staging/rejected/**/quarantine-*.parquet'");
    [
        format!(
            "SELECT count(*) AS records, sum(Total_Amount_of_Payment_USDollars) AS dollars FROM {validated}"
        ),
        format!(
            "SELECT f.rule, f.level, count(*) AS hits FROM (SELECT unnest(findings) AS f FROM {quarantine}) \
             GROUP BY ALL ORDER BY hits DESC"
        ),
        format!(
            "SELECT record, line_first, findings, raw FROM {quarantine} ORDER BY record LIMIT 5"
        ),
    ]
}
