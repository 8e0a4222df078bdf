//! `assay package`: stamp a component with what it is and what it was built from.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};
use assay_author::{PackageRequest, Packaged, package};
use assay_model::shown;
use assay_packs::Lock;
use assay_shipping::write_whole;
use serde_json::json;

use crate::args::{Format, PackageArgs};
use crate::exit::ExitStatus;
use crate::surroundings::cache;
use crate::{output, stamps};

pub(crate) fn execute(args: &PackageArgs) -> Result<ExitStatus> {
    let packaged = package(&PackageRequest {
        target: &args.target,
        sources: args.sources.as_deref(),
        revision: args.revision.as_deref(),
        cache: cache(&args.rules),
    })?;
    let path = match (&args.output, &packaged.root, &packaged.stamps.name) {
        (Some(output), ..) => output.to_path_buf(),
        (None, Some(root), Some(name)) => root.join("target/package").join(format!("{name}.wasm")),
        _ => bail!(
            "no output file for the package of `{}`\nhelp: name one with `-o`",
            shown(args.target.display())
        ),
    };
    write_whole(&path, &packaged.bytes)?;
    match args.format {
        Format::Text => output::text(&text(&path, &packaged)?)?,
        Format::Json => output::json(&json!({
            "path": path,
            "bytes": packaged.bytes.len(),
            "digest": format!("sha256:{}", Lock::digest_of(&packaged.bytes)),
            "source_files": packaged.sources,
            "stamps": packaged.stamps,
        }))?,
    }
    Ok(ExitStatus::Success)
}

fn text(path: &Path, packaged: &Packaged) -> Result<String> {
    let mut text = String::new();
    let size = packaged.bytes.len().div_ceil(1_000);
    writeln!(text, "  {:<10} {} · {size} KB", "packaged", shown(path.display()))?;
    writeln!(text, "  {:<10} sha256:{}", "digest", Lock::digest_of(&packaged.bytes))?;
    for (label, value) in stamps::lines(&packaged.stamps) {
        let files = match packaged.sources {
            Some(files) if label == "made of" => format!(" ({files} files)"),
            _ => String::new(),
        };
        writeln!(text, "  {label:<10} {value}{files}")?;
    }
    let path = shown(path.display());
    writeln!(text, "\nnext:\n  assay sign {path} --key KEY          # `assay keygen` makes a key")?;
    writeln!(text, "  assay push {path} oci://HOST/REPOSITORY:TAG")?;
    Ok(text)
}
