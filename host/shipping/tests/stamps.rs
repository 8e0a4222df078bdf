//! Stamps can be read back, change nothing else, and do not depend on where or how often they are written.

use std::fs;
use std::path::Path;

use assay_shipping::{ShippingError, SourceTree, Stamps, read_stamps, source_digest, stamp};
use wasm_encoder::{Component, CustomSection, Module, ModuleSection, NestedComponentSection};

/// A component with a nested module and component, each with custom sections like those written by compilers.
fn component() -> Vec<u8> {
    let custom = |name: &'static str, data: &'static [u8]| CustomSection {
        name: name.into(),
        data: data.into(),
    };
    let mut module = Module::new();
    module.section(&custom("version", b"9.9.9"));
    let mut inner = Component::new();
    inner.section(&custom("licenses", b"MIT"));
    let mut outer = Component::new();
    outer.section(&ModuleSection(&module));
    outer.section(&NestedComponentSection(&inner));
    outer.section(&custom("of-somebody-else", b"kept"));
    outer.finish()
}

fn stamps() -> Stamps {
    let text = |text: &str| Some(text.to_owned());
    Stamps {
        name: text("my-rules"),
        version: text("0.1.0"),
        description: text("what we ask of orders"),
        authors: text("A. Author"),
        licenses: text("Apache-2.0 OR MIT"),
        source: text("https://example.org/my-rules.git"),
        homepage: text("https://example.org/my-rules"),
        revision: text("0123abc"),
        source_digest: Some("11".repeat(32).parse().expect("a digest")),
        sdk: vec![("assay-sdk".to_owned(), "0.1.0".to_owned())],
        processed_by: vec![("assay".to_owned(), "0.1.0".to_owned())],
        language: vec![("Rust".to_owned(), String::new())],
    }
}

#[test]
fn what_is_stamped_is_read_back_and_the_rest_stays_as_it_was() {
    let before = component();
    let stamped = stamp(&before, &stamps()).expect("a component");
    assert_eq!(read_stamps(&stamped).expect("a component"), stamps());
    assert!(stamped.starts_with(&before), "what was there is there, and stamps come after it");
    assert_eq!(read_stamps(&before).expect("a component"), Stamps::default());
}

#[test]
fn stamping_twice_is_stamping_once_and_new_stamps_replace_old_ones() {
    let once = stamp(&component(), &stamps()).expect("a component");
    assert_eq!(stamp(&once, &stamps()).expect("a component"), once);
    let other = Stamps { version: Some("0.2.0".to_owned()), source_digest: None, ..stamps() };
    let anew = stamp(&once, &other).expect("a component");
    assert_eq!(read_stamps(&anew).expect("a component"), other);
    assert_eq!(stamp(&component(), &other).expect("a component"), anew);
}

#[test]
fn what_cannot_be_stamped_is_named_with_what_to_write() {
    let mut said = String::new();
    let mut refused = |bytes: &[u8], stamps: &Stamps| {
        let error = stamp(bytes, stamps).expect_err("a mistake");
        said.extend([&error.to_string(), "\n\n"]);
    };
    let text = |text: &str| Some(text.to_owned());
    refused(&component(), &Stamps { licenses: text("my own"), ..stamps() });
    refused(&component(), &Stamps { source: text("my disk"), ..stamps() });
    refused(&component(), &Stamps { homepage: text("example.org"), ..stamps() });
    refused(&Module::new().finish(), &stamps());
    refused(b"<html>", &stamps());
    refused(&component()[..20], &stamps());
    insta::assert_snapshot!(said);
}

fn tree(path: &Path) -> SourceTree {
    SourceTree { name: String::new(), path: path.to_owned() }
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
}

#[test]
fn the_source_digest_is_of_names_and_bytes_and_of_nothing_else() {
    let digest = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), files);
        source_digest(&[tree(folder.path())]).expect("files").0
    };
    let files =
        [("Cargo.toml", "[package]"), ("src/lib.rs", "fn a() {}"), (".gitignore", "/target\n")];
    let base = digest(&files);
    let more = |extra: &[(&'static str, &'static str)]| digest(&[&files[..], extra].concat());
    assert_eq!(digest(&files), base, "another folder");
    assert_eq!(
        more(&[("target/x", "built"), ("rules/assay.lock", "pinned"), (".git/HEAD", "x")]),
        base
    );
    assert_ne!(more(&[("src/more.rs", "")]), base, "a file more");
    assert_ne!(more(&[(".cargo/config.toml", "")]), base, "a hidden file more");
    assert_ne!(more(&[("src/lib.rs", "fn b() {}")]), base, "other bytes");

    // As documented: `sha256sum` of the files, then of its output.
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &[("b", "2"), ("a", "1"), ("c/d", "3")]);
    let script = "sha256sum a b c/d | sha256sum | cut -d' ' -f1";
    let output =
        std::process::Command::new("sh").args(["-c", script]).current_dir(folder.path()).output();
    let text = String::from_utf8(output.expect("a shell").stdout).expect("text");
    assert_eq!(source_digest(&[tree(folder.path())]).expect("files").0.to_string(), text.trim());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = source_digest(&[tree(Path::new("/nowhere/at/all"))]).expect_err("nothing there");
    assert!(matches!(error, ShippingError::File { .. }), "{error}");
    assert_eq!(error.to_string(), "cannot look through `/nowhere/at/all`");
}
