//! The form of plugins and their signatures in a registry.

use std::collections::BTreeMap;

use assay_digest::named;
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use serde_json::json;

/// The CNCF's media types for WebAssembly.
pub(crate) const CONFIG: &str = "application/vnd.wasm.config.v0+json";
pub(crate) const LAYER: &str = "application/wasm";

/// in-toto's media type for a release attestation in a DSSE envelope.
pub(crate) const SIGNATURE: &str = "application/vnd.in-toto.release+dsse";

/// OCI's empty config, for artifacts that need none.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
pub(crate) const EMPTY_CONFIG: &[u8] = b"{}";

/// The epoch: a config states its creation time, but the same plugin must always give the same bytes.
const CREATED: &str = "1970-01-01T00:00:00Z";

pub(crate) fn descriptor(media_type: &str, bytes: &[u8]) -> OciDescriptor {
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: named(bytes),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        ..OciDescriptor::default()
    }
}

/// The config of a component.
pub(crate) fn config(component: &[u8], imports: &[String], exports: &[String]) -> Vec<u8> {
    let config = json!({
        "created": CREATED,
        "architecture": "wasm",
        // The value for components in general; the list below says what this one imports.
        "os": "wasip2",
        "layerDigests": [named(component)],
        "component": { "exports": exports, "imports": imports },
    });
    serde_json::to_vec(&config).expect("a JSON value is JSON")
}

pub(crate) fn plugin_manifest(
    config: &[u8],
    component: &[u8],
    annotations: BTreeMap<String, String>,
) -> OciImageManifest {
    OciImageManifest {
        media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
        config: descriptor(CONFIG, config),
        layers: vec![descriptor(LAYER, component)],
        annotations: (!annotations.is_empty()).then_some(annotations),
        ..OciImageManifest::default()
    }
}

pub(crate) fn signature_manifest(subject: OciDescriptor, envelope: &[u8]) -> OciImageManifest {
    OciImageManifest {
        media_type: Some(OCI_IMAGE_MEDIA_TYPE.to_owned()),
        config: descriptor(EMPTY, EMPTY_CONFIG),
        layers: vec![descriptor(SIGNATURE, envelope)],
        subject: Some(subject),
        artifact_type: Some(SIGNATURE.to_owned()),
        ..OciImageManifest::default()
    }
}
