//! The bill of materials of an image: every crate in the program and in the plugins, with its digest and license, in `CycloneDX` 1.5.
//!
//! Cargo tells which crates are compiled in; `Cargo.lock` has their digests. Crates only needed to compile are not listed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// The format in which `cargo tree` must print a crate, after its depth.
pub(super) const FORMAT: &str = "{p}|{l}";

/// The crate that provides the certificate authorities. It is not in any tree: the image contains its text as a file.
const ROOTS: &str = "webpki-root-certs";
const LICENSE_OF_ROOTS: &str = "CDLA-Permissive-2.0";

/// Name and version of a crate.
type Key = (String, String);

/// A crate's license, and the crates it uses.
#[derive(Debug, Default)]
struct Crate {
    license: String,
    uses: BTreeSet<Key>,
}

/// Makes the bill from the trees of the program and of each plugin, the text of `Cargo.lock`, and the version of Rust, whose library is
/// also in the program.
pub(super) fn bill(trees: &[String], lock: &str, rust: &str) -> Result<Value> {
    let mut crates = BTreeMap::new();
    let mut tops = Vec::new();
    for tree in trees {
        tops.push(read(tree, &mut crates)?);
    }
    let [program, plugins @ ..] = tops.as_slice() else { bail!("there is no program to list") };
    let digests = digests(lock)?;
    let roots = digests.keys().find(|(name, _)| name == ROOTS);
    let roots = roots.with_context(|| format!("`Cargo.lock` has no `{ROOTS}`"))?.clone();
    crates
        .entry(roots.clone())
        .or_insert_with(|| Crate { license: LICENSE_OF_ROOTS.to_owned(), uses: BTreeSet::new() });

    let library = format!("pkg:generic/rust-std@{rust}");
    let mut components: Vec<Value> = crates
        .iter()
        .filter(|(key, _)| *key != program)
        .map(|(key, one)| component(key, one, &digests))
        .collect();
    components.push(json!({
        "type": "library", "bom-ref": library, "name": "rust-std", "version": rust, "purl": library,
        "description": "Rust's standard library, with the musl that its releases for Linux link statically",
        "licenses": [{ "expression": "(MIT OR Apache-2.0) AND MIT" }],
    }));
    let dependencies: Vec<Value> = crates
        .iter()
        .map(|(key, one)| {
            let mut uses: Vec<String> = one.uses.iter().map(reference).collect();
            if key == program {
                uses.extend(plugins.iter().chain([&roots]).map(reference));
                uses.push(library.clone());
            }
            json!({ "ref": reference(key), "dependsOn": uses })
        })
        .collect();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": reference(program), "name": program.0, "version": program.1,
            "licenses": [{ "expression": expression(&crates[program].license) }],
        } },
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(key: &Key, one: &Crate, digests: &BTreeMap<Key, Option<String>>) -> Value {
    let mut component = json!({
        "type": if key.0 == ROOTS { "data" } else { "library" },
        "bom-ref": reference(key), "name": key.0, "version": key.1, "purl": reference(key),
    });
    // Our own crates have none: the image's source digest covers them.
    if let Some(Some(digest)) = digests.get(key) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": digest }]);
    }
    if !one.license.is_empty() {
        component["licenses"] = json!([{ "expression": expression(&one.license) }]);
    }
    component
}

/// A crate's package URL, by which scanners identify it.
fn reference((name, version): &Key) -> String {
    // A version may contain `+`; a package URL must not.
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// Old manifests write `MIT/Apache-2.0` where SPDX has `OR`.
fn expression(license: &str) -> String {
    license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
}

/// Adds the crates of a tree and returns its root.
fn read(tree: &str, crates: &mut BTreeMap<Key, Crate>) -> Result<Key> {
    // The ancestors of the next line, root first.
    let mut above: Vec<Key> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let (depth, key, license) = parse(line)
            .with_context(|| format!("cannot parse `{line}`, printed by `cargo tree`"))?;
        if depth > above.len() {
            bail!("`cargo tree` printed `{line}` without a parent");
        }
        above.truncate(depth);
        if let Some(user) = above.last() {
            crates.entry(user.clone()).or_default().uses.insert(key.clone());
        }
        crates.entry(key.clone()).or_default().license = license;
        above.push(key);
    }
    above.into_iter().next().context("`cargo tree` printed nothing")
}

/// Depth, crate and license of a line such as `2libc v0.2.191|MIT OR Apache-2.0 (*)`. `(*)`: its dependencies were printed before.
fn parse(line: &str) -> Option<(usize, Key, String)> {
    let (whole, license) = line.split_once('|')?;
    let digits = whole.len() - whole.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let depth = whole[..digits].parse().ok()?;
    // Crates of the checkout also have a path, which is not part of the name.
    let mut words = whole[digits..].split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    let license = license.strip_suffix("(*)").unwrap_or(license).trim().to_owned();
    Some((depth, (name, version), license))
}

/// The digest of each crate in the lock; `None` for crates of the checkout.
fn digests(lock: &str) -> Result<BTreeMap<Key, Option<String>>> {
    let lock: toml::Table = lock.parse().context("`Cargo.lock` is not TOML")?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let packages = packages.context("`Cargo.lock` lists no packages")?;
    let text = |package: &toml::Value, key| package.get(key)?.as_str().map(str::to_owned);
    Ok(packages
        .iter()
        .filter_map(|package| {
            Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "\
0ours v0.1.0 (/checkout/host/cli)|Apache-2.0
1first v1.2.3|MIT/Apache-2.0
2deep v2.0.0+c1|
1second v0.1.0|MIT
2first v1.2.3|MIT/Apache-2.0 (*)
";
    const PLUGIN: &str = "0plugin v0.2.0 (/checkout/plugins/one)|Apache-2.0\n1second v0.1.0|MIT\n";
    const LOCK: &str = r#"
[[package]]
name = "first"
version = "1.2.3"
checksum = "00ff"
[[package]]
name = "ours"
version = "0.1.0"
[[package]]
name = "webpki-root-certs"
version = "1.0.0"
checksum = "11ee"
"#;

    fn found() -> Value {
        bill(&[PROGRAM.to_owned(), PLUGIN.to_owned()], LOCK, "1.95.0").unwrap()
    }

    #[test]
    fn each_crate_is_listed_once_with_what_is_known_of_it() {
        let bill = found();
        let listed = bill["components"].as_array().unwrap();
        let check = |reference: &str, digest: Option<&str>, license: Option<&str>| {
            let all: Vec<_> = listed.iter().filter(|one| one["bom-ref"] == reference).collect();
            assert_eq!(all.len(), 1, "{reference}");
            assert_eq!(all[0]["hashes"][0]["content"].as_str(), digest, "{reference}");
            assert_eq!(all[0]["licenses"][0]["expression"].as_str(), license, "{reference}");
        };
        check("pkg:cargo/first@1.2.3", Some("00ff"), Some("MIT OR Apache-2.0"));
        check("pkg:cargo/deep@2.0.0%2Bc1", None, None);
        check("pkg:cargo/second@0.1.0", None, Some("MIT"));
        check("pkg:cargo/plugin@0.2.0", None, Some("Apache-2.0"));
        check("pkg:cargo/webpki-root-certs@1.0.0", Some("11ee"), Some("CDLA-Permissive-2.0"));
        check("pkg:generic/rust-std@1.95.0", None, Some("(MIT OR Apache-2.0) AND MIT"));
        assert_eq!(listed.len(), 6);
        assert_eq!(bill["metadata"]["component"]["bom-ref"], "pkg:cargo/ours@0.1.0");
    }

    #[test]
    fn what_uses_what_is_known_even_where_cargo_prints_it_once() {
        let bill = found();
        let check = |reference: &str, expected: &[&str]| {
            let all = bill["dependencies"].as_array().unwrap();
            let one = all.iter().find(|one| one["ref"] == reference).unwrap();
            let uses: Vec<_> = one["dependsOn"]
                .as_array()
                .unwrap()
                .iter()
                .map(|on| on.as_str().unwrap())
                .collect();
            assert_eq!(uses, expected, "{reference}");
        };
        check(
            "pkg:cargo/ours@0.1.0",
            &[
                "pkg:cargo/first@1.2.3",
                "pkg:cargo/second@0.1.0",
                "pkg:cargo/plugin@0.2.0",
                "pkg:cargo/webpki-root-certs@1.0.0",
                "pkg:generic/rust-std@1.95.0",
            ],
        );
        check("pkg:cargo/first@1.2.3", &["pkg:cargo/deep@2.0.0%2Bc1"]);
        check("pkg:cargo/second@0.1.0", &["pkg:cargo/first@1.2.3"]);
    }

    #[test]
    fn what_cargo_does_not_print_is_an_error() {
        for (tree, expected) in [
            ("", "`cargo tree` printed nothing"),
            ("0ours 0.1.0|MIT", "cannot parse `0ours 0.1.0|MIT`, printed by `cargo tree`"),
            ("1ours v0.1.0|MIT", "`cargo tree` printed `1ours v0.1.0|MIT` without a parent"),
        ] {
            let error = bill(&[tree.to_owned()], LOCK, "1.95.0").unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
