//! The life of a plugin: packaged, signed, trusted or refused, bundled and unpacked again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assay_signing::PublicKey;
use assay_suite::{Library, assay, plugins};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with the library's rules, and its plugin to be signed and changed.
struct Desk {
    library: Library,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            library: Library::new(),
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        fs::create_dir(desk.path("plugins")).expect("a folder");
        fs::copy(plugins().join("checks.wasm"), desk.wasm()).expect("the plugin was built");
        for name in ["one", "two"] {
            json(&desk.run(&["keygen", name, "--format", "json"]));
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn wasm(&self) -> PathBuf {
        self.path("plugins/checks.wasm")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = assay();
        command.args(arguments).current_dir(self.folder.path());
        command.env("ASSAY_CACHE", self.path("cache"));
        command.output().expect("assay runs")
    }

    /// Runs a command that must end with this exit code, and returns its standard error without this folder's paths and keys.
    fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        let mut text = text.replace(&self.folder.path().display().to_string(), "$DIR");
        text = text.replace(&self.library.rules().display().to_string(), "$RULES");
        for name in ["one", "two"] {
            text = text.replace(&self.id(name), &format!("<{name}>"));
        }
        without_digests(&text)
    }

    fn id(&self, name: &str) -> String {
        let path = self.path(&format!("{name}.pub"));
        let text = fs::read_to_string(path).expect("a key");
        PublicKey::from_pem(&text).expect("a key").id().to_string()
    }

    fn line(&self, name: &str) -> String {
        let text = fs::read_to_string(self.path(&format!("{name}.pub"))).expect("a key");
        text.lines().nth(1).expect("the key's line").to_owned()
    }

    /// Adds a trusted key to the packs.
    fn trust(&self, name: &str) {
        let path = self.library.rule_file("loans/shared.toml");
        let text = fs::read_to_string(&path).expect("the packs");
        let text = text.split("\n[trust]").next().expect("a beginning").to_owned();
        let table = format!("\n[trust]\nkeys = [\"{}\"]\n", self.line(name));
        fs::write(path, text + &table).expect("space");
    }

    fn lock(&self) {
        let rules = self.library.rules().display().to_string();
        let plugins = self.path("plugins").display().to_string();
        json_or_text(&self.run(&["lock", "--rules", &rules, "--plugins", &plugins]));
    }

    /// Judges a good file with the library's rules.
    fn check(&self) -> (Option<i32>, Value) {
        let file = self.library.loans(2023, 50, "").display().to_string();
        let rules = self.library.rules().display().to_string();
        let plugins = self.path("plugins").display().to_string();
        let output = self.run(&[
            "check",
            &file,
            "--rules",
            &rules,
            "--plugins",
            &plugins,
            "--format",
            "json",
        ]);
        let value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), value)
    }
}

/// Digests change whenever a plugin is rebuilt, and keys in each test.
fn without_digests(text: &str) -> String {
    let pieces = text.split_inclusive(|letter: char| !letter.is_ascii_hexdigit());
    let short = pieces.map(|piece| {
        let hex = piece.trim_end_matches(|letter: char| !letter.is_ascii_hexdigit());
        if hex.len() == 64 { piece.replace(hex, "<digest>") } else { piece.to_owned() }
    });
    short.collect()
}

fn json_or_text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&json_or_text(output)).expect("one JSON value")
}

/// Names and bytes of every file below a folder.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.push((path.clone(), fs::read(&path).expect("a file")));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn a_component_is_stamped_and_says_so() {
    let desk = Desk::new();
    fs::create_dir(desk.path("src")).expect("a folder");
    fs::write(desk.path("src/lib.rs"), "// the source\n").expect("space");
    let package = |output: &str| {
        let arguments = ["package", "plugins/checks.wasm", "--sources", "src", "-o", output];
        json(&desk.run(&[&arguments[..], &["--revision", "0123abc", "--format", "json"]].concat()))
    };
    let packaged = package("out/checks.wasm");
    assert_eq!(packaged["source_files"], 1);
    package("again.wasm");
    let bytes = fs::read(desk.path("out/checks.wasm")).expect("the package");
    assert_eq!(fs::read(desk.path("again.wasm")).expect("the package"), bytes);
    let inspected = json(&desk.run(&["inspect", "out/checks.wasm", "--format", "json"]));
    assert_eq!(inspected["digest"], packaged["digest"]);
    assert_eq!(inspected["stamps"], packaged["stamps"]);
    let stamps = &inspected["stamps"];
    assert_eq!(stamps["name"], "checks");
    assert_eq!(stamps["version"], inspected["version"]);
    assert_eq!(stamps["revision"], "0123abc");
    assert!(stamps["source_digest"].as_str().is_some_and(|text| text.starts_with("sha256:")));
    let shown = json_or_text(&desk.run(&["inspect", "out/checks.wasm"]));
    assert!(shown.contains("\n  stamps\n    stamped    checks "), "{shown}");
    // It judges as before.
    fs::copy(desk.path("out/checks.wasm"), desk.wasm()).expect("space");
    desk.lock();
    assert_eq!(desk.check().0, Some(0));
}

#[test]
fn a_pack_that_trusts_a_key_runs_what_it_signed_and_nothing_else() {
    let desk = Desk::new();
    let mut said = String::new();
    let mut refused = |case: &str| {
        let (code, report) = desk.check();
        assert_eq!(code, Some(2), "{case}: {report:#}");
        let text = report.to_string();
        assert!(text.contains("signature"), "{case}: {report:#}");
        let rules = desk.library.rules().display().to_string();
        let file = desk.library.loans(2023, 50, "").display().to_string();
        let plugins = desk.path("plugins").display().to_string();
        let arguments = ["check", &file, "--rules", &rules, "--plugins", &plugins];
        let output = desk.run(&arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let at = text.find("plugin `checks` may not run").unwrap_or_else(|| panic!("{text}"));
        let mut text: String = text[at..].lines().take(2).collect::<Vec<_>>().join("\n");
        text = text.replace(&rules, "$RULES").replace(&plugins, "$PLUGINS");
        for name in ["one", "two"] {
            text = text.replace(&desk.id(name), &format!("<{name}>"));
        }
        text = without_digests(&text);
        said.extend([case, "\n", &text, "\n\n"]);
    };
    desk.lock();
    assert_eq!(desk.check().0, Some(0), "nobody is trusted, so nobody has to sign");
    desk.trust("one");
    refused("it is not signed");
    json_or_text(&desk.run(&["sign", "plugins/checks.wasm", "--key", "two.key"]));
    refused("another key signed");
    json_or_text(&desk.run(&["sign", "plugins/checks.wasm", "--key", "one.key"]));
    assert_eq!(desk.check().0, Some(0), "both have signed");
    fs::remove_file(desk.path("plugins/checks.wasm.sig")).expect("it is there");
    json_or_text(&desk.run(&["sign", "plugins/checks.wasm", "--key", "one.key"]));
    assert_eq!(desk.check().0, Some(0));
    // Another plugin signed with the same key must not be accepted in its place.
    fs::copy(plugins().join("open-payments.wasm"), desk.path("other.wasm")).expect("it was built");
    json_or_text(&desk.run(&["sign", "other.wasm", "--key", "one.key"]));
    fs::copy(desk.path("other.wasm.sig"), desk.path("plugins/checks.wasm.sig")).expect("space");
    refused("the signature is another plugin's");
    insta::assert_snapshot!(said);
}

#[test]
fn verify_tells_by_its_exit_code() {
    let desk = Desk::new();
    let wasm = "plugins/checks.wasm";
    let mut said = desk.refused(1, &["verify", wasm, "--key", "one.pub"]);
    json_or_text(&desk.run(&["sign", wasm, "--key", "one.key"]));
    let verified =
        json(&desk.run(&["verify", wasm, "--key", &desk.line("one"), "--format", "json"]));
    assert_eq!(verified["key"], desk.id("one"));
    json_or_text(&desk.run(&["verify", wasm, "--key", "two.pub", "--key", "one.pub"]));
    said += &desk.refused(1, &["verify", wasm, "--key", "two.pub"]);
    said += &desk.refused(2, &["verify", wasm, "--key", "one.key"]);
    said += &desk.refused(2, &["verify", "nothing.wasm", "--key", "one.pub"]);
    said += &desk.refused(2, &["sign", wasm, "--key", "one.pub"]);
    said += &desk.refused(2, &["keygen", "one"]);
    insta::assert_snapshot!(said);
}

#[test]
fn a_bundle_brings_a_pack_to_where_there_is_nothing_and_a_bad_one_changes_nothing() {
    let desk = Desk::new();
    desk.lock();
    desk.trust("one");
    json_or_text(&desk.run(&["sign", "plugins/checks.wasm", "--key", "one.key"]));
    let rules = desk.library.rules().display().to_string();
    let pack = desk.library.rule_file("loans/2023.toml").display().to_string();
    let export = |output: &str| {
        let place = ["--rules", &rules, "--plugins", "plugins", "--format", "json"];
        json(&desk.run(&[&["export", &pack, "-o", output][..], &place].concat()))
    };
    let exported = export("one.tar.zst");
    assert_eq!(exported["plugins"][0]["signed"], true);
    assert_eq!(export("two.tar.zst")["digest"], exported["digest"], "the same bytes again");

    // Into an empty place: afterwards everything needed for a run exists.
    let imported =
        json(&desk.run(&["import", "one.tar.zst", "--rules", "there", "--format", "json"]));
    assert_eq!(imported["pack"], "there/library/loans/2023.toml");
    let file = desk.library.loans(2023, 50, "").display().to_string();
    let check = ["check", &file, "--rules", "there", "--format", "json"];
    let report = json(&desk.run(&check));
    assert_eq!(report["outcome"], "accepted", "{report:#}");
    let again = json(&desk.run(&["import", "one.tar.zst", "--rules", "there", "--format", "json"]));
    assert_eq!(
        (again["added"].as_array(), again["replaced"].as_array()),
        (Some(&vec![]), Some(&vec![]))
    );

    // Existing files that the bundle does not contain stay.
    let mine = desk.path("there/library/loans/2024.toml");
    fs::copy(desk.library.rule_file("loans/2024.toml"), &mine).expect("space");
    json(&desk.run(&["import", "one.tar.zst", "--rules", "there", "--format", "json"]));
    assert!(mine.is_file());
    let before = tree(&desk.path("there"));

    // Whatever is wrong with a bundle, nothing changes.
    let mut said = String::new();
    let mut refused = |case: &str, bundle: &str, more: &[&str]| {
        let arguments = [&["import", bundle, "--rules", "there"][..], more].concat();
        said.extend([case, "\n", &desk.refused(2, &arguments), "\n"]);
        assert_eq!(tree(&desk.path("there")), before, "{case}");
    };
    refused("nobody signed the bundle", "one.tar.zst", &["--key", "one.pub"]);
    json_or_text(&desk.run(&["sign", "one.tar.zst", "--key", "two.key"]));
    refused("somebody else signed it", "one.tar.zst", &["--key", "one.pub"]);
    let bytes = fs::read(desk.path("one.tar.zst")).expect("the bundle");
    fs::write(desk.path("short.tar.zst"), &bytes[..bytes.len() / 2]).expect("space");
    refused("it was cut off", "short.tar.zst", &[]);
    fs::write(desk.path("page.tar.zst"), "<html>").expect("space");
    refused("it is something else", "page.tar.zst", &[]);
    let unpacked = zstd::decode_all(&bytes[..]).expect("a bundle is zstd");
    let forge = |name: &str, from: &[u8], to: &[u8]| {
        let mut forged = unpacked.clone();
        let at = forged.windows(from.len()).rposition(|part| part == from).expect("it is in it");
        forged[at..at + to.len()].copy_from_slice(to);
        fs::write(desk.path(name), zstd::encode_all(&forged[..], 1).expect("zstd")).expect("space");
    };
    forge("rule.tar.zst", b"quarantined = \"5%\"", b"quarantined = \"9%\"");
    refused("a threshold was changed", "rule.tar.zst", &[]);
    forge("plugin.tar.zst", b"assay:rules/plugin@1.0.0", b"assay:rules/plugin@1.0.1");
    refused("a plugin was changed", "plugin.tar.zst", &[]);
    insta::assert_snapshot!(said);

    json(&desk.run(&[
        "import",
        "one.tar.zst",
        "--rules",
        "there",
        "--key",
        "two.pub",
        "--format",
        "json",
    ]));
    let left: Vec<_> = fs::read_dir(desk.folder.path())
        .expect("a folder")
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(".assay-import-"))
        .collect();
    assert!(left.is_empty(), "nothing is left beside the rules");
}
