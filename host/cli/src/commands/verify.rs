//! `assay verify`: check who vouches for a file.

use anyhow::{Context, Result};
use assay_model::shown;
use assay_signing::{SignatureError, verify_beside};
use serde_json::json;

use crate::args::{Format, VerifyArgs};
use crate::exit::ExitStatus;
use crate::keys::public_keys;
use crate::output;

pub(crate) fn execute(args: &VerifyArgs) -> Result<ExitStatus> {
    let file = shown(args.file.display());
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read `{file}`"))?;
    let keys = public_keys(&args.key)?;
    let signed = match verify_beside(&args.file, &bytes, &keys) {
        Ok(signed) => signed,
        Err(error @ SignatureError::Unreadable { .. }) => return Err(error.into()),
        Err(error) => {
            crate::complaint::complain(&format!("error: `{file}` cannot be trusted: {error}"));
            return Ok(ExitStatus::Refused);
        }
    };
    match args.format {
        Format::Json => output::json(&json!({
            "name": signed.name,
            "release": signed.release,
            "digest": format!("sha256:{}", signed.digest),
            "key": signed.key.to_string(),
        }))?,
        Format::Text => output::text(&format!(
            "  signed     {}\n  release    {}\n  digest     sha256:{}\n  key        {}\n",
            signed.name, signed.release, signed.digest, signed.key
        ))?,
    }
    Ok(ExitStatus::Success)
}
