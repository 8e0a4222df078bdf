//! The bytes of the hostile plugin, built here if it is missing or older than its source.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The component built from `tests/hostile`. Cargo decides whether there is anything to build.
pub(crate) fn hostile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let target = guests_dir();
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "--profile", "plugin", "--target", "wasm32-unknown-unknown"])
            .args(["--package", "assay-hostile"])
            .env("CARGO_TARGET_DIR", &target)
            // Instrumentation of the host (coverage, sanitizers) must not reach the guest.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .current_dir(workspace())
            .output()
            .expect("cargo can be run");
        let says = String::from_utf8_lossy(&built.stderr);
        assert!(
            built.status.success(),
            "the hostile plugin cannot be built (is the target there? `rustup target add wasm32-unknown-unknown`):\n{says}"
        );
        let path = target.join("wasm32-unknown-unknown/plugin/assay_hostile.wasm");
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

/// The hostile plugin with another `describe`: the word in its data section is overwritten.
pub(crate) fn describing(word: &str) -> Vec<u8> {
    let switch = b"describe:as-it-should-be";
    let text = format!("describe:{word:<15}");
    assert_eq!(text.len(), switch.len());
    replaced(switch, text.as_bytes())
}

/// The hostile plugin with bytes replaced by others of the same length, wherever they occur.
pub(crate) fn replaced(from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = hostile().to_vec();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, part)| part == &from)
        .map(|(at, _)| at)
        .collect();
    assert!(!places.is_empty(), "{from:?} is in the component");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder in which guests are built: separate from the host's, so that neither waits for the
/// other's lock.
fn guests_dir() -> PathBuf {
    std::env::var_os("ASSAY_GUESTS_DIR")
        .map_or_else(|| workspace().join("target/guests"), PathBuf::from)
}
