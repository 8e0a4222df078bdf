//! `assay sign`: vouch for a file.

use anyhow::{Context, Result};
use assay_model::shown;
use assay_packs::Lock;
use assay_shipping::{read_stamps, write_whole};
use assay_signing::{SecretKey, Subject, sign, signature_path};
use serde_json::json;

use crate::args::{Format, SignArgs};
use crate::exit::ExitStatus;
use crate::output;

pub(crate) fn execute(args: &SignArgs) -> Result<ExitStatus> {
    let file = shown(args.file.display());
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read `{file}`"))?;
    let pem = std::fs::read_to_string(&args.key)
        .with_context(|| format!("cannot read the key `{}`", shown(args.key.display())))?;
    let key = SecretKey::from_pem(&pem)
        .with_context(|| format!("cannot sign with `{}`", shown(args.key.display())))?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    // A file that is not a component has no version; its digest is used instead.
    let version = read_stamps(&bytes).ok().and_then(|stamps| stamps.version);
    let path = signature_path(&args.file);
    let before = std::fs::read_to_string(&path).ok();
    let subject = Subject { name: &name, version: version.as_deref(), bytes: &bytes };
    let envelope = sign(subject, &key, before.as_deref());
    write_whole(&path, envelope.as_bytes())?;
    let (id, digest) = (key.public().id(), Lock::digest_of(&bytes));
    match args.format {
        Format::Json => output::json(&json!({
            "signature": path,
            "name": name,
            "digest": format!("sha256:{digest}"),
            "key": id.to_string(),
        }))?,
        Format::Text => output::text(&format!(
            "  signed     {file} as `{name}`\n  digest     sha256:{digest}\n  key        {id}\n  signature  {}\n",
            shown(path.display())
        ))?,
    }
    Ok(ExitStatus::Success)
}
