//! Tests where rules and plugins are found.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

use assay_packs::{Discovery, PackError, Surroundings};
use common::write;

/// Returns what is found, relative to the folder.
fn find(
    root: &Path,
    rules: Option<&str>,
    program: Option<&str>,
    folder: Option<&str>,
) -> Result<Discovery, PackError> {
    let at = |path: &str| root.join(path);
    Discovery::find(&Surroundings {
        rules: rules.map(at),
        plugins: None,
        program: program.map(at),
        folder: folder.map(at),
    })
}

#[test]
fn rules_are_found_where_they_may_lie() {
    let lock = "format = 1\n";
    let tree = write(&[
        ("named/x/dataset.toml", ""),
        ("dist/assay", ""),
        ("dist/rules/assay.lock", lock),
        ("prefix/bin/assay", ""),
        ("prefix/share/assay/rules/assay.lock", lock),
        ("checkout/wit/rules.wit", ""),
        ("checkout/rules/README.md", ""),
        ("checkout/host/src/main.rs", ""),
        ("checkout/target/release/assay", ""),
        ("bare/bin/assay", ""),
    ]);
    let root = tree.path().canonicalize().unwrap();
    let check = |rules: Option<&str>, program: &str, folder: &str, expected: &str| {
        let found = find(&root, rules, Some(program), Some(folder))
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found.rules(), root.join(expected), "{program} in {folder}");
    };
    check(Some("named"), "dist/assay", "checkout", "named");
    check(None, "dist/assay", "checkout", "dist/rules");
    check(None, "prefix/bin/assay", "bare", "prefix/share/assay/rules");
    check(None, "bare/bin/assay", "checkout/host/src", "checkout/rules");
    check(None, "bare/bin/assay", "dist", "dist/rules");
    check(None, "checkout/target/release/assay", "bare", "checkout/rules");

    let error = find(&root, Some("bare"), None, Some("checkout")).unwrap_err().to_string();
    assert!(error.ends_with(
        "bare` holds no rules\nhelp: name the folder that holds `assay.lock` and the datasets' folders, each with a `dataset.toml`"
    ));
    let error = find(&root, None, Some("bare/bin/assay"), Some("bare")).unwrap_err().to_string();
    let looked = |path: &str| error.contains(&format!("`{}`", root.join(path).display()));
    assert!(error.starts_with("no rules found; looked at "), "{error}");
    assert!(
        looked("bare/bin/rules") && looked("bare/bin/../share/assay/rules") && looked("bare/rules"),
        "{error}"
    );
    assert!(error.ends_with("\nhelp: name the folder with `--rules` or ASSAY_RULES"), "{error}");
}

#[test]
fn components_are_beside_the_rules_or_as_built() {
    let tree = write(&[
        ("dist/rules/assay.lock", ""),
        ("dist/plugins/checks.wasm", ""),
        ("checkout/rules/assay.lock", ""),
        ("checkout/plugins/checks/src/lib.rs", ""),
        ("checkout/target/plugins/checks.wasm", ""),
        ("elsewhere/checks.wasm", ""),
        ("imported/plugins/checks.wasm", ""),
        ("imported/rules/assay.lock", ""),
        ("imported/rules/plugins/checks.wasm", ""),
    ]);
    let root = tree.path();
    let check = |rules: &str, plugins: Option<PathBuf>, expected: &str| {
        let surroundings =
            Surroundings { rules: Some(root.join(rules)), plugins, ..Surroundings::default() };
        let found = Discovery::find(&surroundings).unwrap().plugin("checks").unwrap();
        assert_eq!(found, root.join(expected));
    };
    check("dist/rules", None, "dist/plugins/checks.wasm");
    check("dist/rules/", None, "dist/plugins/checks.wasm");
    check("imported/rules", None, "imported/rules/plugins/checks.wasm");
    check("checkout/rules", None, "checkout/target/plugins/checks.wasm");
    check("checkout/rules", Some(root.join("elsewhere")), "elsewhere/checks.wasm");

    let found = find(root, Some("dist/rules"), None, None).unwrap();
    assert_eq!(found.lock(), root.join("dist/rules/assay.lock"));
    assert_eq!(
        found.plugin("other").unwrap_err().to_string().replace(&root.display().to_string(), "$DIR"),
        "plugin `other` not found; looked at `$DIR/dist/rules/plugins/other.wasm`, `$DIR/dist/plugins/other.wasm`, `$DIR/dist/target/plugins/other.wasm`\n\
         help: in a checkout, `cargo xtask plugins` builds the plugins"
    );
}
