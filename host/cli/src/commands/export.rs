//! `assay export`: write a pack and everything it needs into one file.

use std::fmt::Write;

use anyhow::Result;
use assay_model::shown;
use assay_shipping::export;
use serde_json::json;

use crate::args::{ExportArgs, Format};
use crate::exit::ExitStatus;
use crate::output;
use crate::surroundings::discovery;

pub(crate) fn execute(args: &ExportArgs) -> Result<ExitStatus> {
    let discovery = discovery(&args.rules)?;
    let exported = export(&args.pack, &discovery, &args.output)?;
    match args.format {
        Format::Json => output::json(&json!({
            "path": args.output,
            "digest": format!("sha256:{}", exported.digest),
            "bytes": exported.bytes,
            "files": exported.files.iter().map(|(path, bytes)| json!({ "path": path, "bytes": bytes }))
                .collect::<Vec<_>>(),
            "plugins": exported.plugins.iter().map(|(name, signed)| json!({ "name": name, "signed": signed }))
                .collect::<Vec<_>>(),
        }))?,
        Format::Text => {
            let path = shown(args.output.display());
            let size = exported.bytes.div_ceil(1_000);
            let mut text = String::new();
            writeln!(text, "  exported   {path} · {size} KB · {} files", exported.files.len())?;
            writeln!(text, "  digest     sha256:{}", exported.digest)?;
            for (name, signed) in &exported.plugins {
                let signed = if *signed { "signed" } else { "not signed" };
                writeln!(text, "  plugin     {name} · {signed}")?;
            }
            writeln!(text, "\nnext:\n  assay sign {path} --key KEY")?;
            writeln!(text, "  assay import {path} --rules DIR --key KEY.pub          # there")?;
            output::text(&text)?;
        }
    }
    Ok(ExitStatus::Success)
}
