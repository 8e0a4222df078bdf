//! `assay keygen`: create a key pair for signing.

use std::path::Path;

use anyhow::{Context, Result, bail};
use assay_files::{Access, Keep};
use assay_model::shown;
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
                "`{}` exists, and was not overwritten: an overwritten key is lost\nhelp: choose another name",
                shown(path.display())
            );
        }
    }
    let key = SecretKey::generate()?;
    write(&secret, &key.to_pem(), Access::OwnerOnly)?;
    write(&public, &key.public().to_pem(), Access::OwnerWrites)?;
    let (line, id) = (key.public().to_string(), key.public().id().to_string());
    match args.format {
        Format::Json => {
            output::json(&json!({ "secret": secret, "public": public, "line": line, "id": id }))?;
        }
        Format::Text => {
            output::text(&format!(
                "  secret     {}   keep it secret: whoever has it can sign\n  public     {}\n  id         {id}\n\nin packs that trust it:\n  \
             [trust]\n  keys = [\"{line}\"]\n",
                shown(secret.display()),
                shown(public.display())
            ))?;
        }
    }
    Ok(ExitStatus::Success)
}

fn write(path: &Path, text: &str, access: Access) -> Result<()> {
    assay_files::create(path, text.as_bytes(), access, Keep::Durable)
        .with_context(|| format!("cannot write `{}`", shown(path.display())))
}
