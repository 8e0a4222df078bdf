//! The most common mistakes of authors and the messages for them: the page of a rule with one thing wrong at a time.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use assay_harness::{PluginFolder, Report, Request, Subject, test};
use assay_packs::Catalogue;

use crate::guests;

/// A page without mistakes.
const PAGE: &str = "\
# sound: the digits add up to less than 40

validate · error · reads `Code`

## What it checks

The digits of the code add up to less than 40.

## Why it matters

It is a test.

## Settings

- `rule`: which rule is declared

```toml
[plugins.broken.settings]
rule = \"sound\"
```

## Passes

```csv
Code
12
none
```

## Fails

```csv
Code,!
99999,the digits of 99999 add up to more
12,
```

## Limits

None.

## When not to use it

Elsewhere.
";

/// Returns the output of a test, without the path of its folder.
fn told(
    subject: &Subject,
    rule: &str,
    files: &[(&str, &str)],
    packs: Option<&Catalogue>,
) -> String {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("mine");
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let folder = PluginFolder::new(&root);
    let rule = Some(rule);
    shown(&test(&Request { folder: &folder, subject, packs, rule, bless: false, seed: 1 }), &root)
}

fn shown(report: &Report, root: &Path) -> String {
    let mut text = String::new();
    for fault in report.failed().flat_map(|test| &test.faults) {
        let path = fault.path.strip_prefix(root).unwrap_or(&fault.path);
        writeln!(text, "[{}] {}:{}: {}", fault.code, path.display(), fault.line, fault.message)
            .unwrap();
        fault.detail.iter().for_each(|line| writeln!(text, "  | {line}").unwrap());
        fault.help.iter().for_each(|help| writeln!(text, "  help: {help}").unwrap());
    }
    text
}

#[test]
fn a_page_without_mistakes_passes() {
    let told = told(&guests::broken(), "sound", &[("rules/sound.md", PAGE)], None);
    assert_eq!(told, "");
}

#[test]
fn mistakes_on_pages() {
    let subject = guests::broken();
    let mut text = String::new();
    let mut check = |mistake: &str, from: &str, to: &str| {
        assert!(PAGE.contains(from), "the page has `{from}`");
        let page = PAGE.replacen(from, to, 1);
        let told = told(&subject, "sound", &[("rules/sound.md", &page)], None);
        assert_ne!(told, "", "{mistake}");
        writeln!(text, "── {mistake}\n{told}").unwrap();
    };
    check("the page is named otherwise", "# sound:", "# sounds:");
    check("the title is another", "less than 40\n\nvalidate", "less than 50\n\nvalidate");
    check("the class is another", "validate ·", "normalise ·");
    check("the level is another", "· error", "· warn");
    check("a column is not read", "reads `Code`", "reads `Code`, `Name`");
    check("a column is not named", "reads `Code`", "reads");
    check("there is no line under the title", "validate · error · reads `Code`\n\n", "");
    check("a heading is missing", "## Limits\n\nNone.\n\n", "");
    check("a heading is unknown", "## Limits", "## Limitations");
    check(
        "headings are in another order",
        "## What it checks\n\nThe digits of the code add up to less than 40.\n\n## Why it matters\n\nIt is a test.",
        "## Why it matters\n\nIt is a test.\n\n## What it checks\n\nDigits.",
    );
    check("a section is empty", "None.\n", "");
    check(
        "there is no failing example",
        "```csv\nCode,!\n99999,the digits of 99999 add up to more\n12,\n```",
        "Soon.",
    );
    check(
        "there is no failing example, and a passing one is nearly it",
        "12\nnone\n```\n\n## Fails\n\n```csv\nCode,!\n99999,the digits of 99999 add up to more\n12,\n```",
        "99993\n```\n\n## Fails\n\nSoon.",
    );
    check("there is no passing example", "```csv\nCode\n12\nnone\n```", "Soon.");
    check(
        "a setting has no example",
        "- `rule`: which rule is declared",
        "- `rule`: which\n- `most`: how many",
    );
    check("a passing example fails", "12\nnone", "99999\nnone");
    check("a passing example is skipped as a whole", "12\nnone", "none\nnothing");
    check("a failing example passes", "99999,the digits of 99999 add up to more", "11111,x");
    check("the message is another", "99999 add up to more", "99999 are many");
    check("nothing is marked", "99999,the digits of 99999 add up to more", "12,");
    check("a record has a field too many", "12,\n", "12,,\n");
    check("marks stand under Passes", "Code\n12\nnone", "Code,!\n12,x");
    check("the settings are no TOML", "rule = \"sound\"", "rule = sound");
    check(
        "the settings are of another plugin",
        "[plugins.broken.settings]",
        "[plugins.checks.settings]",
    );
    check("the plugin refuses the settings", "rule = \"sound\"", "rule = \"soundly\"");
    check(
        "an example stands under Limits",
        "## Limits\n\nNone.",
        "## Limits\n\n```csv\nCode\n1\n```",
    );
    insta::assert_snapshot!(text);
}

#[test]
fn mistakes_in_folders() {
    let subject = guests::broken();
    let settings = "[plugins.broken.settings]\nrule = \"sound\"\n";
    let good = ("rules/sound.md", PAGE);
    let expected = "record,rule,column,found\n1,sound,Code,the digits of 99999 add up to more\n";
    let case = |name: &'static str, text: &'static str| (name, text);
    let mut text = String::new();
    let mut check = |mistake: &str, files: &[(&str, &str)], packs: Option<&Catalogue>| {
        let told = told(&subject, "sound", files, packs);
        assert_ne!(told, "", "{mistake}");
        writeln!(text, "── {mistake}\n{told}").unwrap();
    };
    check("the rule has no page", &[], None);
    let packs = Catalogue::open(&guests::workspace().join("tests/fixtures/rules")).unwrap();
    let mut told_of_packs = told(&subject, "sound", &[good], Some(&packs));
    told_of_packs = told_of_packs.replace(&packs.root().display().to_string(), "rules");
    check("the assumptions are no piece of a pack", &[good, case("test.toml", "level = 1")], None);
    check("a case has no input", &[good, ("cases/a/settings.toml", settings)], None);
    check(
        "a case has nothing to compare with",
        &[good, ("cases/a/settings.toml", settings), case("cases/a/input.csv", "Code\n99999\n")],
        None,
    );
    check(
        "a case has a column that nobody reads",
        &[
            good,
            ("cases/a/settings.toml", settings),
            case("cases/a/input.csv", "Code,Cod\n99999,1\n"),
            ("cases/a/expected.csv", expected),
        ],
        None,
    );
    check(
        "a case expects a rule that is gone",
        &[
            good,
            ("cases/a/settings.toml", settings),
            case("cases/a/input.csv", "Code\n99999\n"),
            case("cases/a/expected.csv", "record,rule,column,found\n1,sounder,Code,x\n"),
        ],
        None,
    );
    check(
        "a case finds something else",
        &[
            good,
            ("cases/a/settings.toml", settings),
            case("cases/a/input.csv", "Code\n99999\n12\n88888\n"),
            ("cases/a/expected.csv", expected),
        ],
        None,
    );
    check(
        "a case has a file that is none",
        &[good, ("cases/a/settings.toml", settings), case("cases/a/inputs.csv", "Code\n1\n")],
        None,
    );
    writeln!(text, "── the rule is in no pack\n{told_of_packs}").unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn a_setting_that_no_page_tells_of_is_missed() {
    let subject = guests::broken();
    let place = tempfile::tempdir().unwrap();
    let folder = PluginFolder::new(place.path());
    fs::create_dir_all(folder.pages()).unwrap();
    let missed = |page: &str| {
        fs::write(folder.pages().join("sound.md"), page).unwrap();
        let request = Request {
            folder: &folder,
            subject: &subject,
            packs: None,
            rule: None,
            bless: true,
            seed: 1,
        };
        let report = test(&request);
        let faults = report.failed().flat_map(|test| &test.faults);
        let of_settings = faults.filter(|fault| fault.code == "setting-undocumented");
        of_settings.map(|fault| fault.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(missed(PAGE), [""; 0]);
    let without = PAGE.replacen("- `rule`: which rule is declared", "None.", 1);
    assert_eq!(missed(&without), ["the setting `rule` is on no page, so nothing tests it"]);
}
