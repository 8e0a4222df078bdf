//! Why a plugin cannot be pushed or pulled. Each text says what was found and what to do.

use assay_model::shown;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The reference cannot be read.
    #[error(
        "`{found}` is not a registry reference: {detail}\nhelp: write `oci://HOST/REPOSITORY:TAG`, or `oci://HOST/REPOSITORY@sha256:…`", found = shown(found), detail = shown(detail))]
    Reference {
        /// The reference as typed.
        found: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A push needs a tag; the digest is its result.
    #[error(
        "`{place}` names a digest, and a push needs a tag\nhelp: write `oci://HOST/REPOSITORY:TAG`; `push` prints the digest", place = shown(place))]
    NoTag {
        /// The reference as typed.
        place: String,
    },
    /// The registry cannot be reached.
    #[error(
        "cannot reach `{registry}`: {detail}\nhelp: check the name and the network; HTTPS_PROXY sets a proxy", registry = shown(registry), detail = shown(detail))]
    Unreachable {
        /// Host of the registry.
        registry: String,
        /// The connection's error.
        detail: String,
    },
    /// The registry denies access.
    #[error(
        "`{registry}` denied access: {detail}\nhelp: run `docker login {registry}`, or set ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD, for an account with access", registry = shown(registry), detail = shown(detail))]
    Denied {
        /// Host of the registry.
        registry: String,
        /// The registry's reason.
        detail: String,
    },
    /// The plugin does not exist.
    #[error(
        "there is no `{place}`\nhelp: compare with what `assay push` printed; the tag may have been moved or removed", place = shown(place))]
    NotFound {
        /// The requested reference.
        place: String,
    },
    /// The content does not have the requested digest.
    #[error(
        "the registry `{registry}` sent different content: expected sha256:{expected}, found sha256:{found}\nhelp: nothing was written; the registry or a proxy is faulty or malicious", registry = shown(registry), found = shown(found))]
    Digest {
        /// Host of the registry.
        registry: String,
        /// The requested digest.
        expected: String,
        /// The digest of the content.
        found: String,
    },
    /// The artifact is not a plugin.
    #[error(
        "`{place}` is not a WebAssembly artifact: {detail}\nhelp: expected a manifest with one layer `application/wasm`, as `assay push` and `wkg oci push` write it", place = shown(place), detail = shown(detail))]
    NotWasm {
        /// The requested reference.
        place: String,
        /// What was found instead.
        detail: String,
    },
    /// The component is too large.
    #[error("`{place}` has {bytes} bytes: expected {limit} at most", place = shown(place))]
    TooLarge {
        /// The requested reference.
        place: String,
        /// Its size in bytes.
        bytes: u64,
        /// Maximum size in bytes.
        limit: u64,
    },
    /// The answer is longer than allowed, and may be endless.
    #[error(
        "the registry `{registry}` sent more than the {limit} bytes that were expected\nhelp: nothing was written; the registry or a proxy is faulty or malicious", registry = shown(registry))]
    TooMuch {
        /// Host of the registry.
        registry: String,
        /// Maximum size in bytes.
        limit: u64,
    },
    /// The credentials cannot be read.
    #[error(
        "cannot read the credentials for `{registry}`: {detail}\nhelp: `docker login {registry}` stores them; ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD take precedence", registry = shown(registry), detail = shown(detail))]
    Credentials {
        /// Host of the registry.
        registry: String,
        /// What is wrong with them.
        detail: String,
    },
    /// Any other error of the registry.
    #[error("`{registry}` did not answer as a registry should: {detail}", registry = shown(registry), detail = shown(detail))]
    Protocol {
        /// Host of the registry.
        registry: String,
        /// The registry's message.
        detail: String,
    },
}
