//! `assay import`: install a bundle into a rules folder.

use std::fmt::Write;

use anyhow::Result;
use assay_model::shown;
use assay_shipping::{ImportRequest, import};
use serde_json::json;

use crate::args::{Format, ImportArgs};
use crate::exit::ExitStatus;
use crate::keys::public_keys;
use crate::output;

pub(crate) fn execute(args: &ImportArgs) -> Result<ExitStatus> {
    let keys = public_keys(&args.key)?;
    let request = ImportRequest { bundle: &args.bundle, rules: &args.rules, keys: &keys };
    let imported = import(&request)?;
    match args.format {
        Format::Json => output::json(&json!({
            "pack": imported.pack,
            "rules": args.rules,
            "added": imported.added,
            "replaced": imported.replaced,
            "unchanged": imported.unchanged,
        }))?,
        Format::Text => {
            let mut text = String::new();
            writeln!(text, "  imported   {}", shown(imported.pack.display()))?;
            for (label, files) in [("added", &imported.added), ("replaced", &imported.replaced)] {
                for file in files {
                    writeln!(text, "  {label:<10} {file}")?;
                }
            }
            if imported.unchanged > 0 {
                writeln!(text, "  unchanged  {} files", imported.unchanged)?;
            }
            let rules = shown(args.rules.display());
            writeln!(text, "\nnext:\n  assay check FILE --rules {rules}")?;
            output::text(&text)?;
        }
    }
    Ok(ExitStatus::Success)
}
