//! A plugin that fails on some records costs only those records; if it keeps failing, the run ends.

use std::path::PathBuf;

use assay_suite::{Lake, Outcome, assay, finish, hostile, quarantine, validated_rows};
use tempfile::TempDir;

/// Rules of a pack with the hostile plugin, which misbehaves on records whose word is `BAD`.
pub(crate) struct Hostile {
    folder: TempDir,
}

impl Hostile {
    pub(crate) fn new(misdeed: &str, limits: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("rules/words/all")).expect("space");
        std::fs::create_dir_all(at("plugins")).expect("space");
        std::fs::copy(hostile(), at("plugins/hostile.wasm")).expect("space");
        let dataset = "format = 1\nname = \"words\"\ntitle = \"words\"\npartition = [\"year\"]\n\
            [partition_keys.year]\n[[file_name]]\npattern = '^words-(?<year>\\d{4})'\nkind = \"all\"\n\
            [[layout]]\nname = \"words-2\"\nkind = \"all\"\ntitle = \"words\"\ncolumns = [\"id\", \"word\"]\n";
        std::fs::write(at("rules/words/dataset.toml"), dataset).expect("space");
        let pack = format!(
            "format = 1\ntitle = \"words\"\ndataset = \"words\"\nkind = \"all\"\nlayouts = [\"words-2\"]\n\
             [levels]\nunique = \"off\"\nupper = \"monitor\"\nwatched = \"monitor\"\n[limits]\n{limits}\n[plugins.hostile]\nsettings = {{ do = \"{misdeed}\" }}\n"
        );
        std::fs::write(at("rules/words/all/pack.toml"), pack).expect("space");
        let hostile = Self { folder };
        hostile.write((1..=1_000).map(|id| if id % 250 == 7 { "BAD" } else { "good" }));
        let output = assay().arg("lock").args(hostile.arguments()).output().expect("assay runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        hostile
    }

    /// Writes a file of these words.
    fn write<'a>(&self, words: impl Iterator<Item = &'a str>) {
        let lines = words.enumerate().map(|(index, word)| format!("{},{word}\n", index + 1));
        let text = lines.fold("id,word\n".to_owned(), |text, line| text + &line);
        std::fs::write(self.file(), text).expect("space");
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("words-2024.csv")
    }

    pub(crate) fn arguments(&self) -> Vec<String> {
        let text = |name: &str| self.folder.path().join(name).to_string_lossy().into_owned();
        vec!["--rules".to_owned(), text("rules"), "--plugins".to_owned(), text("plugins")]
    }

    fn run(&self, lake: &Lake, more: &[&str]) -> Outcome {
        let arguments = self.arguments();
        let more: Vec<_> =
            arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
        lake.run(&self.file(), &more)
    }
}

fn check(misdeed: &str, limits: &str) {
    let lake = Lake::new();
    let outcome = Hostile::new(misdeed, limits).run(&lake, &[]);
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
    check("spin-on-bad", "fuel_per_record = 20_000_000");
    check("memory-on-bad", "memory = \"8MiB\"");
}

#[test]
fn a_plugin_that_goes_on_failing_ends_the_run() {
    let lake = Lake::new();
    let outcome = Hostile::new("trap-on-bad", "max_poison = 3").run(&lake, &[]);
    assert_eq!(outcome.code, Some(2), "{:#}", outcome.summary);
    let reason = outcome.summary["failure"]["message"].as_str().expect("a reason");
    assert!(reason.contains("hostile") && reason.contains('3'), "{reason}");
    assert!(reason.ends_with("it was given record 507 (line 508, byte 4452)"), "{reason}");
    assert!(lake.files().keys().all(|path| !path.ends_with("manifest.json")));
    let audit = lake.files().into_keys().any(|path| path.starts_with("metadata/ingestion_audit"));
    assert!(audit, "a failed run leaves an audit record");
}

/// A slow plugin: cheap records, some that are expensive together, and some with too little fuel even alone. Which ones fail depends on the
/// file and the budget, never on threads or batches.
#[test]
fn fuel_decides_and_never_the_clock() {
    let slow = Hostile::new("works", "fuel_per_record = 1_000_000\nmax_poison = 1000");
    let word = |id: u32| match id {
        _ if id % 997 == 5 => "work 1000000",
        2_000..2_200 | 4_090..4_100 => "work 70000",
        _ if id.is_multiple_of(3) => "work 10",
        _ => "good",
    };
    slow.write((1..=5_000).map(word));
    let expected = Lake::new();
    let outcome = slow.run(&expected, &["--threads", "1"]);
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    let held: Vec<u64> = quarantine(expected.path()).iter().map(|held| held.record).collect();
    assert_eq!(held, (0..6).map(|turn| turn * 997 + 5).collect::<Vec<_>>());
    let ways = [("1", "7"), ("2", "1"), ("2", "4096"), ("16", "7"), ("16", "4096")];
    // Twenty times, while other tests compete for the processor.
    for (threads, size) in ways.into_iter().cycle().take(20) {
        let lake = Lake::new();
        let outcome = slow.run(&lake, &["--threads", threads, "--batch-size", size]);
        assert_eq!(outcome.code, Some(0), "{threads} {size}: {}", outcome.stderr);
        assert!(lake.staged() == expected.staged(), "{threads} threads, batches of {size}");
    }
}

#[test]
fn a_finding_of_fuel_says_how_to_give_more() {
    let lake = Lake::new();
    assert_eq!(
        Hostile::new("spin-on-bad", "fuel_per_record = 5_000_000").run(&lake, &[]).code,
        Some(0)
    );
    insta::assert_snapshot!(quarantine(lake.path())[0].messages[0], @"plugin `hostile`: it used up a record's fuel of 5,000,000 units in `assay_hostile::guest::harm::maybe`; `fuel_per_record` in the pack's `[limits]` raises it");
}

#[test]
fn a_call_that_hangs_fails_the_run_and_holds_nothing_back() {
    let lake = Lake::new();
    let limits = "deadline = \"50ms\"\nfuel_per_record = 1_000_000_000_000_000";
    let outcome = Hostile::new("spin-on-bad", limits).run(&lake, &[]);
    assert_eq!(outcome.code, Some(2), "{:#}", outcome.summary);
    assert_eq!(outcome.summary["failure"]["code"], "hanging");
    assert_eq!(outcome.summary["failure"]["retryable"], true);
    let message = outcome.summary["failure"]["message"].as_str().expect("a message");
    insta::assert_snapshot!(message, @"plugin `hostile` hangs: `process` did not return within 50ms in `assay_hostile::guest::harm::maybe`; run it again on a less busy machine, or raise `deadline` in the pack's `[limits]`; it was given 1000 records from record 1 (line 2, byte 8)");
    assert!(lake.files().keys().all(|path| !path.ends_with("manifest.json")));
}

#[test]
fn the_budget_is_part_of_the_run_and_the_deadline_is_not() {
    let run = |limits: &str| {
        let lake = Lake::new();
        Hostile::new("well-behaved", limits).run(&lake, &[]).text("run_id").to_owned()
    };
    let usual = run("");
    assert_eq!(run("fuel_per_record = 1_000_000_000"), usual, "the default, written out");
    assert_ne!(run("fuel_per_record = 1_000_000_001"), usual);
    assert_eq!(run("deadline = \"7m\""), usual);
}

/// Text arrives as a dictionary here, and the plugin looks at each of its values, like plugins with the SDK.
#[test]
fn one_bad_text_in_a_hundred_holds_back_one_record_and_explain_says_for_which_rules() {
    let hostile = Hostile::new("trap-on-value-of-two", "max_poison = 4");
    hostile.write((1..=100).map(|id| if id == 42 { "BAD" } else { ["good", "fine"][id % 2] }));
    let lake = Lake::new();
    let outcome = hostile.run(&lake, &[]);
    assert_eq!(outcome.code, Some(0), "{:#}\n{}", outcome.summary, outcome.stderr);
    let held: Vec<u64> = quarantine(lake.path()).iter().map(|held| held.record).collect();
    assert_eq!(held, [42]);
    let file = hostile.file();
    let explained = finish(
        assay()
            .arg("explain")
            .arg(file)
            .args(["--record", "42", "--format", "json"])
            .args(hostile.arguments()),
    );
    assert_eq!(explained.summary["held_back_by"], serde_json::json!(["plugin.poison"]));
    let rules = explained.summary["rules"].as_array().expect("a list");
    let said = |code: &str| {
        let rule = rules.iter().find(|rule| rule["code"] == code).expect("the rule");
        format!("{}: {}", rule["state"], rule["detail"]).replace('"', "")
    };
    let trapped = "it trapped: `unreachable` was executed, as after a panic in `assay_hostile::guest::harm::maybe`";
    assert_eq!(
        said("not-bad"),
        format!("errored: {trapped}; the rule that fails is this one or `total`")
    );
    assert_eq!(
        said("total"),
        format!("errored: {trapped}; the rule that fails is this one or `not-bad`")
    );
    // This rule reads another column.
    assert_eq!(
        said("not-dirty"),
        "skipped: the plugin failed on the record, in `not-bad` or `total`"
    );
    assert_eq!(said("plugin.poison"), format!("fired: plugin `hostile`: {trapped}"));
}
