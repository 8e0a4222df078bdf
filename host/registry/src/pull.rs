//! Pulls plugins and checks that they have the requested digests.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use assay_digest::sha256;
use assay_model::Digest;
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use tokio::io::AsyncWrite;

use crate::artifact::{LAYER, SIGNATURE};
use crate::client::Connection;
use crate::error::RegistryError;
use crate::reference::OciReference;

/// Maximum size of a signature in bytes. 1 MiB: a signature is a page of text, so this fits hundreds.
const SIGNATURE_BYTES: u64 = 1 << 20;

/// A plugin pulled from a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// Its reference by digest.
    pub place: OciReference,
    /// Digest of its manifest.
    pub digest: Digest,
    /// The component.
    pub component: Vec<u8>,
    /// Its signatures, as DSSE envelopes. The caller must verify them.
    pub signatures: Vec<String>,
}

/// Pulls a plugin of at most `limit` bytes. Fails if the registry cannot be reached or denies access, if there is no plugin, or if its
/// content is too large or has another digest.
pub fn pull(place: &OciReference, limit: u64) -> Result<Pulled, RegistryError> {
    let from = Connection::open(place)?;
    let (digest, manifest) = manifest(&from, place)?;
    let not_wasm = |detail: String| RegistryError::NotWasm { place: place.to_string(), detail };
    let [layer] = &manifest.layers[..] else {
        return Err(not_wasm(format!("it has {} layers", manifest.layers.len())));
    };
    if layer.media_type != LAYER {
        return Err(not_wasm(format!("its layer is `{}`", layer.media_type)));
    }
    let component = blob(&from, place, layer, limit)?;
    let signatures = signatures(&from, &place.at(digest))?;
    Ok(Pulled { place: place.at(digest), digest, component, signatures })
}

fn manifest(
    from: &Connection,
    place: &OciReference,
) -> Result<(Digest, OciImageManifest), RegistryError> {
    let accepted = [OCI_IMAGE_MEDIA_TYPE];
    let auth = oci_client::secrets::RegistryAuth::Anonymous;
    // Credentials were stored when the connection was opened; these do not replace them.
    let asked = from.client.pull_manifest_raw(place.reference(), &auth, &accepted);
    let (text, _) = from.wait(place, asked)?;
    let found = sha256(&text);
    if let Some(expected) = place.digest()
        && expected != found
    {
        let registry = place.registry().to_owned();
        return Err(mismatch(registry, expected, found));
    }
    let manifest = serde_json::from_slice(&text).map_err(|error| RegistryError::NotWasm {
        place: place.to_string(),
        detail: format!("its manifest cannot be read: {error}"),
    })?;
    Ok((found, manifest))
}

fn blob(
    from: &Connection,
    place: &OciReference,
    layer: &OciDescriptor,
    limit: u64,
) -> Result<Vec<u8>, RegistryError> {
    let size = u64::try_from(layer.size).unwrap_or(u64::MAX);
    if size > limit {
        return Err(RegistryError::TooLarge { place: place.to_string(), bytes: size, limit });
    }
    let mut capped = Capped { bytes: Vec::new(), limit: size };
    let answer = from.wait(place, from.client.pull_blob(place.reference(), layer, &mut capped));
    let bytes = capped.bytes;
    if bytes.len() as u64 > size {
        let registry = place.registry().to_owned();
        return Err(RegistryError::TooMuch { registry, limit: size });
    }
    answer?;
    let expected: Option<Digest> =
        layer.digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
    let found = sha256(&bytes);
    match expected {
        Some(expected) if expected == found => Ok(bytes),
        Some(expected) => {
            let registry = place.registry().to_owned();
            Err(mismatch(registry, expected, found))
        }
        None => Err(RegistryError::NotWasm {
            place: place.to_string(),
            detail: format!("its layer's digest is `{}`", layer.digest),
        }),
    }
}

/// Collects at most `limit` bytes, plus one to show that there were more.
struct Capped {
    bytes: Vec<u8>,
    limit: u64,
}

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        sent: &[u8],
    ) -> Poll<io::Result<usize>> {
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX).saturating_add(1);
        let room = most - self.bytes.len();
        self.bytes.extend_from_slice(&sent[..sent.len().min(room)]);
        Poll::Ready(if sent.len() < room {
            Ok(sent.len())
        } else {
            Err(io::Error::other("more bytes than the manifest says"))
        })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn mismatch(registry: String, expected: Digest, found: Digest) -> RegistryError {
    RegistryError::Digest { registry, expected: expected.to_string(), found: found.to_string() }
}

fn signatures(from: &Connection, place: &OciReference) -> Result<Vec<String>, RegistryError> {
    let index = from.wait(place, from.client.pull_referrers(place.reference(), Some(SIGNATURE)))?;
    let mut signatures = Vec::new();
    for entry in index.manifests {
        // A registry may return all referrers, whatever type was requested.
        if entry.artifact_type.as_deref() != Some(SIGNATURE) {
            continue;
        }
        let Some(digest) = entry.digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok())
        else {
            continue;
        };
        let (_, manifest) = manifest(from, &place.at(digest))?;
        for layer in manifest.layers.iter().filter(|layer| layer.media_type == SIGNATURE) {
            let bytes = blob(from, place, layer, SIGNATURE_BYTES)?;
            signatures.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(signatures)
}
