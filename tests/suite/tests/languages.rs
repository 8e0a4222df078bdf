//! Plugins in Python and JavaScript, from nothing to a run: each needs its builder on the PATH, and says so where there is none.

use std::path::Path;
use std::process::{Command, Output};

use assay_suite::assay;
use serde_json::Value;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = assay();
    command.current_dir(folder).args(arguments).env_remove("ASSAY_PLUGINS");
    command.output().expect("assay runs")
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON value")
}

#[expect(
    clippy::print_stderr,
    reason = "whoever reads a test's output must see what it did not do"
)]
fn judges_as_rust_does(language: &str, builder: &str, install: &str) {
    if Command::new(builder).arg("--version").output().is_err() {
        eprintln!("SKIPPED: no {builder} on the PATH (`{install}`)");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = run(folder.path(), &["new", "my-rules", "--lang", language]);
    assert!(new.status.success(), "{}", String::from_utf8_lossy(&new.stderr));
    let plugin = folder.path().join("my-rules");
    let built = json(&run(&plugin, &["build", "--format", "json"]));
    assert_eq!(built["imports"], Value::Array(Vec::new()), "WASI was taken out");
    let sample = "samples/orders_2024.csv";
    let tried = ["try", "target/plugins/my-rules.wasm", sample, "--format", "json"];
    let tried = json(&run(&plugin, &tried));
    let rule = &tried["rules"][0];
    assert_eq!(rule["code"], "shipped-in-time");
    assert_eq!((&rule["failed"], &rule["skipped"]), (&2.into(), &2.into()), "{tried:#}");
    let ran = json(&run(&plugin, &["run", sample, "--root", "lake", "--format", "json"]));
    assert_eq!(ran["outcome"], "accepted_with_quarantine", "{ran:#}");
    // A setting that is none is told with its place in the pack.
    let pack = plugin.join("rules/orders/weekly/2024.toml");
    let text = std::fs::read_to_string(&pack).expect("the pack");
    std::fs::write(&pack, text.replace("longest_days = 10", "longest_days = 999")).expect("space");
    let output = run(&plugin, &["check", sample]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("`999` is more than 365"), "{said}");
}

#[test]
fn a_plugin_in_python_judges_as_the_one_in_rust_does() {
    let install = "pip install componentize-py==0.25.1";
    judges_as_rust_does("python", "componentize-py", install);
}

#[test]
fn a_plugin_in_javascript_judges_as_the_one_in_rust_does() {
    let install = "npm install --global @bytecodealliance/componentize-js@0.23.0";
    judges_as_rust_does("javascript", "componentize-js", install);
}
