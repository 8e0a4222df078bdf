//! `assay verify`: who vouches for a file.

use std::path::Path;

use anyhow::{Context, Result};
use assay_signing::{PublicKey, SignatureError, verify_beside};
use serde_json::json;

use crate::args::{Format, VerifyArgs};
use crate::exit::ExitStatus;
use crate::output;

pub(crate) fn execute(args: &VerifyArgs) -> Result<ExitStatus> {
    let shown = args.file.display();
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read `{shown}`"))?;
    let keys = public_keys(&args.key)?;
    let signed = match verify_beside(&args.file, &bytes, &keys) {
        Ok(signed) => signed,
        Err(error @ SignatureError::Unreadable { .. }) => return Err(error.into()),
        Err(error) => {
            crate::complain(&format!("error: `{shown}` is not to be trusted: {error}"));
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
    Ok(ExitStatus::Published)
}

/// Keys as they are typed: a file, or the line that packs hold.
pub(crate) fn public_keys(typed: &[String]) -> Result<Vec<PublicKey>> {
    let read = |typed: &String| {
        let text = if Path::new(typed).is_file() {
            std::fs::read_to_string(typed)
                .with_context(|| format!("cannot read the key `{typed}`"))?
        } else {
            typed.clone()
        };
        PublicKey::from_pem(&text).with_context(|| format!("`{typed}` is no key to trust"))
    };
    typed.iter().map(read).collect()
}
