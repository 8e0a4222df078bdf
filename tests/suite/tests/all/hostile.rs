//! A plugin that fails on some records costs those records and nothing else; one that goes on failing ends the run.

use std::path::PathBuf;
use std::process::Command;

use assay_suite::{Lake, Outcome, assay, checkout, quarantine, validated_rows};
use tempfile::TempDir;

/// Rules of one pack with the hostile plugin, which misbehaves on records whose word is `BAD`.
struct Hostile {
    folder: TempDir,
}

impl Hostile {
    fn new(misdeed: &str, limits: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("rules/words/all")).expect("space");
        std::fs::create_dir_all(at("plugins")).expect("space");
        std::fs::copy(component(), at("plugins/hostile.wasm")).expect("space");
        let dataset = "format = 1\nname = \"words\"\ntitle = \"words\"\npartition = [\"year\"]\n\
            [partition_keys.year]\n[[file_name]]\npattern = '^words-(?<year>\\d{4})'\nkind = \"all\"\n\
            [[layout]]\nname = \"words-2\"\nkind = \"all\"\ntitle = \"words\"\ncolumns = [\"id\", \"word\"]\n";
        std::fs::write(at("rules/words/dataset.toml"), dataset).expect("space");
        let pack = format!(
            "format = 1\ntitle = \"words\"\ndataset = \"words\"\nkind = \"all\"\nlayouts = [\"words-2\"]\n\
             [levels]\nunique = \"off\"\nupper = \"monitor\"\nwatched = \"monitor\"\n[limits]\n{limits}\n[plugins.hostile]\nsettings = {{ do = \"{misdeed}\" }}\n"
        );
        std::fs::write(at("rules/words/all/pack.toml"), pack).expect("space");
        let lines: String = (1..=1_000)
            .map(|id| format!("{id},{}\n", if id % 250 == 7 { "BAD" } else { "good" }))
            .fold("id,word\n".to_owned(), |text, line| text + &line);
        std::fs::write(at("words-2024.csv"), lines).expect("space");
        let hostile = Self { folder };
        let output = assay().arg("lock").args(hostile.arguments()).output().expect("assay runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        hostile
    }

    fn arguments(&self) -> Vec<String> {
        let text = |name: &str| self.folder.path().join(name).to_string_lossy().into_owned();
        vec!["--rules".to_owned(), text("rules"), "--plugins".to_owned(), text("plugins")]
    }

    fn run(&self, lake: &Lake) -> Outcome {
        let arguments = self.arguments();
        let more: Vec<_> = arguments.iter().map(String::as_str).collect();
        lake.run(&self.folder.path().join("words-2024.csv"), &more)
    }
}

/// The hostile component, built as its own tests build it.
fn component() -> PathBuf {
    let guests = std::env::var_os("ASSAY_GUESTS_DIR")
        .map_or_else(|| checkout().join("target/guests"), PathBuf::from);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--profile", "plugin", "--target", "wasm32-unknown-unknown"])
        .args(["--package", "assay-hostile"])
        .env("CARGO_TARGET_DIR", &guests)
        .current_dir(checkout())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the hostile guest does not build");
    guests.join("wasm32-unknown-unknown/plugin/assay_hostile.wasm")
}

fn check(misdeed: &str, limits: &str) {
    let lake = Lake::new();
    let outcome = Hostile::new(misdeed, limits).run(&lake);
    assert_eq!(outcome.code, Some(0), "{misdeed}: {:#}\n{}", outcome.summary, outcome.stderr);
    let held = quarantine(lake.path());
    assert_eq!(held.iter().map(|r| r.record).collect::<Vec<_>>(), [7, 257, 507, 757], "{misdeed}");
    assert!(
        held.iter().all(|record| record.rules.contains("plugin.poison")),
        "{misdeed}: {held:?}"
    );
    assert_eq!(validated_rows(lake.path()).len(), 996, "{misdeed}");
}

#[test]
fn records_that_trap_are_isolated() {
    check("trap-on-bad", "");
    check("panic-on-bad", "");
    check("fault-on-bad", "");
}

#[test]
fn records_that_never_end_or_eat_memory_are_isolated() {
    check("spin-on-bad", "deadline = \"50ms\"");
    check("memory-on-bad", "memory = \"8MiB\"");
}

#[test]
fn a_plugin_that_goes_on_failing_ends_the_run() {
    let lake = Lake::new();
    let outcome = Hostile::new("trap-on-bad", "max_poison = 3").run(&lake);
    assert_eq!(outcome.code, Some(2), "{:#}", outcome.summary);
    let reason = outcome.summary["failure"]["message"].as_str().expect("a reason");
    assert!(reason.contains("hostile") && reason.contains('3'), "{reason}");
    assert!(lake.files().keys().all(|path| !path.ends_with("manifest.json")));
    let audit = lake.files().into_keys().any(|path| path.starts_with("metadata/ingestion_audit"));
    assert!(audit, "a failed run leaves an audit record");
}
