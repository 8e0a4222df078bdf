//! Names: of runs, which are derived, and of attempts, which are new each time.

use std::time::Duration;

use assay_model::Digest;
use assay_packs::Identified;
use assay_sandbox::Component;
use jiff::Timestamp;

/// What this program makes of the same input, pack and plugins. Raised when other bytes would come out, so that the
/// new bytes get a run of their own.
const OUTPUT_VERSION: &str = "assay output 3";

/// The run of an input, a pack and plugins, from all that can change what comes of it. Of the file's name that is the partition it
/// gives, and whether the dataset knows such names, which a pack may refuse files for. 24 hexadecimal digits, which a partition's runs will never share by chance.
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

/// Names an attempt: when it began, and enough chance that two that began together differ.
pub(crate) fn attempt() -> String {
    use std::hash::{BuildHasher, RandomState};
    let chance = RandomState::new().hash_one(std::process::id());
    let chance = u32::try_from(chance & 0xffff_ffff).expect("32 bits");
    format!("{}-{chance:08x}", Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ"))
}

/// How long ago an attempt of that name began, if it is the name of one.
pub(crate) fn age(attempt: &str) -> Option<Duration> {
    let (date, rest) = attempt.split_once('T')?;
    let (time, _) = rest.split_once("Z-")?;
    // Jiff reads a fraction after a dot only.
    let (seconds, fraction) = time.split_at_checked(6)?;
    let written = format!("{date}T{seconds}.{fraction}Z");
    let began: Timestamp = written.parse().ok()?;
    Some(Timestamp::now().duration_since(began).unsigned_abs())
}

/// The time as reports have it: RFC 3339, UTC, milliseconds.
pub(crate) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
