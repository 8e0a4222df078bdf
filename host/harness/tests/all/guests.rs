//! Builds plugins that are missing or older than their source, and returns their bytes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use assay_harness::{Metering, Subject};

/// The plugin whose rules break laws.
pub(crate) fn broken() -> Subject {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| build("assay-broken"));
    Subject::new("broken", bytes, Metering::Fuel, Some(compiled())).unwrap()
}

/// The general vocabulary.
pub(crate) fn checks() -> Subject {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| build("assay-plugin-checks"));
    Subject::new("checks", bytes, Metering::Fuel, Some(compiled())).unwrap()
}

/// Folder of compiled plugins that all tests share.
fn compiled() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled")
}

/// Builds a plugin; Cargo decides whether there is anything to build.
fn build(package: &str) -> Vec<u8> {
    let target = guests_dir();
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--profile", "plugin", "--target", "wasm32-unknown-unknown"])
        .args(["--package", package])
        .env("CARGO_TARGET_DIR", &target)
        // Flags that instrument the host (coverage, sanitizers) must not affect the guest.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(workspace())
        .output()
        .expect("cargo can be run");
    let says = String::from_utf8_lossy(&built.stderr);
    assert!(
        built.status.success(),
        "`{package}` cannot be built (is the target there? `rustup target add wasm32-unknown-unknown`):\n{says}"
    );
    let path =
        target.join(format!("wasm32-unknown-unknown/plugin/{}.wasm", package.replace('-', "_")));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the build folder of guests. It is separate from the host's, so that neither waits for the other's lock.
fn guests_dir() -> PathBuf {
    std::env::var_os("ASSAY_GUESTS_DIR")
        .map_or_else(|| workspace().join("target/guests"), PathBuf::from)
}
