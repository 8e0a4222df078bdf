//! The signed content: an in-toto statement with a file's name and digest.

use assay_digest::sha256;
use assay_model::Digest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const RELEASE: &str = "https://in-toto.io/attestation/release/v0.1";

/// A file that someone vouches for.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The name under which it will be used: `my-rules.wasm`.
    pub name: &'a str,
    /// Its version; if missing, its digest is used instead.
    pub version: Option<&'a str>,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The content of a valid signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Id of the key, see [`PublicKey::id`](crate::PublicKey::id).
    pub key: Digest,
    /// The file's name.
    pub name: String,
    /// The file as a release: a package URL.
    pub release: String,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Named>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Release,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    digest: Sums,
}

#[derive(Serialize, Deserialize)]
struct Sums {
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Release {
    purl: String,
}

impl Statement {
    pub(crate) fn of(subject: Subject<'_>) -> Self {
        let digest = sha256(subject.bytes).to_string();
        let stem = subject.name.strip_suffix(".wasm").unwrap_or(subject.name);
        let version = subject.version.map_or_else(|| format!("sha256%3A{digest}"), percent_encoded);
        let purl = format!("pkg:generic/{}@{version}", percent_encoded(stem));
        Self {
            kind: STATEMENT.to_owned(),
            subject: vec![Named { name: subject.name.to_owned(), digest: Sums { sha256: digest } }],
            predicate_type: RELEASE.to_owned(),
            predicate: Release { purl },
        }
    }

    /// Whether this is a statement like ours; other statements may use the same envelope format.
    pub(crate) fn is_release(&self) -> bool {
        self.kind == STATEMENT && self.predicate_type == RELEASE
    }

    /// The single file that it is about, with its digest.
    pub(crate) fn subject(&self) -> Option<(&Named, Digest)> {
        let [subject] = &self.subject[..] else { return None };
        Some((subject, subject.digest.sha256.parse().ok()?))
    }

    pub(crate) fn release(&self) -> &str {
        &self.predicate.purl
    }
}

/// Characters that package URLs do not encode.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a name or version for a package URL.
fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, &PLAIN).to_string()
}
