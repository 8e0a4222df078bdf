//! What keeps a plugin from being pushed or pulled. Each text says what was found and what to do.

use assay_model::shown;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The reference cannot be read.
    #[error(
        "`{found}` is not a registry reference: {detail}\nhelp: write `oci://HOST/REPOSITORY:TAG`, or `oci://HOST/REPOSITORY@sha256:…`", found = shown(found), detail = shown(detail))]
    Reference {
        /// What was typed.
        found: String,
        /// What is wrong.
        detail: String,
    },
    /// A plugin is pushed under a tag; its digest is what comes of it.
    #[error(
        "`{place}` names a digest, and a push needs a tag\nhelp: write `oci://HOST/REPOSITORY:TAG`; `push` prints the digest", place = shown(place))]
    NoTag {
        /// What was typed.
        place: String,
    },
    /// Nobody answers.
    #[error(
        "cannot reach `{registry}`: {detail}\nhelp: check the name and the network; HTTPS_PROXY sets a proxy", registry = shown(registry), detail = shown(detail))]
    Unreachable {
        /// The registry.
        registry: String,
        /// What the connection said.
        detail: String,
    },
    /// The registry wants to know who asks.
    #[error(
        "`{registry}` denied access: {detail}\nhelp: run `docker login {registry}`, or set ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD, for an account with access", registry = shown(registry), detail = shown(detail))]
    Denied {
        /// The registry.
        registry: String,
        /// What it said.
        detail: String,
    },
    /// There is nothing there.
    #[error(
        "there is no `{place}`\nhelp: compare with what `assay push` printed; the tag may have been moved or removed", place = shown(place))]
    NotFound {
        /// What was asked for.
        place: String,
    },
    /// What came is not what was asked for.
    #[error(
        "the registry `{registry}` sent different content: expected sha256:{expected}, found sha256:{found}\nhelp: nothing was written; the registry or a proxy is faulty or malicious", registry = shown(registry), found = shown(found))]
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
        "`{place}` is not a WebAssembly artifact: {detail}\nhelp: expected a manifest with one layer `application/wasm`, as `assay push` and `wkg oci push` write it", place = shown(place), detail = shown(detail))]
    NotWasm {
        /// What was asked for.
        place: String,
        /// What it is.
        detail: String,
    },
    /// Too large to be a plugin.
    #[error("`{place}` has {bytes} bytes: expected {limit} at most", place = shown(place))]
    TooLarge {
        /// What was asked for.
        place: String,
        /// Its size.
        bytes: u64,
        /// The largest that is taken.
        limit: u64,
    },
    /// An answer that is longer than it may be, and perhaps without an end.
    #[error(
        "the registry `{registry}` sent more than the {limit} bytes that were expected\nhelp: nothing was written; the registry or a proxy is faulty or malicious", registry = shown(registry))]
    TooMuch {
        /// The registry.
        registry: String,
        /// The most that was taken.
        limit: u64,
    },
    /// Credentials that cannot be read.
    #[error(
        "cannot read the credentials for `{registry}`: {detail}\nhelp: `docker login {registry}` stores them; ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD take precedence", registry = shown(registry), detail = shown(detail))]
    Credentials {
        /// The registry.
        registry: String,
        /// What is wrong.
        detail: String,
    },
    /// Anything else that the registry says.
    #[error("`{registry}` did not answer as a registry should: {detail}", registry = shown(registry), detail = shown(detail))]
    Protocol {
        /// The registry.
        registry: String,
        /// What it said.
        detail: String,
    },
}
