//! Signature files: DSSE envelopes.

use assay_digest::sha256;
use assay_model::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::error::SignatureError;
use crate::key::{PublicKey, SecretKey};
use crate::statement::{Signed, Statement, Subject};

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Serialize, Deserialize)]
struct Envelope {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
struct Signature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// Signs a file. Signatures of the same file by other keys in `before` are kept, so that both keys are accepted while one replaces the
/// other.
pub fn sign(subject: Subject<'_>, key: &SecretKey, before: Option<&str>) -> String {
    let payload = serde_json::to_vec(&Statement::of(subject)).expect("a statement is JSON");
    let keyid = key.public().id().to_string();
    let sig = STANDARD.encode(key.sign(&authenticated(PAYLOAD_TYPE, &payload)));
    let payload = STANDARD.encode(&payload);
    let mut signatures = before
        .and_then(|text| serde_json::from_str::<Envelope>(text).ok())
        .filter(|envelope| envelope.payload == payload && envelope.payload_type == PAYLOAD_TYPE)
        .map_or_else(Vec::new, |envelope| envelope.signatures);
    signatures.retain(|signature| signature.keyid != keyid);
    signatures.push(Signature { keyid, sig });
    let envelope = Envelope { payload_type: PAYLOAD_TYPE.to_owned(), payload, signatures };
    let mut text = serde_json::to_string_pretty(&envelope).expect("an envelope is JSON");
    text.push('\n');
    text
}

/// Checks that a file is signed by one of the keys under its name. Fails with the reason if it is not.
pub fn verify(
    envelope: &str,
    name: &str,
    bytes: &[u8],
    trusted: &[PublicKey],
) -> Result<Signed, SignatureError> {
    let format = |detail: String| SignatureError::Format { detail };
    let envelope: Envelope =
        serde_json::from_str(envelope).map_err(|error| format(error.to_string()))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(format(format!("its payload is `{}`", envelope.payload_type)));
    }
    let payload = STANDARD
        .decode(&envelope.payload)
        .map_err(|error| format(format!("its payload is not base64: {error}")))?;
    // Don't parse the payload before its signature by a trusted key is verified.
    let key = signer(&envelope, &payload, trusted)?;
    let statement: Statement =
        serde_json::from_slice(&payload).map_err(|error| format(error.to_string()))?;
    let subject = statement.subject().filter(|_| statement.is_release());
    let Some((subject, signed)) = subject else {
        return Err(format("its payload is not an in-toto release of one file".to_owned()));
    };
    let found = sha256(bytes);
    if signed != found {
        return Err(SignatureError::Changed { signed, found });
    }
    if subject.name != name {
        return Err(SignatureError::OtherName {
            signed: subject.name.clone(),
            found: name.to_owned(),
        });
    }
    let release = statement.release().to_owned();
    Ok(Signed { key, name: subject.name.clone(), release, digest: signed })
}

/// The key of the first valid signature.
fn signer(
    envelope: &Envelope,
    payload: &[u8],
    trusted: &[PublicKey],
) -> Result<Digest, SignatureError> {
    let message = authenticated(&envelope.payload_type, payload);
    let mut broken = None;
    for key in trusted {
        let id = key.id();
        let text = id.to_string();
        // In DSSE the key id is only a hint; what counts is whether the signature is valid.
        let of_key =
            envelope.signatures.iter().filter(|one| one.keyid.is_empty() || one.keyid == text);
        for signature in of_key {
            if STANDARD.decode(&signature.sig).is_ok_and(|sig| key.signed(&message, &sig)) {
                return Ok(id);
            }
            if signature.keyid == text {
                broken = Some(id);
            }
        }
    }
    match broken {
        Some(key) => Err(SignatureError::Broken { key }),
        None => Err(SignatureError::Untrusted {
            signers: envelope.signatures.iter().map(|one| one.keyid.clone()).collect(),
            trusted: trusted.iter().map(PublicKey::id).collect(),
        }),
    }
}

/// The message that is signed: DSSE's pre-authentication encoding, so that a payload cannot be passed off as one of another type.
fn authenticated(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut message =
        format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}
