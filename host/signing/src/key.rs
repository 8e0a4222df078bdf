//! Key pairs, as PEM in files and as one line in packs.

use std::fmt;
use std::str::FromStr;

use assay_digest::sha256;
use assay_model::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::pkcs8::{DecodePublicKey, EncodePublicKey};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use crate::error::KeyError;

/// The signing half of a key pair. Never shown, not even by `Debug`.
pub struct SecretKey(SigningKey);

/// The verifying half of a key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl SecretKey {
    /// Creates a key from the system's randomness. Fails if there is none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)
            .map_err(|error| KeyError::Chance { detail: error.to_string() })?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Parses PKCS#8 in PEM. Fails if the text is not a secret key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        SigningKey::from_pkcs8_pem(text)
            .map(Self)
            .map_err(|_| KeyError::Secret { found: kind(text) })
    }

    /// Returns PKCS#8 in PEM, without the public half, because older versions of OpenSSL cannot read a file that contains it.
    pub fn to_pem(&self) -> String {
        let pair = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let pem = pair.to_pkcs8_pem(LineEnding::LF).expect("32 bytes are a key");
        pem.as_str().to_owned()
    }

    /// Returns the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().id())
    }
}

impl PublicKey {
    /// Parses `SubjectPublicKeyInfo` in PEM, or the one line used in packs. Fails if the text is not a public key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if !text.contains('\n') {
            return text.parse();
        }
        VerifyingKey::from_public_key_pem(text)
            .map(Self)
            .map_err(|_| KeyError::Public { found: kind(text) })
    }

    /// Returns `SubjectPublicKeyInfo` in PEM.
    pub fn to_pem(&self) -> String {
        self.0.to_public_key_pem(LineEnding::LF).expect("a key has a form")
    }

    /// Returns its id: the SHA-256 of its `SubjectPublicKeyInfo`.
    pub fn id(&self) -> Digest {
        sha256(self.der())
    }

    fn der(&self) -> Vec<u8> {
        self.0.to_public_key_der().expect("a key has a form").into_vec()
    }

    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        // Strict: a signature accepted only by some libraries is not valid.
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// The one line of its PEM, as used in packs.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.der()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(line: &str) -> Result<Self, KeyError> {
        let wrong = || KeyError::Public { found: kind(line) };
        let der = STANDARD.decode(line).map_err(|_| wrong())?;
        VerifyingKey::from_public_key_der(&der).map(Self).map_err(|_| wrong())
    }
}

/// Describes a text that is not the expected key.
fn kind(text: &str) -> String {
    let text = text.trim();
    match text.lines().next().unwrap_or_default() {
        "" => "nothing".to_owned(),
        "-----BEGIN PUBLIC KEY-----" => "a public key in PEM".to_owned(),
        "-----BEGIN PRIVATE KEY-----" => "a secret key in PEM".to_owned(),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----" => {
            "a secret key that a password locks, which `openssl pkey -in KEY` unlocks".to_owned()
        }
        line if line.starts_with("-----BEGIN ") => format!("`{line}`"),
        line if line.starts_with("ssh-") => "a key of SSH".to_owned(),
        _ => "no key".to_owned(),
    }
}
