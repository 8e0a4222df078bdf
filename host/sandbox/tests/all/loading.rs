//! Bytes that are no rule plugin, and components that want or offer something else.

use assay_sandbox::Options;

use crate::guests::{hostile, replaced};
use crate::setting::sandbox;

/// What the sandbox says of some bytes.
fn check(bytes: &[u8]) -> String {
    sandbox().compile("p", bytes).map_or_else(|error| error.to_string(), |_| "loaded".to_owned())
}

fn text(component: &str) -> Vec<u8> {
    wat::parse_str(component).unwrap()
}

#[test]
fn bytes_that_are_no_component() {
    insta::assert_snapshot!(check(b""), @"");
    insta::assert_snapshot!(check(b"<!DOCTYPE html>\n<html>"), @"");
    insta::assert_snapshot!(check(b"\x1f\x8b\x08\x00"), @"");
    insta::assert_snapshot!(check(&text("(module)")), @"");
    insta::assert_snapshot!(check(&hostile()[..10_000]).replace(char::is_numeric, "9"), @"");
    let mut garbage = hostile().to_vec();
    garbage[8] = 0x3f;
    insta::assert_snapshot!(check(&garbage), @"");
    let small = Options { limits: assay_sandbox::Limits { component_bytes: 100, ..Default::default() }, ..Options::default() };
    let error = assay_sandbox::Sandbox::new(small).unwrap().compile("p", &[b' '; 101]).unwrap_err();
    insta::assert_snapshot!(error, @"");
}

#[test]
fn components_that_want_something() {
    let import = |name: &str, function: &str| {
        check(&text(&format!(r#"(component (import "{name}" (instance (export "{function}" (func)))))"#)))
    };
    insta::assert_snapshot!(import("wasi:clocks/monotonic-clock@0.2.6", "now"), @"");
    insta::assert_snapshot!(import("wasi:filesystem/preopens@0.2.6", "get-directories"), @"");
    insta::assert_snapshot!(import("wasi:sockets/instance-network@0.2.6", "instance-network"), @"");
    insta::assert_snapshot!(import("acme:lookup/names@1.0.0", "find"), @"");
    insta::assert_snapshot!(import("assay:rules/types@1.0.0", "smuggled"), @"");
}

#[test]
fn components_that_offer_something_else() {
    let version = |to: &str| check(&replaced(b"assay:rules/plugin@1.0.0", to.as_bytes()));
    insta::assert_snapshot!(check(&text("(component)")), @"");
    insta::assert_snapshot!(version("assay:rules/plugin@2.0.0"), @"");
    insta::assert_snapshot!(version("assay:rules/plugin@1.1.0"), @"");
    insta::assert_snapshot!(version("assay:rules/plugin@0.9.0"), @"");
    insta::assert_snapshot!(version("assay:rules/plugin@1.0.7"), @"");
    insta::assert_snapshot!(version("assay:rules/plugjn@1.0.0"), @"");
    let empty = r#"(component (instance $i) (export "assay:rules/plugin@1.0.0" (instance $i)))"#;
    insta::assert_snapshot!(check(&text(empty)), @"");
}
