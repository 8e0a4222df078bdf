//! The path of a rule author: the tutorial exactly as in `docs/`, and the most common mistakes with their messages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assay_suite::{assay, checkout, guests};
use serde_json::Value;

/// Runs `assay` in a folder without access to the checkout, except for the libraries that were compiled for other plugins: compiling them again
/// would take a minute and show nothing, since the bytes of a plugin are the same wherever it is built.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = assay();
    for name in ["ASSAY_PLUGINS", "CARGO_TARGET_DIR", "RUSTFLAGS"] {
        command.env_remove(name);
    }
    command.env("ASSAY_GUESTS_DIR", guests());
    command.current_dir(folder).args(arguments).output().expect("assay runs")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON value")
}

/// The code blocks of a language in a page, in order. A fence is closed by one of the same length, so a page within a page is one block.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, bool, String)> = None;
    for line in page.lines() {
        let (fence, info) = line.split_at(line.len() - line.trim_start_matches('`').len());
        match &mut open {
            None if fence.len() >= 3 => open = Some((fence, info == language, String::new())),
            None => {}
            Some((first, wanted, text)) if line == *first => {
                if *wanted {
                    blocks.push(std::mem::take(text));
                }
                open = None;
            }
            Some((_, _, text)) => text.extend([line, "\n"]),
        }
    }
    blocks
}

/// The output shown in the page must match the command's actual output; amounts of fuel and digests may differ. Of a line with `…`, only
/// the part before it must match.
fn as_shown(page: &str, plugin: &Path, command: &str) {
    let typed = format!("$ assay {command}");
    let mut shown = page.lines().skip_while(|line| *line != typed).skip(1).peekable();
    assert!(shown.peek().is_some(), "the page has no `{typed}`");
    let arguments: Vec<&str> = command.split(' ').collect();
    let said = stdout(&run(plugin, &arguments));
    for line in shown.take_while(|line| !line.starts_with("```") && !line.starts_with('$')) {
        let of_the_day = ["  cost ", "  size ", "  digest ", "  compiler "];
        if line.trim() == "…" || of_the_day.iter().any(|start| line.starts_with(start)) {
            continue;
        }
        let holds = |found: &str| match line.split_once('…') {
            Some((start, _)) => found.starts_with(start),
            None => found == line,
        };
        assert!(said.lines().any(holds), "no line `{line}` in\n{said}");
    }
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("the file is there");
    assert!(text.contains(from), "`{}` has no `{from}`", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("it can be written");
}

#[test]
fn the_tutorial_holds_what_it_promises() {
    let folder = tempfile::tempdir().expect("a folder");
    stdout(&run(folder.path(), &["new", "my-rules"]));
    let plugin = folder.path().join("my-rules");
    let sample = "samples/orders_2024.csv";

    // 1. A plugin, and a run that finds pack and plugin by itself.
    let page = fs::read_to_string(checkout().join("docs/tutorial.md")).expect("the tutorial");
    let built = json(&run(&plugin, &["build", "--format", "json"]));
    assert_eq!(built["imports"], Value::Array(Vec::new()));
    assert_eq!(built["lock"]["changed"], true);
    let ran = json(&run(&plugin, &["run", sample, "--root", "lake", "--format", "json"]));
    assert_eq!(ran["outcome"], "accepted_with_quarantine", "{ran:#}");
    stdout(&run(&plugin, &["test", "--min-coverage", "100%"]));

    as_shown(&page, &plugin, "run samples/orders_2024.csv --root lake");

    // 2. The author's own rule, as given in the page.
    let [function, setting, test] = &blocks(&page, "rust")[..] else {
        panic!("three pieces of Rust")
    };
    let source = plugin.join("src/lib.rs");
    edit(&source, "#[cfg(test)]", &format!("{function}\n#[cfg(test)]"));
    edit(&source, "    longest_days: i32,\n", &format!("    longest_days: i32,\n{setting}"));
    edit(&source, "rules: [shipped_in_time]", "rules: [shipped_in_time, country_served]");
    let last = "        assert_eq!(found.skipped(shipped_in_time::CODE), 1);\n    }\n";
    edit(&source, last, &format!("{last}\n{test}"));
    let mut native = Command::new(env!("CARGO"));
    native.args(["test", "--quiet"]).current_dir(&plugin);
    for name in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        native.env_remove(name);
    }
    let tested = native.output().expect("cargo runs");
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stderr));

    // 3. Bytes that differ from the pinned ones are reported; then the rule's effect on a file.
    assert_eq!(run(&plugin, &["build", "--check"]).status.code(), Some(1));
    stdout(&run(&plugin, &["build"]));
    stdout(&run(&plugin, &["build", "--check"]));
    let tried = ["try", "target/plugins/my-rules.wasm", sample, "--format", "json"];
    let tried = json(&run(&plugin, &tried));
    let rule = |code: &str| {
        let rules = tried["rules"].as_array().expect("a list");
        rules.iter().find(|rule| rule["code"] == code).expect("the rule").clone()
    };
    assert_eq!(rule("country-served")["failed"], 3);
    assert_eq!(rule("country-served")["samples"][1]["message"], "`NL` is not served");
    assert_eq!(
        (&rule("shipped-in-time")["failed"], &rule("shipped-in-time")["skipped"]),
        (&2.into(), &2.into())
    );
    let command = "try target/plugins/my-rules.wasm samples/orders_2024.csv --rule country-served";
    as_shown(&page, &plugin, command);
    let pack = plugin.join("rules/orders/weekly/2024.toml");
    let [settings] = &blocks(&page, "toml")[..] else { panic!("one piece of TOML") };
    let [settings, levels] = &settings.split("\n\n").collect::<Vec<_>>()[..] else {
        panic!("two tables")
    };
    edit(&pack, "[plugins.my-rules.settings]\nlongest_days = 10", settings);
    edit(&pack, "[levels]", levels.trim_end());

    // 4. Only the page is missing, and lint reports it.
    let lint = json(&run(&plugin, &["lint", "--format", "json"]));
    assert_eq!(lint["lints"].as_array().map(Vec::len), Some(1), "{lint:#}");
    assert_eq!(lint["lints"][0]["code"], "page-missing");
    let [country_served] = &blocks(&page, "markdown")[..] else { panic!("one page of a rule") };
    assert_eq!(run(&plugin, &["test"]).status.code(), Some(1));
    fs::write(plugin.join("rules/country-served.md"), country_served).expect("a page");
    as_shown(&page, &plugin, "test --bless");
    stdout(&run(&plugin, &["lint", "--strict"]));
    as_shown(&page, &plugin, "lint");
    let shown = stdout(&run(&plugin, &["rules", "shipped-in-time"]));
    assert!(
        shown.contains("WHY IT MATTERS")
            && shown.contains("warn        in orders/weekly/2024.toml"),
        "{shown}"
    );

    // The commands that CI runs, including the costs.
    stdout(&run(&plugin, &["test", "--min-coverage", "100%", "--format", "github"]));
    for command in ["bench --bless", "bench"] {
        as_shown(&page, &plugin, command);
    }
    stdout(&run(&plugin, &["bench", "--baseline", "cost.toml", "--fail-above", "0%"]));

    // 5. Why was this record quarantined?
    as_shown(&page, &plugin, "explain samples/orders_2024.csv --record 6");
    let explained = stdout(&run(&plugin, &["explain", sample, "--record", "6"]));
    for line in [
        "  HELD BACK by type.date\n",
        "    fired: `shipped_on` is `soon`, expected a calendar date written as %Y-%m-%d\n",
        "    shipped-in-time              `shipped_on` is not of the form it needs\n",
        "    country-served               country `NL`\n",
    ] {
        assert!(explained.contains(line), "no `{line}` in\n{explained}");
    }

    // 6. Ship it.
    ships(&page, &plugin);

    // A stricter pack, and the records that it would judge differently.
    let stricter = plugin.join("rules/orders/weekly/stricter.toml");
    fs::copy(&pack, &stricter).expect("a copy");
    edit(&stricter, "longest_days = 10", "longest_days = 30");
    edit(&stricter, "level = \"warn\"", "level = \"error\"");
    let paths = [&pack, &stricter].map(|path| path.display().to_string());
    let difference = ["pack", "diff", &paths[0], &paths[1], sample, "--format", "json"];
    let difference = json(&run(&plugin, &difference));
    fs::remove_file(&stricter).expect("it is there");
    let rule = &difference["file"]["rules"][0];
    assert_eq!(
        (&rule["code"], &rule["only_from"], &rule["otherwise"]),
        (&"shipped-in-time".into(), &1.into(), &1.into())
    );

    builds_the_same_elsewhere(folder.path(), &plugin);
}

/// Packages and signs the plugin.
fn ships(page: &str, plugin: &Path) {
    for command in [
        "package",
        "keygen release",
        "sign target/package/my-rules.wasm --key release.key",
        "verify target/package/my-rules.wasm --key release.pub",
    ] {
        as_shown(page, plugin, command);
    }
}

/// The same sources in another folder give the same bytes.
fn builds_the_same_elsewhere(folder: &Path, plugin: &Path) {
    let twin: PathBuf = folder.join("deeper/down/my-rules");
    stdout(&run(folder, &["new", "my-rules", "--path", &twin.display().to_string()]));
    for name in ["src/lib.rs", "rules/assay.lock", "Cargo.lock"] {
        fs::copy(plugin.join(name), twin.join(name)).expect("a copy");
    }
    stdout(&run(&twin, &["build", "--check"]));
}

/// The message about a mistake, without the folder's path.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    text.replace(&folder.display().to_string(), "DIR")
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().canonicalize().expect("it is there");
    let write = |name: &str, text: &str| {
        let file = path.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
        fs::write(file, text).expect("it can be written");
    };
    let manifest =
        "[package]\nname = \"plain\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    write("plain/Cargo.toml", manifest);
    write("plain/src/lib.rs", "");
    write("torn/Cargo.toml", "[package\n");
    write("both/Cargo.toml", "[workspace]\nmembers = [\"one\"]\nresolver = \"3\"\n");
    write(
        "both/one/Cargo.toml",
        "[package]\nname = \"one\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n",
    );
    write("both/one/src/lib.rs", "");
    write("taken/file", "");
    write("orders.csv", "a,b\n1,2\n");
    write("page.csv", "<!DOCTYPE html><html><body>not found</body></html>\n");
    write("rules/assay.lock", "format = 1\n");
    let checks = checkout().join("target/plugins/checks.wasm").display().to_string();
    let other = path.join("orders.csv").display().to_string();
    let mut text = String::new();
    let mut show = |arguments: &[&str]| {
        let shown: Vec<&str> =
            arguments.iter().map(|a| if *a == checks { "checks.wasm" } else { *a }).collect();
        let line = shown.join(" ").replace(&path.display().to_string(), "DIR");
        text.extend(["── assay ", &line, "\n", &said(&path, arguments)]);
    };
    show(&["new", "My Rules"]);
    show(&["new", "test"]);
    show(&["new", "mine", "--lang", "cobol"]);
    show(&["new", "taken"]);
    show(&["new", "mine", "--sdk", "plain"]);
    show(&["build", "nowhere"]);
    show(&["build", "plain"]);
    show(&["build", "both"]);
    show(&["try", "nowhere.wasm", "orders.csv"]);
    show(&["try", &checks, "nowhere.csv"]);
    show(&["try", &checks, "page.csv"]);
    show(&["try", &checks, "orders.csv", "--settings", "{\"rule\": {}}"]);
    show(&["try", &checks, "orders.csv", "--rule", "amount-zero"]);
    show(&["try", &other, "orders.csv"]);
    show(&["try", &checks, "orders.csv", "--pack", "nowhere.toml"]);
    show(&["explain", "orders.csv", "--record", "1"]);
    show(&["rules", "amount-zero"]);
    show(&["lint", "nowhere"]);
    show(&["lint", "plain/src/lib.rs"]);
    show(&["pack", "diff", "nowhere.toml", "elsewhere.toml"]);
    insta::assert_snapshot!(text);
}
