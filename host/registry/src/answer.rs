//! Errors from registries.

use assay_model::causes;
use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};

use crate::error::RegistryError;
use crate::reference::OciReference;

/// Classifies the client's error by what the user can do about it.
pub(crate) fn sorted(place: &OciReference, error: &OciDistributionError) -> RegistryError {
    let registry = place.registry().to_owned();
    let chain = |error: &(dyn std::error::Error + 'static)| {
        causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
    };
    match error {
        OciDistributionError::RequestError(error) if error.is_connect() || error.is_timeout() => {
            RegistryError::Unreachable { registry, detail: chain(error) }
        }
        OciDistributionError::AuthenticationFailure(detail) => {
            RegistryError::Denied { registry, detail: detail.clone() }
        }
        OciDistributionError::UnauthorizedError { .. } => {
            RegistryError::Denied { registry, detail: "it requires credentials".to_owned() }
        }
        OciDistributionError::ImageManifestNotFoundError(_)
        | OciDistributionError::ServerError { code: 404, .. } => {
            RegistryError::NotFound { place: place.to_string() }
        }
        OciDistributionError::DigestError(DigestError::VerificationError { expected, actual }) => {
            RegistryError::Digest {
                registry,
                expected: bare(expected).to_owned(),
                found: bare(actual).to_owned(),
            }
        }
        OciDistributionError::RegistryError { envelope, .. } => {
            let has = |codes: &[OciErrorCode]| {
                envelope.errors.iter().any(|error| codes.contains(&error.code))
            };
            if has(&[OciErrorCode::Unauthorized, OciErrorCode::Denied]) {
                return RegistryError::Denied { registry, detail: envelope.to_string() };
            }
            let unknown = [
                OciErrorCode::ManifestUnknown,
                OciErrorCode::NameUnknown,
                OciErrorCode::NotFound,
                OciErrorCode::BlobUnknown,
            ];
            if has(&unknown) {
                return RegistryError::NotFound { place: place.to_string() };
            }
            RegistryError::Protocol { registry, detail: envelope.to_string() }
        }
        other => RegistryError::Protocol { registry, detail: chain(other) },
    }
}

/// A digest without its algorithm's name.
fn bare(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest)
}
