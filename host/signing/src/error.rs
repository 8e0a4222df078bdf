//! Why a key or a signature is not usable. Texts continue a sentence that names the file.

use std::path::PathBuf;

use assay_model::{Digest, shown};

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not a secret key.
    #[error(
        "expected a secret Ed25519 key (PKCS#8 in PEM), found {found}\nhelp: create one with `assay keygen` or `openssl genpkey -algorithm ed25519`", found = shown(found))]
    Secret {
        /// What it seems to be instead.
        found: String,
    },
    /// The text is not a public key.
    #[error(
        "expected a public Ed25519 key (PEM, or its one line), found {found}\nhelp: `assay keygen` creates a pair; `openssl pkey -in KEY -pubout` prints the public half of a secret key", found = shown(found))]
    Public {
        /// What it seems to be instead.
        found: String,
    },
    /// The system has no source of randomness.
    #[error("the system's random number generator failed: {detail}", detail = shown(detail))]
    Chance {
        /// The system's error.
        detail: String,
    },
}

/// Why a file does not count as signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no signature.
    #[error("it is not signed: there is no `{}`\nhelp: create a signature with `assay sign`; `assay pull` and `assay import` fetch existing ones", shown(path.display()))]
    Missing {
        /// Where the signature was expected.
        path: PathBuf,
    },
    /// The signature file cannot be read.
    #[error("its signature `{}` cannot be read: {reason}", shown(path.display()))]
    Unreadable {
        /// Path of the signature file.
        path: PathBuf,
        /// The system's error.
        reason: std::io::Error,
    },
    /// The signature file is not a signature.
    #[error(
        "its signature is not a DSSE envelope of a release: {detail}\nhelp: `assay sign` writes one", detail = shown(detail))]
    Format {
        /// What is wrong.
        detail: String,
    },
    /// No trusted key signed the file.
    #[error("it is signed with {}, expected {}\nhelp: if you trust the signer, add the key's line to the pack's `[trust] keys`; otherwise have it signed with a trusted key", signers_text(.signers), ids_text(.trusted))]
    Untrusted {
        /// Ids of the keys named by the signatures.
        signers: Vec<String>,
        /// Ids of the trusted keys.
        trusted: Vec<Digest>,
    },
    /// The signature is not valid.
    #[error(
        "its signature names the key {key} but was not made with it: it is damaged or forged\nhelp: get the file and its signature again from where they were published"
    )]
    Broken {
        /// Id of the key that it names.
        key: Digest,
    },
    /// The file was changed after it was signed.
    #[error(
        "it was changed after it was signed: signed was sha256:{signed}, found sha256:{found}\nhelp: get the file and its signature again, or sign the file again"
    )]
    Changed {
        /// Digest of the signed file.
        signed: Digest,
        /// Digest of the file found.
        found: Digest,
    },
    /// The file was signed under another name.
    #[error(
        "it was signed as `{signed}` but is used as `{found}`\nhelp: a signature covers the file's name; rename the file, or sign it under this name", signed = shown(signed), found = shown(found))]
    OtherName {
        /// The signed name.
        signed: String,
        /// The name in use.
        found: String,
    },
}

fn signers_text(ids: &[String]) -> String {
    let named: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !id.is_empty()).collect();
    match &named[..] {
        [] => "a key that it does not name".to_owned(),
        ids => format!("the key {}", ids.join(" and ")),
    }
}

fn ids_text(ids: &[Digest]) -> String {
    match ids {
        [] => "a key, and none is trusted".to_owned(),
        ids => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            format!("the key {}", ids.join(" or "))
        }
    }
}
