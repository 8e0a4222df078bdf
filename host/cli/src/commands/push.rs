//! `assay push`: send a plugin to a registry.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use assay_model::shown;
use assay_pipeline::loading::Named;
use assay_registry::{OciReference, Push, push};
use assay_sandbox::Options;
use assay_shipping::{Stamps, read_stamps};
use assay_signing::signature_path;
use serde_json::json;

use crate::args::{Format, PushArgs};
use crate::exit::ExitStatus;
use crate::output;
use crate::surroundings::cache;

pub(crate) fn execute(args: &PushArgs) -> Result<ExitStatus> {
    let place: OciReference = args.place.parse()?;
    let file = shown(args.file.display());
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read `{file}`"))?;
    let name = args.file.file_stem().unwrap_or_default().to_string_lossy();
    let named = Named::open(Options { cache: cache(&args.rules), ..Options::default() })?;
    let component = named.load(&name, &bytes)?;
    let signature = signature_path(&args.file);
    let signature = match std::fs::read_to_string(&signature) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error)
                .with_context(|| format!("cannot read `{}`", shown(signature.display())));
        }
    };
    let mut stamps = read_stamps(&bytes)?;
    stamps.name = Some(component.info().name.clone());
    stamps.version = Some(component.info().version.clone());
    let pushed = push(&Push {
        place: &place,
        component: &bytes,
        imports: component.imports(),
        exports: component.exports(),
        signature: signature.as_deref(),
        annotations: annotations(&stamps),
    })?;
    match args.format {
        Format::Json => output::json(&json!({
            "place": pushed.place.to_string(),
            "tag": place.to_string(),
            "digest": format!("sha256:{}", pushed.digest),
            "component": format!("sha256:{}", component.digest()),
            "signature": pushed.signature.map(|digest| format!("sha256:{digest}")),
        }))?,
        Format::Text => output::text(&format!(
            "  pushed     {}\n  tag        {place}\n  plugin     {} {} · sha256:{}\n  signature  {}\n",
            pushed.place,
            component.info().name,
            component.info().version,
            component.digest(),
            pushed.signature.map_or_else(
                || format!("none: there is no `{}`", shown(signature_path(&args.file).display())),
                |digest| format!("sha256:{digest}, which refers to it")
            ),
        ))?,
    }
    Ok(ExitStatus::Success)
}

/// The annotations that registries display, as named by OCI.
fn annotations(stamps: &Stamps) -> BTreeMap<String, String> {
    let pairs = [
        ("title", &stamps.name),
        ("version", &stamps.version),
        ("description", &stamps.description),
        ("authors", &stamps.authors),
        ("licenses", &stamps.licenses),
        ("source", &stamps.source),
        ("url", &stamps.homepage),
        ("revision", &stamps.revision),
    ];
    let pairs = pairs.into_iter().filter_map(|(key, value)| Some((key, value.clone()?)));
    pairs.map(|(key, value)| (format!("org.opencontainers.image.{key}"), value)).collect()
}
