//! Tests the content of a pack after merging everything it extends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assay_model::{ConfigFault, DateFormat, Level, RuleCode};
use assay_packs::{Catalogue, ColumnType, Grant, Limits, Pack, Quarantined, Thresholds};
use common::{library, open_payments_rules, rules, write};

const DATASET: &str = "format = 1\nname = \"d\"\npartition = []\n\
    [[layout]]\nname = \"l\"\nkind = \"k\"\ncolumns = [\"id\", \"sum\", \"day\"]\n";
const HEAD: &str = "format = 1\ndataset = \"d\"\nkind = \"k\"\nlayouts = [\"l\"]\n";

/// Resolves a `pack.toml` among the given files.
fn resolve(files: &[(&str, &str)]) -> (tempfile::TempDir, Arc<Pack>) {
    let mut all = vec![("dataset.toml", DATASET)];
    all.extend_from_slice(files);
    let folder = write(&all);
    let pack =
        Pack::open(&folder.path().join("pack.toml")).unwrap_or_else(|error| panic!("{error}"));
    (folder, pack)
}

fn code(text: &str) -> RuleCode {
    text.parse().unwrap()
}

#[test]
fn the_second_dataset_resolves() {
    let pack = Pack::open(&library().join("library/loans/2024.toml"))
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        (pack.dataset().name(), pack.kind(), pack.title()),
        ("library", "loans", "loans of 2024")
    );
    assert_eq!(pack.takes().collect::<Vec<_>>(), [("year", ["2024".to_owned()].as_slice())]);
    assert_eq!(pack.column_type("fine_eur"), &ColumnType::Decimal { precision: 9, scale: 2 });
    assert_eq!(
        pack.column_type("loaned_on"),
        &ColumnType::Date(DateFormat::new("%Y-%m-%d").unwrap())
    );
    assert_eq!(pack.column_type("isbn"), &ColumnType::Text);
    assert_eq!(pack.amounts(), ["fine_eur"]);
    assert_eq!(pack.thresholds().quarantined, Quarantined::Share(20_000));
    assert_eq!(pack.layouts()[0].spelling("title"), Some("book_title"));
    assert_eq!(pack.level_for(&code("fine-not-negative"), Level::Error), Level::Warn);
    assert_eq!(pack.level_for(&code("loan-id-required"), Level::Error), Level::Error);
}

/// Notepad writes a byte order mark and CRLF.
#[test]
fn rules_may_have_a_byte_order_mark_and_any_line_ending() {
    let dataset = DATASET.replace("[\"id\", \"sum\", \"day\"]", "\"l.txt\"");
    let pack = format!(
        "{HEAD}amounts = [\"sum\"]\n[columns.sum]\ntype = \"decimal\"\nprecision = 9\nscale = 2\n"
    );
    let notepad = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let files = [
        ("dataset.toml", notepad(&dataset)),
        ("l.txt", notepad("id\nsum\nday\n")),
        ("pack.toml", notepad(&pack)),
    ];
    let (_folder, pack) = resolve(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    assert_eq!(pack.layouts()[0].header(), ["id", "sum", "day"]);
    assert_eq!(pack.amounts(), ["sum"]);
}

#[test]
fn the_projects_layouts_share_canonical_names() {
    let folder = open_payments_rules();
    let catalogue = Catalogue::open(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let dataset = catalogue.datasets().find(|dataset| dataset.name() == "open-payments").unwrap();
    let layout = |name: &str| dataset.layouts().find(|layout| layout.name() == name).unwrap();
    let (old, new) = (layout("general-75"), layout("general-91"));
    for column in old.columns() {
        assert!(new.position(column).is_some(), "{column}");
    }
    assert_eq!(old.spelling("Covered_Recipient_First_Name"), Some("Physician_First_Name"));
    assert_eq!(old.spelling("Covered_Recipient_Specialty_1"), Some("Physician_Specialty"));
    assert_eq!(old.spelling("Covered_Recipient_NPI"), None);
    assert_eq!((old.header().len(), new.header().len()), (75, 91));
}

#[test]
fn every_pack_of_the_project_resolves() {
    if let Err(error) = Catalogue::open(&rules()) {
        panic!("{error}");
    }
    // Folders without a dataset contain packs that stand alone.
    let folders = std::fs::read_dir(rules()).unwrap().map(|entry| entry.unwrap().path());
    for folder in folders.filter(|folder| folder.is_dir() && !folder.join("dataset.toml").exists())
    {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml")
                && let Err(error) = Pack::open(&path)
            {
                panic!("{error}");
            }
        }
    }
}

#[test]
fn the_readme_is_right() {
    let readme = include_str!("../README.md");
    let mut examples =
        readme.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut next = || examples.next().unwrap();
    let (dataset, schema, pack) = (next(), next(), next());
    let folder = write(&[
        ("library/dataset.toml", dataset),
        (
            "library/layouts/loans-8.txt",
            "loan_id\nmember_id\nbranch\nbook_title\nisbn\nloaned_on\nreturned_on\nfine_eur\nDESK\n",
        ),
        ("library/loans/schema.toml", schema),
        ("library/loans/shared.toml", "format = 1\nbase = true\n"),
        ("library/loans/2023.toml", pack),
    ]);
    let catalogue = Catalogue::open(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let pack = catalogue.packs().next().unwrap();
    // Checks the defaults stated in the README.
    assert_eq!(pack.limits(), &Limits::default());
    assert_eq!(pack.thresholds().min_records, Thresholds::default().min_records);
    // A copy of the pack needs the kind's columns too.
    let files = Pack::files(pack.path()).unwrap();
    assert!(files.iter().any(|file| file.ends_with("library/loans/schema.toml")), "{files:?}");
    let header = pack.layouts()[0].header().to_vec();
    let found = pack.identify(Some("loans-2023_P06302024.csv"), &header, &|_| Vec::new()).unwrap();
    let partition: Vec<(&str, &str)> =
        found.partition.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(partition, [("year", "2023"), ("published", "2024-06-30")]);
}

#[test]
fn a_layout_is_laid_into_the_schema_of_its_kind() {
    let dataset = "format = 1\nname = \"d\"\npartition = []\n[kinds.k]\nlast_id = 7\ncolumns = [\n\
        { id = 4, name = \"Id\" }, { id = 6, name = \"sum\", type = \"decimal\", scale = 2 },\n\
        { id = 5, name = \"day\", type = \"date\", format = \"%Y-%m-%d\" }, { id = 7, name = \"unit\" }]\n\
        [[layout]]\nname = \"l\"\nkind = \"k\"\ncolumns = [\"ID\", \"sum\", \"day\"]\nconstants = { unit = \"EUR\" }\n\
        [[layout]]\nname = \"m\"\nkind = \"k\"\ncolumns = [\"day\", \"total\", \"id\"]\naliases = { sum = \"total\" }\n";
    let head = HEAD.replace("[\"l\"]", "[\"l\", \"m\"]");
    let resolved = |dataset: &str, more: &str| {
        resolve(&[("dataset.toml", dataset), ("pack.toml", &format!("{head}{more}"))])
    };
    let (_folder, pack) = resolved(dataset, "[columns.day]\nformat = \"%d.%m.%Y\"\n");
    let columns: Vec<String> = pack
        .schema()
        .columns()
        .iter()
        .map(|column| format!("{} {} {}", column.id(), column.name(), column.kind()))
        .collect();
    assert_eq!(columns, ["4 Id text", "6 sum decimal(18, 2)", "5 day date", "7 unit text"]);
    assert_eq!(pack.layouts()[0].columns(), ["Id", "sum", "day"]);
    assert_eq!(pack.layouts()[1].columns(), ["day", "sum", "Id"]);
    assert_eq!(
        pack.column_type("day"),
        &ColumnType::Date(DateFormat::new("%d.%m.%Y").unwrap()),
        "a pack says how its dates are written"
    );
    let base = resolved(dataset, "").1.digest();
    let other = |what: &str, from: &str, to: &str| {
        assert_ne!(resolved(&dataset.replace(from, to), "").1.digest(), base, "{what}");
    };
    other(
        "an id",
        "last_id = 7\ncolumns = [\n{ id = 4",
        "last_id = 8\nretired = 4\ncolumns = [\n{ id = 8",
    );
    other("a name", "\"Id\"", "\"ID\"");
    other("a type", "scale = 2", "scale = 3");
    other("a constant", "\"EUR\"", "\"USD\"");
}

#[test]
fn packs_of_a_kind_without_a_schema_give_the_same_types() {
    let pack = |kind: &str| format!("{HEAD}[columns.sum]\ntype = \"{kind}\"\n");
    let check = |kinds: [&str; 2], expected: Option<&str>| {
        let [one, two] = kinds.map(pack);
        let folder = write(&[
            (
                "d/dataset.toml",
                &DATASET.replace(
                    "partition = []",
                    "partition = [\"y\"]\n[partition_keys.y]\ncolumn = \"id\"",
                ),
            ),
            ("d/k/1.toml", &format!("{one}[partition]\ny = \"1\"\n")),
            ("d/k/2.toml", &format!("{two}[partition]\ny = \"2\"\n")),
        ]);
        let said = Catalogue::open(folder.path())
            .map(drop)
            .map_err(|error| anonymous(error.to_string().lines().next().unwrap(), folder.path()));
        assert_eq!(said.err().as_deref(), expected, "{kinds:?}");
    };
    check(["integer", "integer"], None);
    check(["integer", "text"], Some("error: `sum` is text here, and integer in `$DIR/d/k/1.toml`"));
}

#[test]
fn later_files_lie_over_earlier_ones() {
    let (_folder, pack) = resolve(&[
        (
            "one.toml",
            "format = 1\nbase = true\ntitle = \"one\"\n[plugins.a]\n[plugins.b]\nsettings = { x = 1, deep = { l = [1, 2], k = 1 } }\n\
             [levels]\nr1 = \"off\"\nr2 = { level = \"warn\", why = \"so\" }\n[limits]\nmemory = \"8MiB\"\ndeadline = \"1s\"\n",
        ),
        (
            "two.toml",
            "format = 1\nbase = true\n[plugins.c]\n[plugins.b]\nsettings.deep.l = [3]\n[levels]\nr2 = \"error\"\n",
        ),
        (
            "pack.toml",
            &format!(
                "{HEAD}extends = [\"one.toml\", \"two.toml\"]\n[plugins.d]\ngrants = [\"wasi\", \"wasi\"]\ncomponent = \"e\"\n\
                 [plugins.a.settings]\nwhen = 2024-05-01\nshare = 0.5\n[limits]\ndeadline = \"2s\"\n"
            ),
        ),
    ]);
    let names: Vec<&str> = pack.plugins().iter().map(assay_packs::PluginUse::name).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(pack.plugin("a").unwrap().settings(), r#"{"when":"2024-05-01","share":0.5}"#);
    assert_eq!(pack.plugin("b").unwrap().settings(), r#"{"x":1,"deep":{"l":[3],"k":1}}"#);
    assert_eq!(pack.plugin("c").unwrap().settings(), "{}");
    assert_eq!(
        (pack.plugin("d").unwrap().component(), pack.plugin("d").unwrap().grants()),
        ("e", [Grant::Wasi].as_slice())
    );
    assert_eq!(pack.level_for(&code("r1"), Level::Error), Level::Off);
    assert_eq!(pack.level_for(&code("r2"), Level::Monitor), Level::Error);
    assert_eq!(pack.limits().memory, 8 << 20);
    assert_eq!(pack.limits().deadline, Duration::from_secs(2));
    assert_eq!(pack.title(), "one");
}

#[test]
fn reasons_are_not_handed_to_plugins() {
    let (_folder, pack) = resolve(&[(
        "pack.toml",
        &format!(
            "{HEAD}[plugins.checks.settings]\nwhy = \"a\"\nrules.r = {{ check = \"x\", why = \"b\", list = [{{ why = \"c\", n = 1 }}] }}\nn.why = 3\n"
        ),
    )]);
    assert_eq!(
        pack.plugins()[0].settings(),
        r#"{"rules":{"r":{"check":"x","list":[{"n":1}]}},"n":{"why":3}}"#
    );
}

#[test]
fn the_digest_is_of_what_has_an_effect() {
    let digest = |files: &[(&str, &str)]| resolve(files).1.digest();
    let body = "amounts = [\"sum\"]\n[columns.sum]\ntype = \"decimal\"\nscale = 2\n[levels]\nr = \"warn\"\n[plugins.p.settings]\nx = 1\ny = 2\n";
    let base = digest(&[("pack.toml", &format!("{HEAD}{body}"))]);

    let same = |what: &str, text: &str| assert_eq!(digest(&[("pack.toml", text)]), base, "{what}");
    same(
        "comments and formatting",
        &format!("# a comment\n{HEAD}\n\n{}", body.replace(" = ", "=")),
    );
    same("titles and reasons", &format!("title = \"t\"\nwhy = \"w\"\n{HEAD}{body}why = \"w\"\n"));
    same(
        "a level with a reason",
        &format!("{HEAD}{}", body.replace("r = \"warn\"", "r = { level = \"warn\", why = \"w\" }")),
    );
    same(
        "a default spelt out",
        &format!(
            "{HEAD}{body}[thresholds]\nquarantined = 0.5\n[limits]\nmemory = 67108864\n[columns.id]\n"
        ),
    );
    same(
        "a trusted key",
        &format!(
            "{HEAD}{body}[trust]\nkeys = \"MCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\"\n"
        ),
    );
    same(
        "the order of columns",
        &format!(
            "{HEAD}{}",
            body.replace("type = \"decimal\"\nscale = 2", "scale = 2\ntype = \"decimal\"")
        ),
    );
    let split = [
        ("base.toml", &*format!("{HEAD}base = true\n{body}")),
        ("pack.toml", "format = 1\nextends = \"base.toml\"\n"),
    ];
    assert_eq!(digest(&split), base, "where a setting stands");

    let other = |what: &str, from: &str, to: &str| {
        let text = format!("{HEAD}{body}").replace(from, to);
        assert_ne!(digest(&[("pack.toml", &text)]), base, "{what}");
    };
    other("scale", "scale = 2", "scale = 3");
    other("level", "r = \"warn\"", "r = \"error\"");
    other("setting", "y = 2", "y = 3");
    other("order of settings", "x = 1\ny = 2", "y = 2\nx = 1");
    other("plugin's name", "plugins.p", "plugins.q");
    other(
        "component",
        "[plugins.p.settings]",
        "[plugins.p]\ncomponent = \"q\"\n[plugins.p.settings]",
    );
    other("amounts", "amounts = [\"sum\"]\n", "");
    other("column type", "[levels]", "[columns.id]\ntype = \"integer\"\n[levels]");
    other("threshold", "[levels]", "[thresholds]\nquarantined = 5\n[levels]");
    other("limit", "[levels]", "[limits]\nmax_poison = 5\n[levels]");
    let renamed = DATASET.replace("\"day\"", "\"date\"");
    let layout = digest(&[("dataset.toml", &renamed), ("pack.toml", &format!("{HEAD}{body}"))]);
    assert_ne!(layout, base, "a column of the layout");
    let aliased = format!("{DATASET}aliases = {{ date = \"day\" }}\n");
    let alias = digest(&[("dataset.toml", &aliased), ("pack.toml", &format!("{HEAD}{body}"))]);
    assert_ne!(alias, base, "an alias");
}

#[test]
fn no_part_of_a_pack_makes_it_panic() {
    let text = format!(
        "{HEAD}title = \"Büchérei\"\n[columns.sum] # ü\ntype = \"decimal\"\nscale = 2\nwhy = \"\"\"\nzwei\nZeilen\"\"\"\n\
         [levels]\n\"csv.ragged\" = {{ level = \"off\" }}\n[plugins.p.settings]\n\"ü\" = [1, 2.5, {{ a = 1979-05-27 }}]\r\n"
    );
    let folder = write(&[("dataset.toml", DATASET)]);
    let path = folder.path().join("pack.toml");
    let mut resolved = 0;
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        // Truncated, and with one character omitted.
        let rest = text[end..].chars().next().map_or(0, char::len_utf8);
        for part in [text[..end].to_owned(), format!("{}{}", &text[..end], &text[end + rest..])] {
            std::fs::write(&path, part).unwrap();
            match Pack::open(&path) {
                Ok(_) => resolved += 1,
                Err(error) => assert!(error.to_string().starts_with("error: "), "{error}"),
            }
        }
    }
    // Comments, titles and reasons can be cut without harm, so some of the texts must be valid packs.
    assert!(resolved > 50, "{resolved}");
}

/// Returns a message without the path of its folder.
fn anonymous(text: &str, folder: &Path) -> String {
    text.replace(&folder.display().to_string(), "$DIR")
}

#[test]
fn faults_of_a_plugin_are_drawn_where_the_setting_stands() {
    let (folder, pack) = resolve(&[
        (
            "base.toml",
            "format = 1\nbase = true\n[plugins.checks.settings.rules.r1]\ncheck = \"requird\"\ncolumns = [\"id\", \"smu\"]\n",
        ),
        (
            "pack.toml",
            &format!(
                "{HEAD}extends = \"base.toml\"\n[plugins.checks.settings]\n\"a/b~c\" = 1\n[plugins.checks.settings.rules.r2]\nmin = 3\n[plugins.bare]\n"
            ),
        ),
    ]);
    let check = |plugin: &str, path: &str, expected: &[&str], drawn: &str| {
        let fault = ConfigFault {
            path: path.to_owned(),
            message: "it cannot be".to_owned(),
            expected: expected.iter().map(|&e| e.to_owned()).collect(),
        };
        let said = anonymous(&pack.render_fault(plugin, &fault), folder.path());
        assert!(said.starts_with(&format!("error: plugin `{plugin}`: it cannot be\n")), "{said}");
        assert!(said.contains(drawn), "{path}: {said}");
    };
    check(
        "checks",
        "/rules/r1/check",
        &["required", "unique"],
        " --> $DIR/base.toml:4:9\n  |\n4 | check = \"requird\"\n  |         ^^^^^^^^^\n  |\n  = help: did you mean `required`? there are `required`, `unique`",
    );
    check(
        "checks",
        "/rules/r1/columns/1",
        &[],
        "$DIR/base.toml:5:18\n  |\n5 | columns = [\"id\", \"smu\"]\n  |                  ^^^^^",
    );
    check("checks", "/rules/r2", &[], "$DIR/pack.toml:8:");
    check("checks", "/rules/r2/mni", &["min", "max"], "did you mean `min`?");
    check("checks", "/rules/r2/min/deeper", &[], "9 | min = 3\n  |       ^");
    check("checks", "/rules/r1/columns/7", &[], "$DIR/base.toml:5:11");
    check("checks", "/a~1b~0c", &[], "7 | \"a/b~c\" = 1\n  |           ^");
    check("checks", "", &[], "$DIR/pack.toml:6:");
    check("bare", "/rules/r1", &[], "$DIR/pack.toml:10:10");
    let fault = ConfigFault { path: String::new(), message: "m".to_owned(), expected: Vec::new() };
    assert_eq!(pack.render_fault("strange", &fault), "error: plugin `strange`: m");
}

#[test]
fn levels_of_rules_that_do_not_exist_are_found() {
    let (folder, pack) = resolve(&[(
        "pack.toml",
        &format!("{HEAD}[levels]\nfine-not-negativ = \"warn\"\n\"csv.ragged\" = \"off\"\n"),
    )]);
    let known = [code("csv.ragged"), code("fine-not-negative")];
    let error = pack.check_levels(known.iter()).unwrap_err();
    assert_eq!(
        anonymous(&error.to_string(), folder.path()),
        "error: there is no rule `fine-not-negativ` in this run\n --> $DIR/pack.toml:6:1\n  |\n6 | fine-not-negativ = \"warn\"\n  | ^^^^^^^^^^^^^^^^\n  |\n  \
         = help: did you mean `fine-not-negative`? there are `csv.ragged`, `fine-not-negative`"
    );
    let known = [code("csv.ragged"), code("fine-not-negativ")];
    pack.check_levels(known.iter()).unwrap();
}

#[test]
fn a_pack_may_stand_alone() {
    let folder = write(&[(
        "pack.toml",
        "format = 1\ndataset = \"own\"\nkind = \"k\"\nlayouts = [\"l\"]\n[partition]\nyear = \"2023\"\n\
         [[layout]]\nname = \"l\"\ncolumns = [\"a\", \"b\"]\n",
    )]);
    let pack =
        Pack::open(&folder.path().join("pack.toml")).unwrap_or_else(|error| panic!("{error}"));
    let found =
        pack.identify(Some("x.csv"), &["a".to_owned(), "b".to_owned()], &|_| Vec::new()).unwrap();
    assert_eq!(found.dataset, "own");
    assert_eq!(found.partition, [("year".to_owned(), "2023".to_owned())]);
    assert!(!found.name_matched);
}
