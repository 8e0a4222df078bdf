//! Plugins in Python and JavaScript, from nothing to a run. Each test needs its builder on the PATH, and says so if it is missing.

use std::fs;
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

/// A language other than Rust in which plugins can be written.
struct Language {
    name: &'static str,
    builder: &'static str,
    install: &'static str,
    /// The file with the rules of a new plugin.
    source: &'static str,
    /// A piece of it, the same piece with a mistake that only an order of 1999 triggers, and the resulting error. The mistake is present
    /// from the start, because a component contains the language's whole engine and takes long to compile.
    mistake: [&'static str; 3],
}

impl Language {
    #[expect(
        clippy::print_stderr,
        reason = "whoever reads a test's output must see what it did not do"
    )]
    fn can_be_built(&self) -> bool {
        let there = Command::new(self.builder).arg("--version").output().is_ok();
        let demanded = std::env::var("ASSAY_MUST_RUN").unwrap_or_default();
        assert!(there || !demanded.contains(self.name), "{} was here before", self.builder);
        if !there {
            eprintln!("SKIPPED: no {} on the PATH (`{}`)", self.builder, self.install);
        }
        there
    }

    fn judges_as_rust_does(&self) {
        if !self.can_be_built() {
            return;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let new = run(folder.path(), &["new", "my-rules", "--lang", self.name]);
        assert!(new.status.success(), "{}", String::from_utf8_lossy(&new.stderr));
        // The folder's name must not matter: the manifest names the plugin.
        let plugin = folder.path().join("checked-out");
        fs::rename(folder.path().join("my-rules"), &plugin).expect("a folder can be renamed");
        let [from, to, told] = self.mistake;
        let source = plugin.join(self.source);
        let rules = fs::read_to_string(&source).expect("the rules");
        assert!(rules.contains(from), "`{}` has no `{from}`", self.source);
        fs::write(&source, rules.replace(from, to)).expect("space");
        let built = json(&run(&plugin, &["build", "--format", "json"]));
        assert_eq!(built["imports"], Value::Array(Vec::new()), "WASI was taken out");
        let sample = "samples/orders_2024.csv";
        let component = "target/plugins/my-rules.wasm";
        let tried = json(&run(&plugin, &["try", component, sample, "--format", "json"]));
        let rule = &tried["rules"][0];
        assert_eq!(rule["code"], "shipped-in-time");
        assert_eq!((&rule["failed"], &rule["skipped"]), (&2.into(), &2.into()), "{tried:#}");
        let ran = json(&run(&plugin, &["run", sample, "--root", "lake", "--format", "json"]));
        assert_eq!(ran["outcome"], "accepted_with_quarantine", "{ran:#}");

        // Its page, case and all laws, and costs that are the same each time.
        let tested = json(&run(&plugin, &["test", "--min-coverage", "100%", "--format", "json"]));
        assert_eq!(tested["passed"], true, "{tested:#}");
        json(&run(&plugin, &["bench", "--bless", "--format", "json"]));
        let bench = ["bench", "--baseline", "cost.toml", "--fail-above", "0%", "--format", "json"];
        json(&run(&plugin, &bench));

        // An unknown setting is reported with its place in the pack.
        let pack = plugin.join("rules/orders/weekly/2024.toml");
        let text = fs::read_to_string(&pack).expect("the pack");
        fs::write(&pack, text.replace("longest_days = 10", "longest_days = 999")).expect("space");
        let output = run(&plugin, &["check", sample]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("`999` is more than 365"), "{said}");
        fs::write(&pack, text).expect("space");

        // Rules edited since the build differ from those in the component.
        fs::write(&source, rules).expect("space");
        let stale = run(&plugin, &["test", "--rule", "shipped-in-time"]);
        let stale = String::from_utf8_lossy(&stale.stdout).into_owned();
        assert!(stale.contains("is newer than the component"), "{stale}");

        // A mistake in a rule is reported in the language's own words, with the record.
        let other = "samples/unlucky_2024.csv";
        let records = fs::read_to_string(plugin.join(sample)).expect("the sample");
        fs::write(plugin.join(other), records.replace("1001,2024-03-01", "1001,1999-03-01"))
            .expect("space");
        let output = run(&plugin, &["try", component, other]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = format!("record 1, line 2: it reported a fault: rule `shipped-in-time`: {told}");
        assert!(said.contains(&line), "no `{line}` in\n{said}");
    }
}

#[test]
fn a_plugin_in_python_judges_as_the_one_in_rust_does() {
    let python = Language {
        name: "python",
        builder: "componentize-py",
        install: "pip install componentize-py==0.25.1",
        source: "my_rules.py",
        mistake: [
            "settings[\"longest_days\"]",
            "settings[\"longest\" if ordered.year == 1999 else \"longest_days\"]",
            "KeyError: 'longest'",
        ],
    };
    python.judges_as_rust_does();
}

#[test]
fn a_plugin_in_javascript_judges_as_the_one_in_rust_does() {
    let javascript = Language {
        name: "javascript",
        builder: "componentize-js",
        install: "npm install --global @bytecodealliance/componentize-js@0.23.0",
        source: "plugin.js",
        mistake: [
            "<= settings.longest_days",
            // 1999-03-01, in days since 1970.
            "<= (ordered === 10651 ? settings.longest.days : settings.longest_days)",
            "TypeError: ",
        ],
    };
    javascript.judges_as_rust_does();
}
