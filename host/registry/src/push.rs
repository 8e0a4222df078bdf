//! Pushes plugins to a registry.

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

/// What to push.
#[derive(Debug)]
pub struct Push<'a> {
    /// Destination: a repository and a tag.
    pub place: &'a OciReference,
    /// The component's bytes.
    pub component: &'a [u8],
    /// Its imports, for people who look at the registry.
    pub imports: &'a [String],
    /// Its exports.
    pub exports: &'a [String],
    /// Its signature, if it has one.
    pub signature: Option<&'a str>,
    /// Annotations such as `org.opencontainers.image.version`.
    pub annotations: BTreeMap<String, String>,
}

/// The result of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Its reference by digest, which never changes its meaning.
    pub place: OciReference,
    /// Digest of its manifest.
    pub digest: Digest,
    /// Digest of the signature's manifest, if there is a signature.
    pub signature: Option<Digest>,
}

/// Pushes a plugin: its bytes, its manifest, its signature and last the tag, so that a tag never names something incomplete. Fails if the
/// reference has no tag, or if the registry cannot be reached or refuses.
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
    // By digest first: the signature refers to it, and the tag is moved when everything has been uploaded.
    put(&to, &place.at(digest), text.clone())?;
    let signature = push.signature.map(|envelope| sign(&to, place, &text, envelope.as_bytes()));
    let signature = signature.transpose()?;
    put(&to, place, text)?;
    Ok(Pushed { place: place.at(digest), digest, signature })
}

fn blob(to: &Connection, place: &OciReference, bytes: &[u8]) -> Result<(), RegistryError> {
    let digest = named(bytes);
    let there = to.wait(place, to.client.blob_exists(place.reference(), &digest));
    // If the registry cannot tell, upload the blob.
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

/// Pushes a signature that refers to the manifest `subject`.
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
    // The registry does not track referrers, so clients maintain a list of them under a tag.
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
