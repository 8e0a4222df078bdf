//! Keys and signatures of files: Ed25519 signatures in DSSE envelopes over in-toto statements.
//!
//! [`SecretKey`] signs a [`Subject`], and [`verify`] returns which trusted key signed a file. The format is described in this crate's
//! README; `openssl` alone can check it.

mod beside;
mod envelope;
mod error;
mod key;
mod statement;

pub use beside::{signature_path, verify_beside};
pub use envelope::{sign, verify};
pub use error::{KeyError, SignatureError};
pub use key::{PublicKey, SecretKey};
pub use statement::{Signed, Subject};
