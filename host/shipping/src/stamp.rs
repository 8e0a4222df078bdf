//! What a component says about itself: name, version, licence and origin, in custom sections that other tools read too.
//!
//! The sections are those of the OCI image annotations (`version`, `licenses`, `source`, …) and `producers`. The only one of our own is
//! [`SOURCE_DIGEST`], which has no standard equivalent. They contain nothing that depends on machine or time, so the same source gives the
//! same bytes.

use std::borrow::Cow;

use assay_model::Digest;
use serde::Serialize;
use wasm_encoder::{ComponentSection, CustomSection, RawSection};
use wasm_metadata::{
    AddMetadata, AddMetadataField, Authors, Description, Homepage, Licenses, Metadata, Payload,
    Producers, Revision, Source, Version,
};
use wasmparser::{Parser, Payload as Section};

use crate::error::ShippingError;

/// Custom section with the digest of a component's source: `sha256:` and 64 hexadecimal digits.
const SOURCE_DIGEST: &str = "assay:source-digest";

/// Sections that are rewritten, always in the same order. Compilers' entries in `producers` are kept.
const OURS: [&str; 10] = [
    "authors",
    "component-name",
    "description",
    "homepage",
    "licenses",
    "producers",
    "revision",
    "source",
    "version",
    SOURCE_DIGEST,
];

/// The stamps of a component. Unknown ones are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stamps {
    /// Name of the plugin.
    pub name: Option<String>,
    /// Version of the plugin.
    pub version: Option<String>,
    /// What it does, in one line.
    pub description: Option<String>,
    /// Its authors.
    pub authors: Option<String>,
    /// An SPDX licence expression.
    pub licenses: Option<String>,
    /// URL of the source.
    pub source: Option<String>,
    /// URL of its home page.
    pub homepage: Option<String>,
    /// Revision of the source: a commit.
    pub revision: Option<String>,
    /// Digest of the source, see [`source_digest`](crate::source_digest).
    #[serde(serialize_with = "as_text")]
    pub source_digest: Option<Digest>,
    /// SDKs with their versions.
    pub sdk: Vec<(String, String)>,
    /// Tools that processed it, with their versions.
    pub processed_by: Vec<(String, String)>,
    /// Languages, with their versions if known.
    pub language: Vec<(String, String)>,
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn as_text<S: serde::Serializer>(digest: &Option<Digest>, to: S) -> Result<S::Ok, S::Error> {
    match digest {
        Some(digest) => to.collect_str(&format_args!("sha256:{digest}")),
        None => to.serialize_none(),
    }
}

/// Stamps a component. Stamping it again with the same stamps changes nothing. Fails if the bytes are not a component, or if a stamp is not
/// in the agreed form.
pub fn stamp(component: &[u8], stamps: &Stamps) -> Result<Vec<u8>, ShippingError> {
    let name = stamps.name.clone().unwrap_or_default();
    let failed = |detail: String| ShippingError::NoComponent { name: name.clone(), detail };
    let bare = without(component, &OURS).map_err(failed)?;
    let mut add = AddMetadata::default();
    add.name = field(stamps.name.clone());
    let before = Producers::from_wasm(component).map_err(|error| failed(format!("{error:#}")))?;
    let with = |field: &str, ours: &[(String, String)]| merged(before.as_ref(), field, ours);
    add.language = with("language", &stamps.language);
    add.processed_by = with("processed-by", &stamps.processed_by);
    add.sdk = with("sdk", &stamps.sdk);
    add.version = field(stamps.version.clone().map(Version::new));
    add.description = field(stamps.description.clone().map(Description::new));
    add.authors = field(stamps.authors.clone().map(Authors::new));
    add.revision = field(stamps.revision.clone().map(Revision::new));
    let url = "write the whole address, such as `https://example.org/my-rules`";
    add.source = parsed("source", stamps.source.as_deref(), Source::new, url)?;
    add.homepage = parsed("homepage", stamps.homepage.as_deref(), Homepage::new, url)?;
    add.licenses = parsed(
        "licence",
        stamps.licenses.as_deref(),
        Licenses::new,
        "write an SPDX expression, such as `Apache-2.0` or `MIT OR Apache-2.0`",
    )?;
    let mut stamped = add.to_wasm(&bare).map_err(|error| failed(format!("{error:#}")))?;
    if let Some(digest) = stamps.source_digest {
        let data = format!("sha256:{digest}").into_bytes();
        let section = CustomSection { name: SOURCE_DIGEST.into(), data: Cow::Owned(data) };
        section.append_to_component(&mut stamped);
    }
    Ok(stamped)
}

/// Reads the stamps of a component. Fails if the bytes are not a component.
pub fn read_stamps(component: &[u8]) -> Result<Stamps, ShippingError> {
    let failed = |detail: String| ShippingError::NoComponent { name: "it".to_owned(), detail };
    let payload = Payload::from_binary(component).map_err(|error| failed(format!("{error:#}")))?;
    let Payload::Component { metadata, .. } = payload else {
        return Err(failed("it is a core module".to_owned()));
    };
    let Metadata { producers, .. } = &metadata;
    let produced = |what: &str| {
        let field = producers.as_ref().and_then(|producers| producers.get(what));
        let pairs = field.iter().flat_map(wasm_metadata::ProducersField::iter);
        pairs.map(|(name, version)| (name.clone(), version.clone())).collect::<Vec<_>>()
    };
    let mut source_digest = None;
    for_each_section(component, |section| {
        if let Section::CustomSection(custom) = section
            && custom.name() == SOURCE_DIGEST
        {
            let text = std::str::from_utf8(custom.data()).unwrap_or_default();
            source_digest = text.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
        }
        Ok(())
    })
    .map_err(failed)?;
    Ok(Stamps {
        sdk: produced("sdk"),
        processed_by: produced("processed-by"),
        language: produced("language"),
        version: metadata.version.map(|it| it.to_string()),
        description: metadata.description.map(|it| it.to_string()),
        authors: metadata.authors.map(|it| it.to_string()),
        licenses: metadata.licenses.map(|it| it.to_string()),
        source: metadata.source.map(|it| it.to_string()),
        homepage: metadata.homepage.map(|it| it.to_string()),
        revision: metadata.revision.map(|it| it.to_string()),
        name: metadata.name,
        source_digest,
    })
}

/// Merges a field of `producers`: the existing entries with our versions, then ours that are new.
fn merged(
    before: Option<&Producers>,
    field: &str,
    ours: &[(String, String)],
) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    if let Some(before) = before.and_then(|before| before.get(field)) {
        all.extend(before.iter().map(|(name, version)| (name.clone(), version.clone())));
    }
    for (name, version) in ours {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some(known) => known.1.clone_from(version),
            None => all.push((name.clone(), version.clone())),
        }
    }
    all
}

fn field<T: std::fmt::Debug + Clone>(value: Option<T>) -> AddMetadataField<T> {
    value.map_or(AddMetadataField::Keep, AddMetadataField::Set)
}

fn parsed<T: std::fmt::Debug + Clone, E: std::fmt::Display>(
    what: &'static str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, E>,
    help: &'static str,
) -> Result<AddMetadataField<T>, ShippingError> {
    let Some(text) = text else { return Ok(AddMetadataField::Keep) };
    parse(text).map(AddMetadataField::Set).map_err(|error| ShippingError::Stamp {
        what,
        found: text.to_owned(),
        detail: error.to_string(),
        help,
    })
}

/// Returns the component without some of its outermost custom sections.
fn without(component: &[u8], names: &[&str]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(component.len());
    for_each_section(component, |section| {
        match section {
            Section::Version { .. } => out.extend_from_slice(&wasm_encoder::Component::HEADER),
            Section::CustomSection(custom) if names.contains(&custom.name()) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    // A section may claim more bytes than there are.
                    let data = component.get(range).ok_or("it was cut off")?;
                    RawSection { id, data }.append_to_component(&mut out);
                }
            }
        }
        Ok(())
    })?;
    Ok(out)
}

/// Calls `each` with every section of the outermost component; nested modules and components are kept whole.
fn for_each_section(
    component: &[u8],
    mut each: impl FnMut(&Section<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut depth = 0_u32;
    for section in Parser::new(0).parse_all(component) {
        let section = section.map_err(|error| error.to_string())?;
        if depth == 0 {
            if let Section::Version { encoding: wasmparser::Encoding::Module, .. } = section {
                return Err("it is a core module".to_owned());
            }
            each(&section)?;
        }
        match section {
            Section::ModuleSection { .. } | Section::ComponentSection { .. } => depth += 1,
            Section::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}
