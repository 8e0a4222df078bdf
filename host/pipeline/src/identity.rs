//! Identifiers: of runs, which are derived, and of attempts, which are new each time.

use std::time::Duration;

use assay_model::Digest;
use assay_packs::Identified;
use assay_sandbox::Component;
use jiff::Timestamp;

/// Version of the output that this program derives from the same input, pack and plugins. Raised when the output bytes change, so that the
/// new bytes belong to a new run.
const OUTPUT_VERSION: &str = "assay output 3";

/// The identifier of a run: a hash of everything that can change its result. The name of the file contributes only the partition derived
/// from it and whether the dataset recognises such names, which a pack may require. 24 hexadecimal digits, enough to rule out collisions
/// among the runs of a partition.
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
    part(&[u8::from(identified.name_matched)]);
    part(&identified.layout.fingerprint().0);
    part(&identified.pack.digest().0);
    for plugin in plugins {
        part(&plugin.digest().0);
    }
    let mut id = Digest(*hasher.finalize().as_bytes()).to_string();
    id.truncate(24);
    id
}

/// Generates the name of an attempt: its start time, and enough randomness to tell apart two that start together.
pub(crate) fn attempt() -> String {
    use std::hash::{BuildHasher, RandomState};
    let chance = RandomState::new().hash_one(std::process::id());
    let chance = u32::try_from(chance & 0xffff_ffff).expect("32 bits");
    format!("{}-{chance:08x}", Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ"))
}

/// Time since the attempt of this name began; `None` if it is not the name of an attempt.
pub(crate) fn age(attempt: &str) -> Option<Duration> {
    let (date, rest) = attempt.split_once('T')?;
    let (time, _) = rest.split_once("Z-")?;
    // Jiff accepts a fraction only after a dot.
    let (seconds, fraction) = time.split_at_checked(6)?;
    let written = format!("{date}T{seconds}.{fraction}Z");
    let began: Timestamp = written.parse().ok()?;
    Some(Timestamp::now().duration_since(began).unsigned_abs())
}

/// The current time in the format of reports: RFC 3339, UTC, milliseconds.
pub(crate) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
