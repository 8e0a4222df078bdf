//! The SDK as stored with a new plugin, which then builds with only rustup and cargo's registry.
//!
//! The sources are the same as in the checkout, under the same paths: `plugins/sdk`, `plugins/sdk-macros` and `wit`. Only the workspace's
//! manifest is reduced to what they use. The lock of their dependencies is taken from our own, so the author's first build uses the
//! versions we tested.

mod lock;
mod manifest;

use include_dir::{Dir, include_dir};

use crate::error::AuthorError;

static SDK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../plugins/sdk");
static MACROS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../plugins/sdk-macros");
static WIT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../wit");
static WORKSPACE: &str = include_str!("../../../Cargo.toml");
static LOCK: &str = include_str!("../../../Cargo.lock");
static LICENCE: &str = include_str!("../../../LICENSE");

const README: &str = "\
# Assay's SDK for Rust

Written by `assay new`; not to be edited. `plugins/sdk` is what rules are written with, `wit` the contract with the host. `Cargo.toml` says which
version it is, and the SHA-256 of these files. `cargo doc --open -p assay-sdk` in the plugin's folder shows its documentation.
";

/// Folder of the SDK within a plugin's folder.
pub(crate) const FOLDER: &str = "vendor/assay";

/// The crates of the SDK, with their folders in a checkout.
const CRATES: [(&str, &Dir<'_>); 2] = [("plugins/sdk", &SDK), ("plugins/sdk-macros", &MACROS)];

/// Paths and contents of the SDK, below [`FOLDER`], ordered by path.
pub(crate) fn files() -> Result<Vec<(String, Vec<u8>)>, AuthorError> {
    let mut files = Vec::new();
    for (folder, dir) in CRATES {
        // Tests and their data are left out.
        for part in ["Cargo.toml", "README.md"] {
            let file = dir.get_file(part).ok_or_else(|| damaged(folder, part))?;
            files.push((format!("{folder}/{part}"), file.contents().to_vec()));
        }
        let sources = dir.get_dir("src").ok_or_else(|| damaged(folder, "src"))?;
        collect(sources, folder, &mut files);
    }
    collect(&WIT, "wit", &mut files);
    files.push(("LICENSE".to_owned(), LICENCE.as_bytes().to_vec()));
    files.push(("README.md".to_owned(), README.as_bytes().to_vec()));
    files.sort();
    let manifest = manifest::workspace(WORKSPACE, &manifests()?, &digest(&files))?;
    files.push(("Cargo.toml".to_owned(), manifest.into_bytes()));
    Ok(files)
}

/// Paths and contents of the contract alone, below [`FOLDER`], for languages whose SDK is part of the template.
pub(crate) fn contract() -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("LICENSE".to_owned(), LICENCE.as_bytes().to_vec())];
    collect(&WIT, "wit", &mut files);
    files.sort();
    files
}

/// The lock of a crate that depends only on the SDK.
pub(crate) fn lock(package: &str) -> Result<String, AuthorError> {
    lock::pruned(LOCK, package, &manifests()?)
}

/// The manifests of the SDK's crates.
fn manifests() -> Result<Vec<toml::Table>, AuthorError> {
    CRATES
        .iter()
        .map(|(folder, dir)| {
            let text = dir.get_file("Cargo.toml").and_then(include_dir::File::contents_utf8);
            let text = text.ok_or_else(|| damaged(folder, "Cargo.toml"))?;
            text.parse().map_err(|error: toml::de::Error| AuthorError::Embedded {
                detail: format!("`{folder}/Cargo.toml`: {error}"),
            })
        })
        .collect()
}

fn collect(dir: &Dir<'_>, folder: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for file in dir.files() {
        // Paths in an embedded folder are relative to it.
        files.push((format!("{folder}/{}", slashed(file.path())), file.contents().to_vec()));
    }
    dir.dirs().for_each(|inner| collect(inner, folder, files));
}

/// A path with `/` separators, on whatever machine the archive was made.
pub(crate) fn slashed(path: &std::path::Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// SHA-256 over names and contents, each preceded by its length.
fn digest(files: &[(String, Vec<u8>)]) -> String {
    let mut parts = Vec::new();
    for (name, contents) in files {
        for part in [name.as_bytes(), contents] {
            parts.extend((part.len() as u64).to_le_bytes());
            parts.extend_from_slice(part);
        }
    }
    assay_digest::sha256(parts).to_string()
}

fn damaged(folder: &str, part: &str) -> AuthorError {
    AuthorError::Embedded { detail: format!("it holds no `{folder}/{part}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_written_as_they_stand() {
        let files = files().expect("nothing is missing");
        let of = |name: &str| files.iter().find(|(path, _)| path == name).map(|(_, bytes)| bytes);
        for name in
            ["plugins/sdk/src/lib.rs", "plugins/sdk-macros/src/rule/code.rs", "wit/rules.wit"]
        {
            let path = format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"));
            let expected = std::fs::read(path).expect("it is in the checkout");
            assert_eq!(of(name), Some(&expected), "{name}");
        }
        assert!(!files.iter().any(|(path, _)| path.contains("/tests/")), "tests stay behind");
    }

    #[test]
    fn the_manifest_has_what_the_crates_inherit_and_no_more() {
        let files = files().expect("nothing is missing");
        let (_, manifest) =
            files.iter().find(|(path, _)| path == "Cargo.toml").expect("a manifest");
        let text = String::from_utf8(manifest.clone()).expect("text");
        let table: toml::Table = text.parse().expect("TOML");
        let dependencies = table["workspace"]["dependencies"].as_table().expect("a table");
        assert!(dependencies.contains_key("wit-bindgen") && !dependencies.contains_key("wasmtime"));
        assert_eq!(
            table["workspace"]["metadata"]["assay"]["version"].as_str(),
            Some(env!("CARGO_PKG_VERSION"))
        );
    }

    #[test]
    fn the_lock_has_what_a_plugin_needs_and_no_more() {
        let text = lock("my-rules").expect("our own lock can be read");
        let table: toml::Table = text.parse().expect("TOML");
        let packages = table["package"].as_array().expect("a list");
        let has =
            |name: &str| packages.iter().any(|package| package["name"].as_str() == Some(name));
        assert!(
            has("my-rules") && has("assay-sdk") && has("assay-sdk-macros") && has("serde_json")
        );
        assert!(!has("wasmtime") && !has("trybuild"));
        let text = |value: &toml::Value| value.as_str().expect("a text").to_owned();
        for package in packages {
            let dependencies = package.get("dependencies").and_then(toml::Value::as_array);
            for dependency in dependencies.into_iter().flatten().map(text) {
                let name = dependency.split(' ').next().expect("a name");
                assert!(has(name), "`{}` needs `{dependency}`", text(&package["name"]));
            }
        }
    }
}
