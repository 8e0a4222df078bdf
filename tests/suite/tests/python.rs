//! A plugin in Python, from nothing to a run: needs componentize-py, and says so where there is none.

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

#[test]
#[expect(
    clippy::print_stderr,
    reason = "whoever reads a test's output must see what it did not do"
)]
fn a_plugin_in_python_judges_as_the_one_in_rust_does() {
    if Command::new("componentize-py").arg("--version").output().is_err() {
        eprintln!(
            "SKIPPED: no componentize-py on the PATH (`pip install componentize-py==0.25.1`)"
        );
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(run(folder.path(), &["new", "my-rules", "--lang", "python"]).status.success());
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
