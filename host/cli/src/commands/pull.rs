//! `assay pull`: fetch a plugin from a registry.

use anyhow::{Result, bail};
use assay_model::shown;
use assay_packs::Lock;
use assay_registry::{OciReference, pull};
use assay_sandbox::Limits;
use assay_shipping::write_whole;
use assay_signing::{signature_path, verify};
use serde_json::json;

use crate::args::{Format, PullArgs};
use crate::exit::ExitStatus;
use crate::keys::public_keys;
use crate::output;

pub(crate) fn execute(args: &PullArgs) -> Result<ExitStatus> {
    let place: OciReference = args.place.parse()?;
    let keys = public_keys(&args.key)?;
    let limit = u64::try_from(Limits::default().component_bytes).unwrap_or(u64::MAX);
    let pulled = pull(&place, limit)?;
    let name = args.output.file_name().unwrap_or_default().to_string_lossy();
    // The first valid signature is kept; without keys to check against, the first.
    let mut kept = pulled.signatures.first();
    if !keys.is_empty() {
        let mut reason = "it has no signature".to_owned();
        kept = pulled.signatures.iter().find(|envelope| {
            let verified = verify(envelope, &name, &pulled.component, &keys);
            verified.map_err(|error| reason = error.to_string()).is_ok()
        });
        if kept.is_none() {
            bail!("`{}` cannot be trusted; nothing was written: {reason}", pulled.place);
        }
    }
    if let Some(envelope) = kept {
        write_whole(&signature_path(&args.output), envelope.as_bytes())?;
    }
    write_whole(&args.output, &pulled.component)?;
    let digest = Lock::digest_of(&pulled.component);
    match args.format {
        Format::Json => output::json(&json!({
            "path": args.output,
            "place": pulled.place.to_string(),
            "digest": format!("sha256:{}", pulled.digest),
            "component": format!("sha256:{digest}"),
            "signed": kept.is_some(),
            "verified": !keys.is_empty(),
        }))?,
        Format::Text => {
            let signature = match (kept, keys.is_empty()) {
                (None, _) => "none".to_owned(),
                (Some(_), true) => format!(
                    "{}, not checked: `--key` says whose to take",
                    shown(signature_path(&args.output).display())
                ),
                (Some(_), false) => {
                    format!("{}, by a key you named", shown(signature_path(&args.output).display()))
                }
            };
            output::text(&format!(
                "  pulled     {}\n  from       {}\n  plugin     sha256:{digest}\n  signature  {signature}\n\nnext:\n  assay inspect {0}\n  \
                 assay lock          # pins it, where rules use it\n",
                shown(args.output.display()),
                pulled.place,
            ))?;
        }
    }
    Ok(ExitStatus::Success)
}
