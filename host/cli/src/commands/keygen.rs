//! `assay keygen`: a key pair to sign with.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use assay_signing::SecretKey;
use serde_json::json;

use crate::args::{Format, KeygenArgs};
use crate::exit::ExitStatus;
use crate::output;

pub(crate) fn execute(args: &KeygenArgs) -> Result<ExitStatus> {
    let (secret, public) =
        (args.path.with_added_extension("key"), args.path.with_added_extension("pub"));
    for path in [&secret, &public] {
        if path.exists() {
            bail!(
                "`{}` exists, and a key that is written over is lost\nhelp: choose another name",
                path.display()
            );
        }
    }
    let key = SecretKey::generate()?;
    write(&secret, &key.to_pem(), 0o600)?;
    write(&public, &key.public().to_pem(), 0o644)?;
    let (line, id) = (key.public().to_string(), key.public().id().to_string());
    match args.format {
        Format::Json => {
            output::json(&json!({ "secret": secret, "public": public, "line": line, "id": id }))?;
        }
        Format::Text => {
            output::text(&format!(
                "  secret     {}   keep it: who has it can sign\n  public     {}\n  id         {id}\n\nin packs that trust it:\n  \
             [trust]\n  keys = [\"{line}\"]\n",
                secret.display(),
                public.display()
            ))?;
        }
    }
    Ok(ExitStatus::Success)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write `{}`", path.display()))
}
