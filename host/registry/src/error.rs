//! What keeps a plugin from being pushed or pulled. Each text says what was found and what to do.

use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};

use crate::reference::Place;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The reference cannot be read.
    #[error(
        "`{found}` is no place in a registry: {detail}\nhelp: write `oci://HOST/REPOSITORY:TAG`, or `oci://HOST/REPOSITORY@sha256:…`"
    )]
    Reference {
        /// What was typed.
        found: String,
        /// What is wrong.
        detail: String,
    },
    /// A plugin is pushed under a tag; its digest is what comes of it.
    #[error(
        "`{place}` names a digest, and a push needs a tag\nhelp: write `oci://HOST/REPOSITORY:TAG`; the digest is what `push` answers"
    )]
    NoTag {
        /// What was typed.
        place: String,
    },
    /// Nobody answers.
    #[error(
        "cannot reach `{registry}`: {detail}\nhelp: is the name right, and does this machine reach it? A proxy is taken from HTTPS_PROXY"
    )]
    Unreachable {
        /// The registry.
        registry: String,
        /// What the connection said.
        detail: String,
    },
    /// The registry wants to know who asks.
    #[error(
        "`{registry}` refuses: {detail}\nhelp: `docker login {registry}`, or set ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD, for an account that may"
    )]
    Denied {
        /// The registry.
        registry: String,
        /// What it said.
        detail: String,
    },
    /// There is nothing there.
    #[error(
        "there is no `{place}`\nhelp: look at what `assay push` answered; a tag may have been moved or removed"
    )]
    NotFound {
        /// What was asked for.
        place: String,
    },
    /// What came is not what was asked for.
    #[error(
        "the registry `{registry}` sent something else: expected sha256:{expected}, found sha256:{found}\nhelp: nothing was written; a proxy or the registry is broken, or lies"
    )]
    Digest {
        /// The registry.
        registry: String,
        /// What was asked for.
        expected: String,
        /// What came.
        found: String,
    },
    /// Something that is no plugin.
    #[error(
        "`{place}` is no WebAssembly artifact: {detail}\nhelp: expected a manifest with one layer `application/wasm`, as `assay push` and `wkg oci push` write it"
    )]
    NotWasm {
        /// What was asked for.
        place: String,
        /// What it is.
        detail: String,
    },
    /// Too large to be a plugin.
    #[error("`{place}` has {bytes} bytes: expected {limit} at most")]
    TooLarge {
        /// What was asked for.
        place: String,
        /// Its size.
        bytes: u64,
        /// The largest that is taken.
        limit: u64,
    },
    /// Credentials that cannot be read.
    #[error(
        "cannot read the credentials for `{registry}`: {detail}\nhelp: `docker login {registry}` stores them, ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD go before them"
    )]
    Credentials {
        /// The registry.
        registry: String,
        /// What is wrong.
        detail: String,
    },
    /// Anything else that the registry says.
    #[error("`{registry}` did not take part: {detail}")]
    Protocol {
        /// The registry.
        registry: String,
        /// What it said.
        detail: String,
    },
}

impl RegistryError {
    /// Sorts what the client says by what its reader can do.
    pub(crate) fn of(place: &Place, error: &OciDistributionError) -> Self {
        let registry = place.registry().to_owned();
        let chain = |error: &dyn std::error::Error| {
            let mut text = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                text.push_str(": ");
                text.push_str(&error.to_string());
                cause = error.source();
            }
            text
        };
        match error {
            OciDistributionError::RequestError(error)
                if error.is_connect() || error.is_timeout() =>
            {
                Self::Unreachable { registry, detail: chain(error) }
            }
            OciDistributionError::AuthenticationFailure(detail) => {
                Self::Denied { registry, detail: detail.clone() }
            }
            OciDistributionError::UnauthorizedError { .. } => {
                Self::Denied { registry, detail: "it does not know who asks".to_owned() }
            }
            OciDistributionError::ImageManifestNotFoundError(_)
            | OciDistributionError::ServerError { code: 404, .. } => {
                Self::NotFound { place: place.to_string() }
            }
            OciDistributionError::DigestError(DigestError::VerificationError {
                expected,
                actual,
            }) => Self::Digest {
                registry,
                expected: bare(expected).to_owned(),
                found: bare(actual).to_owned(),
            },
            OciDistributionError::RegistryError { envelope, .. } => {
                let has = |codes: &[OciErrorCode]| {
                    envelope.errors.iter().any(|error| codes.contains(&error.code))
                };
                if has(&[OciErrorCode::Unauthorized, OciErrorCode::Denied]) {
                    return Self::Denied { registry, detail: envelope.to_string() };
                }
                let unknown = [
                    OciErrorCode::ManifestUnknown,
                    OciErrorCode::NameUnknown,
                    OciErrorCode::NotFound,
                    OciErrorCode::BlobUnknown,
                ];
                if has(&unknown) {
                    return Self::NotFound { place: place.to_string() };
                }
                Self::Protocol { registry, detail: envelope.to_string() }
            }
            other => Self::Protocol { registry, detail: chain(other) },
        }
    }
}

/// A digest without the name of its algorithm.
fn bare(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest)
}
