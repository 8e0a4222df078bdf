//! `assay new`: create a plugin that builds, with one rule, its page, its tests and its CI.

use std::fmt::Write;

use anyhow::Result;
use assay_author::{NewPlugin, create};
use assay_model::shown;

use crate::args::NewArgs;
use crate::exit::ExitStatus;
use crate::output;

pub(crate) fn execute(args: &NewArgs) -> Result<ExitStatus> {
    let created = create(&NewPlugin {
        name: &args.name,
        folder: args.path.as_deref(),
        language: &args.lang,
        sdk: args.sdk.as_deref(),
    })?;
    let folder = shown(created.folder.display());
    let mut text = String::new();
    for file in &created.files {
        writeln!(text, "  {folder}/{file}")?;
    }
    if created.vendored > 0 {
        writeln!(
            text,
            "  {folder}/vendor/assay/   the SDK and the contract, {} files",
            created.vendored
        )?;
    }
    let name = &args.name;
    writeln!(text, "\nnext:\n  cd {folder}")?;
    let needs = if args.lang == "rust" { "needs rustup, and says" } else { "says" };
    writeln!(
        text,
        "  assay build                                       # {needs} what is missing"
    )?;
    writeln!(
        text,
        "  assay test                                        # the rule's page and cases, in the sandbox"
    )?;
    writeln!(text, "  assay try target/plugins/{name}.wasm samples/orders_2024.csv")?;
    writeln!(text, "  assay run samples/orders_2024.csv --root lake")?;
    output::text(&text)?;
    Ok(ExitStatus::Success)
}
