//! `assay test` and `assay bench` as seen by a rule author and a CI job: exit codes, formats, watching.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use assay_suite::{assay, checkout, plugins};
use serde_json::Value;
use tempfile::TempDir;

/// A plugin's folder with one page and its committed costs.
struct Author {
    folder: TempDir,
}

impl Author {
    fn new() -> Self {
        let author = Self { folder: TempDir::new().expect("a folder") };
        fs::create_dir(author.path().join("rules")).expect("a folder");
        fs::copy(checkout().join("plugins/checks/rules/digits.md"), author.page()).expect("a page");
        author
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn page(&self) -> PathBuf {
        self.path().join("rules/digits.md")
    }

    /// Makes the page claim that one of its passing records fails.
    fn spoil(&self) {
        let page = fs::read_to_string(self.page()).expect("the page");
        assert!(page.contains("\n1234,payment,\n"), "the page has a record that passes");
        let page = page.replace("\n1234,payment,\n", "\n1234,payment,x\n");
        fs::write(self.page(), page).expect("written");
    }

    fn command(&self, command: &str, more: &[&str]) -> std::process::Command {
        let mut assay = assay();
        assay.arg(command).arg(self.path()).arg("--component").arg(plugins().join("checks.wasm"));
        assay.args(more);
        assay
    }

    fn run(&self, command: &str, more: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, .. } =
            self.command(command, more).output().expect("assay runs");
        (status.code(), String::from_utf8(stdout).expect("UTF-8"))
    }

    fn test(&self, format: &str) -> (Option<i32>, String) {
        self.run("test", &["--rule", "digits", "--format", format])
    }
}

#[test]
fn a_page_that_holds_passes_in_every_format() {
    let author = Author::new();
    let (code, text) = author.test("human");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("PASSED  checks"), "{text}");
    let (code, text) = author.test("github");
    assert_eq!(code, Some(0));
    assert!(!text.contains("::error"), "{text}");
    let (code, text) = author.test("junit");
    assert_eq!(code, Some(0));
    assert!(text.contains("tests=\"1\" failures=\"0\""), "{text}");
    let (code, text) = author.test("json");
    assert_eq!(code, Some(0));
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["passed"], Value::Bool(true));
}

#[test]
fn an_example_that_does_not_hold_is_told_at_its_line() {
    let author = Author::new();
    author.spoil();
    let page = fs::read_to_string(author.page()).expect("the page");
    let line = page.lines().position(|line| line == "1234,payment,x").expect("spoiled") + 1;
    let message = "record 6 `1234,payment` passes, expected `digits` to fail it";
    let (code, text) = author.test("human");
    assert_eq!(code, Some(1));
    let place =
        format!("error[example-differs] {message}\n  --> {}:{line}\n", author.page().display());
    assert!(text.contains(&place), "{text}");
    let (code, text) = author.test("github");
    assert_eq!(code, Some(1));
    let annotation = format!(",line={line},title=example-differs::{message}");
    assert!(
        text.lines().any(|line| line.starts_with("::error file=") && line.contains(&annotation)),
        "{text}"
    );
    let (code, text) = author.test("junit");
    assert_eq!(code, Some(1));
    assert!(text.contains("failures=\"1\"") && text.contains("type=\"example-differs\""), "{text}");
    let (code, text) = author.test("json");
    assert_eq!(code, Some(1));
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(report["tests"][0]["faults"][0]["line"], Value::from(line));
}

#[test]
fn what_tests_nothing_does_not_pass() {
    let author = Author::new();
    let (code, text) = author.run("test", &["--rule", "digit"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("error[rule-unknown] the plugin has no rule `digit`"), "{text}");
    let missing = author.path().join("costs.toml");
    let (code, text) = author.run("bench", &["--baseline", &missing.display().to_string()]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("error[baseline-missing] there is no `"), "{text}");
}

#[test]
fn each_test_is_in_the_report_of_a_ci_server_once() {
    let author = Author::new();
    let (_, text) = author.run("test", &["--format", "junit"]);
    for suite in ["page", "law"] {
        assert_eq!(text.matches(&format!("<testsuite name=\"{suite}\"")).count(), 1, "{text}");
    }
    for case in ["digits", "README", "batch-size"] {
        assert_eq!(text.matches(&format!("<testcase name=\"{case}\"")).count(), 1, "{text}");
    }
}

#[test]
fn a_plugin_that_is_not_built_is_told_how_to_be() {
    let author = Author::new();
    let output = assay().arg("test").arg(author.path()).output().expect("assay runs");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(text.contains("the component of `") && text.contains("cargo xtask plugins"), "{text}");
}

#[test]
fn costs_are_written_once_and_held_to() {
    let author = Author::new();
    let costs = author.path().join("cost.toml");
    let (code, text) = author.run("bench", &["--bless"]);
    assert_eq!(code, Some(0), "{text}");
    let committed = fs::read_to_string(&costs).expect("it was written");
    let (code, _) = author.run("bench", &["--fail-above", "0%"]);
    assert_eq!(code, Some(0), "fuel is the same each time");
    let fuel: u64 = committed
        .lines()
        .find_map(|line| line.strip_prefix("\"digits\" = ")?.parse().ok())
        .expect("the rule's cost");
    let lower = committed.replace(&fuel.to_string(), &(fuel * 9 / 10).to_string());
    fs::write(&costs, lower).expect("written");
    let (code, text) = author.run("bench", &[]);
    assert_eq!(code, Some(1));
    assert!(text.contains("error[rule-dearer] `digits` costs"), "{text}");
    assert_eq!(author.run("bench", &["--fail-above", "12%"]).0, Some(0));
}

#[test]
fn changes_are_watched() {
    let author = Author::new();
    let mut child = author
        .command("test", &["--rule", "digits", "--watch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("assay runs");
    let mut results = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut waiting = BufReader::new(child.stderr.take().expect("piped")).lines();
    let mut result = || {
        let mut lines = results.by_ref().map(|line| line.expect("UTF-8"));
        lines.find(|line| line.contains("PASSED") || line.contains("FAILED  ")).expect("a result")
    };
    assert!(result().contains("PASSED"));
    let line =
        waiting.by_ref().map(|line| line.expect("UTF-8")).find(|line| line.contains("waiting"));
    assert!(line.is_some());
    author.spoil();
    assert!(result().contains("FAILED"));
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}
