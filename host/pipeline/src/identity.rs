//! Names: of runs, which are derived, and of attempts, which are new each time.

use assay_model::Digest;
use assay_packs::Identified;
use assay_sandbox::Component;

/// What this program makes of the same input, pack and plugins. Raised when other bytes would come out, so that the
/// new bytes get a run of their own.
const OUTPUT_VERSION: &str = "assay output 1";

/// The run of an input, a pack and plugins: 24 hexadecimal digits, which a partition's runs will never share by chance.
pub(crate) fn run_id(input: &Digest, identified: &Identified, plugins: &[Component]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(OUTPUT_VERSION.as_bytes());
    part(&input.0);
    part(identified.dataset.as_bytes());
    part(identified.kind.as_bytes());
    for (key, value) in &identified.partition {
        part(key.as_bytes());
        part(value.as_bytes());
    }
    part(&identified.layout.fingerprint().0);
    part(&identified.pack.digest().0);
    for plugin in plugins {
        part(&plugin.digest().0);
    }
    let mut id = Digest(*hasher.finalize().as_bytes()).to_string();
    id.truncate(24);
    id
}

/// Names an attempt: when it began, and enough chance that two that began together differ.
pub(crate) fn attempt() -> String {
    use std::hash::{BuildHasher, RandomState};
    let chance = RandomState::new().hash_one(std::process::id());
    let chance = u32::try_from(chance & 0xffff_ffff).expect("32 bits");
    format!("{}-{chance:08x}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ"))
}

/// The time as reports have it: RFC 3339, UTC, milliseconds.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
