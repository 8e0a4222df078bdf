//! References to content in a registry.

use std::fmt;
use std::str::FromStr;

use assay_model::Digest;
use oci_client::Reference;

use crate::error::RegistryError;

/// Prefix of references, so that they are never mistaken for files.
const SCHEME: &str = "oci://";

/// A repository in a registry, with a tag or a digest: `oci://ghcr.io/me/my-rules:0.1.0`, `oci://…@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OciReference {
    reference: Reference,
}

impl OciReference {
    /// The digest in the reference, if it has one.
    pub fn digest(&self) -> Option<Digest> {
        self.reference.digest()?.strip_prefix("sha256:")?.parse().ok()
    }

    /// The same repository, by digest.
    #[must_use]
    pub fn at(&self, digest: Digest) -> Self {
        let digest = format!("sha256:{digest}");
        let (registry, repository) = (self.registry(), self.reference.repository().to_owned());
        Self { reference: Reference::with_digest(registry.to_owned(), repository, digest) }
    }

    /// Host of the registry, with its port.
    pub(crate) fn registry(&self) -> &str {
        self.reference.registry()
    }

    /// The same repository, by tag.
    pub(crate) fn tagged(&self, tag: String) -> Self {
        let (registry, repository) = (self.registry(), self.reference.repository().to_owned());
        Self { reference: Reference::with_tag(registry.to_owned(), repository, tag) }
    }

    pub(crate) fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Whether the registry is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.registry();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    }
}

impl fmt::Display for OciReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.reference.whole())
    }
}

impl FromStr for OciReference {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let wrong = |detail: &str| RegistryError::Reference {
            found: text.to_owned(),
            detail: detail.to_owned(),
        };
        let rest =
            text.strip_prefix(SCHEME).ok_or_else(|| wrong("it does not begin with `oci://`"))?;
        let host = rest.split('/').next().unwrap_or_default();
        // Docker would look for such a name in its own hub, but a release must not be sent to a host that nobody named.
        if !rest.contains('/') || !(host == "localhost" || host.contains(['.', ':'])) {
            return Err(wrong("it names no host"));
        }
        let reference: Reference =
            rest.parse().map_err(|error: oci_client::ParseError| wrong(&error.to_string()))?;
        if reference.digest().is_some_and(|digest| !digest.starts_with("sha256:")) {
            return Err(wrong("its digest is not a SHA-256"));
        }
        if reference.digest().is_none()
            && !rest.rsplit('/').next().is_some_and(|name| name.contains(':'))
        {
            return Err(wrong("it names neither a tag nor a digest"));
        }
        Ok(Self { reference })
    }
}
