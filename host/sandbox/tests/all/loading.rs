//! Bytes that are not a rule plugin, and components with other imports or exports.

use assay_sandbox::{Grants, Limits, Options, Sandbox, SandboxError};

use crate::guests::{hostile, replaced};
use crate::setting::options;

/// The sandbox's message about some bytes.
fn check(bytes: &[u8]) -> String {
    let sandbox = Sandbox::new(options()).unwrap();
    sandbox.compile("p", bytes).map_or_else(|error| error.to_string(), |_| "loaded".to_owned())
}

fn text(component: &str) -> Vec<u8> {
    wat::parse_str(component).unwrap()
}

#[test]
fn bytes_that_are_no_component() {
    insta::assert_snapshot!(check(b""), @"plugin `p` is empty: expected a WebAssembly component; build or download it again");
    insta::assert_snapshot!(check(b"<!DOCTYPE html>\n<html>"), @r#"plugin `p` is text that begins with "<!DOCTYPE html>": expected a binary WebAssembly component; a text format has to be translated first, and a download may have saved an error page"#);
    insta::assert_snapshot!(check(b"\x1f\x8b\x08\x00"), @r"plugin `p` is not WebAssembly: expected it to begin with `\0asm`, found 1f 8b 08 00");
    insta::assert_snapshot!(check(&text("(module)")), @"plugin `p` is a core module: expected a component; link it with `wasm-component-ld`, which the target's `linker` setting in `.cargo/config.toml` names");
    insta::assert_snapshot!(check(&hostile()[..10_000]).replace(char::is_numeric, "9"), @"plugin `p` ends after 99999 bytes in the middle of a section: copy or download it again");
    let mut garbage = hostile().to_vec();
    garbage[8] = 0x3f;
    insta::assert_snapshot!(check(&garbage), @"plugin `p` is not a valid component: malformed section id: 63 (at offset 0xc)");
    let limits = Limits { component_bytes: 100, ..Limits::default() };
    let small = Sandbox::new(Options { limits, ..Options::default() }).unwrap();
    let error = small.compile("p", &[b' '; 101]).unwrap_err();
    insta::assert_snapshot!(error, @"plugin `p` has 101 bytes: expected 100 at most; build it with `--profile plugin`");
}

#[test]
fn components_that_want_something() {
    let import = |name: &str, function: &str| {
        check(&text(&format!(
            r#"(component (import "{name}" (instance (export "{function}" (func)))))"#
        )))
    };
    insta::assert_snapshot!(import("wasi:clocks/monotonic-clock@0.2.6", "now"), @r#"plugin `p` imports `wasi:clocks/monotonic-clock@0.2.6`, which needs `grants = ["wasi"]` (an empty, deterministic WASI) in the pack's table of the plugin; a Rust plugin built for `wasm32-unknown-unknown` imports nothing"#);
    insta::assert_snapshot!(import("wasi:filesystem/preopens@0.2.6", "get-directories"), @r#"plugin `p` imports `wasi:filesystem/preopens@0.2.6`, which needs `grants = ["wasi"]` (an empty, deterministic WASI) in the pack's table of the plugin; a Rust plugin built for `wasm32-unknown-unknown` imports nothing"#);
    insta::assert_snapshot!(import("wasi:sockets/instance-network@0.2.6", "instance-network"), @r#"plugin `p` imports `wasi:sockets/instance-network@0.2.6`, which needs `grants = ["wasi"]` (an empty, deterministic WASI) in the pack's table of the plugin; a Rust plugin built for `wasm32-unknown-unknown` imports nothing"#);
    insta::assert_snapshot!(import("acme:lookup/names@1.0.0", "find"), @"plugin `p` imports `acme:lookup/names@1.0.0`, which no grant covers; a Rust plugin built for `wasm32-unknown-unknown` imports nothing");
    insta::assert_snapshot!(import("assay:rules/types@1.0.0", "smuggled"), @"plugin `p` imports `assay:rules/types@1.0.0`, which no grant covers; a Rust plugin built for `wasm32-unknown-unknown` imports nothing");
}

#[test]
fn a_grant_covers_wasi_and_nothing_else() {
    let sandbox = Sandbox::new(Options::default()).unwrap();
    let check = |name: &str| {
        let component =
            text(&format!(r#"(component (import "{name}" (instance (export "f" (func)))))"#));
        sandbox.compile_granted("p", &component, Grants::wasi()).unwrap_err()
    };
    let error = check("wasi:clocks/monotonic-clock@0.2.6");
    assert!(matches!(error, SandboxError::NoContract { .. }), "{error}");
    let error = check("acme:lookup/names@1.0.0");
    assert!(matches!(error, SandboxError::Import { .. }), "{error}");
}

#[test]
fn components_that_offer_something_else() {
    let version = |to: &str| check(&replaced(b"assay:rules/plugin@1.0.0", to.as_bytes()));
    insta::assert_snapshot!(check(&text("(component)")), @"plugin `p` does not export `assay:rules/plugin`: expected a component built on the contract in `wit/`, found no exports");
    insta::assert_snapshot!(version("assay:rules/plugin@2.0.0"), @"plugin `p` is built for contract 2.0.0, this host takes 1.0.0 to 1.0.0: build the plugin with the SDK that comes with this assay");
    insta::assert_snapshot!(version("assay:rules/plugin@1.1.0"), @"plugin `p` is built for contract 1.1.0, this host takes 1.0.0 to 1.0.0: upgrade assay, or build the plugin with an older SDK");
    insta::assert_snapshot!(version("assay:rules/plugin@0.9.0"), @"plugin `p` is built for contract 0.9.0, this host takes 1.0.0 to 1.0.0: build the plugin with the SDK that comes with this assay");
    insta::assert_snapshot!(version("assay:rules/plugin@1.0.7"), @"loaded");
    insta::assert_snapshot!(version("assay:rules/plugjn@1.0.0"), @"plugin `p` does not export `assay:rules/plugin`: expected a component built on the contract in `wit/`, found `assay:rules/plugjn@1.0.0`");
    let empty = r#"(component (instance $i) (export "assay:rules/plugin@1.0.0" (instance $i)))"#;
    insta::assert_snapshot!(check(&text(empty)), @"plugin `p` exports an `assay:rules/plugin` that differs from `wit/rules.wit`: instance export `assay:rules/plugin@1.0.0` does not have export `describe`; rebuild it with the contract's own files");
}

/// Small and valid, but needing minutes or gigabytes to compile: a count refuses them, so this test is quick or
/// fails.
#[test]
fn components_that_would_take_the_compiler_minutes() {
    let function = |locals: usize, body: &str| {
        let locals = "i64 ".repeat(locals);
        check(&text(&format!(
            "(component (core module (func $slow (param i32) (local {locals}) {body})))"
        )))
    };
    let nested = "loop ".repeat(2600) + &"local.get 0 br_if 0 end ".repeat(2600);
    insta::assert_snapshot!(function(1, &nested), @"plugin `p` is too costly to compile: function 0 (`slow`) of core module 0 has 2600 loops inside of each other; expected 32 at most; split large or generated functions, and build it with `--profile plugin`");
    let set = |local| format!("local.get {local} i64.const 3 i64.mul local.set {local} ");
    let change = (1..=2000).map(set).collect::<Vec<_>>().concat();
    let nest = format!("{}{change}{}", "loop ".repeat(30), "local.get 0 br_if 0 end ".repeat(30));
    insta::assert_snapshot!(function(2000, &nest.repeat(5)), @"plugin `p` is too costly to compile: function 0 (`slow`) of core module 0 has 600000 joins (locals that a block or loop changes × the branches that lead to its label); expected 524288 at most; split large or generated functions, and build it with `--profile plugin`");
    let waiting = "local.get 0 i32.load ".repeat(1000);
    let branches = "local.get 0 br_if 0 ".repeat(3000);
    let dropped = "drop ".repeat(1000);
    let component = format!(
        "(component (core module (memory 1) (func (param i32) block {waiting} {branches} {dropped} end)))"
    );
    insta::assert_snapshot!(check(&text(&component)), @"plugin `p` is too costly to compile: function 0 of core module 0 has 3003002 carried values (locals and operands × the branches they are kept across); expected 2500000 at most; split large or generated functions, and build it with `--profile plugin`");
    let globals = "(global i32 (i32.const 0))".repeat(10_000);
    let instances = "(core instance (instantiate $m))".repeat(100);
    insta::assert_snapshot!(check(&text(&format!("(component (core module $m {globals}) {instances})"))), @"plugin `p` is too costly to compile: it has 70000 globals, counted in each instance; expected 65536 at most; link it to fewer modules and instances");
}
