//! Where the servers' programs lie: what `cargo xtask setup` made, or else what is on the path.

use std::path::{Path, PathBuf};

/// The release of versitygw that is built.
///
/// 1.8.0: conditions on PUT, on completing an upload and on DELETE, versions, and the listing of uploads.
pub const VERSITYGW: &str = "1.8.0";

/// The environment of moto, from the top folder.
pub const MOTO: &str = "target/moto";

/// versitygw's program, if the machine has it.
pub fn versitygw() -> Option<PathBuf> {
    let built = cache(VERSITYGW).map(|folder| folder.join("versitygw"));
    built.filter(|program| program.is_file()).or_else(|| on_path("versitygw"))
}

/// moto's program, if the machine has it.
pub fn moto() -> Option<PathBuf> {
    let top = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let own = top.join(MOTO).join("bin/moto_server");
    Some(own).filter(|program| program.is_file()).or_else(|| on_path("moto_server"))
}

/// Where a release of versitygw is kept: in the user's cache folder, so that it is built once for all checkouts and outlives
/// `cargo clean`. None where there is no such folder.
pub fn cache(version: &str) -> Option<PathBuf> {
    cache_of(&format!("versitygw-{version}"))
}

/// Where a program is kept that is `name` of a release, as `versitygw-1.8.0`.
pub fn cache_of(name: &str) -> Option<PathBuf> {
    let own = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let own = own.filter(|folder| folder.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    Some(own.or_else(home)?.join("assay/programs").join(name))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
