//! From a file to a registry.

use std::collections::BTreeMap;

use assay_digest::{named, sha256};
use assay_model::Digest;
use oci_client::manifest::{
    ImageIndexEntry, OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE, OciImageIndex,
    OciImageManifest, OciManifest,
};

use crate::artifact::{
    EMPTY_CONFIG, SIGNATURE, config, descriptor, plugin_manifest, signature_manifest,
};
use crate::client::Connection;
use crate::error::RegistryError;
use crate::reference::OciReference;

/// What is to be pushed.
#[derive(Debug)]
pub struct Push<'a> {
    /// Where to: a repository and a tag.
    pub place: &'a OciReference,
    /// The component.
    pub component: &'a [u8],
    /// What it imports, for those who look at the registry.
    pub imports: &'a [String],
    /// What it exports.
    pub exports: &'a [String],
    /// Its signature, if it has one.
    pub signature: Option<&'a str>,
    /// `org.opencontainers.image.version` and the like.
    pub annotations: BTreeMap<String, String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Where it is, by digest: the name that never means anything else.
    pub place: OciReference,
    /// The manifest's digest.
    pub digest: Digest,
    /// The digest of the signature's manifest.
    pub signature: Option<Digest>,
}

/// Pushes a plugin: its bytes, its manifest, and then its signature, so that a tag never names what is not whole.
pub fn push(push: &Push<'_>) -> Result<Pushed, RegistryError> {
    let place = push.place;
    if place.digest().is_some() {
        return Err(RegistryError::NoTag { place: place.to_string() });
    }
    let to = Connection::open(place)?;
    let config = config(push.component, push.imports, push.exports);
    let manifest = plugin_manifest(&config, push.component, push.annotations.clone());
    blob(&to, place, &config)?;
    blob(&to, place, push.component)?;
    let text = bytes(&manifest);
    let digest = sha256(&text);
    // By digest first: the signature refers to it, and the tag is moved when everything is there.
    put(&to, &place.at(digest), text.clone())?;
    let signature = push.signature.map(|envelope| sign(&to, place, &text, envelope.as_bytes()));
    let signature = signature.transpose()?;
    put(&to, place, text)?;
    Ok(Pushed { place: place.at(digest), digest, signature })
}

fn blob(to: &Connection, place: &OciReference, bytes: &[u8]) -> Result<(), RegistryError> {
    let digest = named(bytes);
    let there = to.wait(place, to.client.blob_exists(place.reference(), &digest));
    // A registry that cannot tell is sent the blob.
    if there.is_ok_and(|there| there) {
        return Ok(());
    }
    to.wait(place, to.client.push_blob(place.reference(), bytes.to_vec(), &digest)).map(drop)
}

fn bytes(manifest: &OciImageManifest) -> Vec<u8> {
    serde_json::to_vec(manifest).expect("a manifest is JSON")
}

fn put(to: &Connection, place: &OciReference, manifest: Vec<u8>) -> Result<(), RegistryError> {
    let kind = OCI_IMAGE_MEDIA_TYPE.parse().expect("a media type is a header's value");
    to.wait(place, to.client.push_manifest_raw(place.reference(), manifest, kind)).map(drop)
}

/// Pushes a signature that refers to a manifest.
fn sign(
    to: &Connection,
    place: &OciReference,
    subject: &[u8],
    envelope: &[u8],
) -> Result<Digest, RegistryError> {
    let manifest = signature_manifest(descriptor(OCI_IMAGE_MEDIA_TYPE, subject), envelope);
    blob(to, place, EMPTY_CONFIG)?;
    blob(to, place, envelope)?;
    let text = bytes(&manifest);
    let (own, subject) = (sha256(&text), sha256(subject));
    put(to, &place.at(own), text.clone())?;
    let referred = place.at(subject);
    let mut index = to.wait(place, to.client.pull_referrers(referred.reference(), None))?;
    let name = format!("sha256:{own}");
    if index.manifests.iter().any(|entry| entry.digest == name) {
        return Ok(own);
    }
    // The registry does not keep account of referrers; then clients do, under a tag.
    index.manifests.push(ImageIndexEntry {
        media_type: OCI_IMAGE_MEDIA_TYPE.to_owned(),
        digest: name,
        size: i64::try_from(text.len()).unwrap_or(i64::MAX),
        platform: None,
        annotations: None,
        artifact_type: Some(SIGNATURE.to_owned()),
    });
    let index = OciImageIndex {
        schema_version: 2,
        media_type: Some(OCI_IMAGE_INDEX_MEDIA_TYPE.to_owned()),
        ..index
    };
    let tag = place.tagged(format!("sha256-{subject}"));
    let index = OciManifest::ImageIndex(index);
    to.wait(place, to.client.push_manifest(tag.reference(), &index))?;
    Ok(own)
}
