//! Mistakes in profiles and requests, and the messages about them.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use assay_sample::{Generator, Profile, ProfileError, Request, Share};

/// A profile without mistakes; each case breaks one thing.
const SOUND: &str = r#"format = 1
title = "parcels"
id = "number"
amounts = { price = 2 }

[partition]
year = {}

[layouts.short]
when = [{ column = "year", from = 2000 }]

[tables.towns]
file = "towns.tsv"

[tables.people]
members = [2, 9]
columns.name = { pick = ["Ann", "Bob"] }

[record]
person = { draw = "people", columns = "*" }
number = { sequence = { start = 1, step = [1, 2] } }
price = { decimal = [[1, "1.00", "2.00"]] }
sent = { date = ["{year}-01-01", "{year}-12-31"] }

[[defect]]
name = "no-number"
set = { number = "" }
errors = ["required@number"]
"#;

/// Name of the case, the text to replace in the sound profile, the replacement, and the message.
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "unknown-key",
        "title =",
        "tilte =",
        "`profile.toml`, line 2, column 1: unknown field `tilte`, expected one of `format`, `title`, `id`, `amounts`, `bare`, `partition`, `layouts`, `tables`, `record`, `defect`",
    ),
    (
        "unknown-recipe-key",
        "{ pick = [",
        "{ pcik = [",
        "`profile.toml`, line 17, column 18: unknown field `pcik`, expected one of `text`, `pick`, `digits`, `luhn`, `integer`, `pad`, `decimal`, `date`, `format`, `sequence`, `by`, `cases`, `else`, `draw`, `where`, `unlike`, `columns`, `even`, `blank`, `when`",
    ),
    (
        "not-toml",
        "format = 1",
        "format = = 1",
        "`profile.toml`, line 1, column 10: extra `=`, expected nothing",
    ),
    (
        "other-format",
        "format = 1",
        "format = 2",
        "`format` in `profile.toml`: 2 is not a format this version reads, expected 1",
    ),
    ("no-data-file", "towns.tsv", "cities.tsv", "cannot read `cities.tsv`"),
    (
        "unknown-column",
        r#"id = "number""#,
        r#"id = "nmber""#,
        "`id` in `profile.toml`: `nmber` is not a column of `[record]`",
    ),
    (
        "unknown-name",
        "number = { sequence",
        r#"label = "{nmae}"
number = { sequence"#,
        "`record.label` in `profile.toml`: `nmae` is not made before this, expected `layout`, `year` or `person.…`",
    ),
    (
        "unknown-member",
        "number = { sequence",
        r#"label = "{person.nmae}"
number = { sequence"#,
        "`record.label` in `profile.toml`: the table has no column `nmae`, expected `name`",
    ),
    (
        "unknown-table",
        r#"draw = "people""#,
        r#"draw = "peple""#,
        "`record.person.draw` in `profile.toml`: table `peple` does not stand before this, expected `towns` or `people`",
    ),
    (
        "two-kinds",
        r#"{ pick = ["Ann", "Bob"] }"#,
        r#"{ pick = ["Ann"], text = "Bob" }"#,
        "`tables.people.columns.name` in `profile.toml`: expected exactly one of `text`, `pick`, `digits`, `integer`, `decimal`, `date`, `sequence` or `cases`",
    ),
    (
        "foreign-key",
        r#"{ pick = ["Ann", "Bob"] }"#,
        r#"{ pick = ["Ann"], luhn = "1" }"#,
        "`tables.people.columns.name.luhn` in `profile.toml`: `luhn` belongs to `digits`",
    ),
    (
        "no-choice",
        r#"["Ann", "Bob"]"#,
        "[]",
        "`tables.people.columns.name.pick` in `profile.toml`: nothing to pick from, expected a choice with a weight above 0",
    ),
    (
        "no-weights",
        r#"["Ann", "Bob"]"#,
        "7",
        "`profile.toml`, line 17, column 25: expected a list of texts, or a table of texts with their weights",
    ),
    (
        "range-turned",
        r#""1.00", "2.00""#,
        r#""3.00", "2.00""#,
        r#"`record.price.decimal` in `profile.toml`: expected `[weight, "least", "most"]` with some weight above 0"#,
    ),
    (
        "not-an-amount",
        r#""1.00", "2.00""#,
        r#""1", "two""#,
        "`record.price.decimal` in `profile.toml`: `two` is not an amount, expected one such as `12.50`",
    ),
    (
        "standing-step",
        "step = [1, 2]",
        "step = [0, 2]",
        "`record.number.sequence.step` in `profile.toml`: expected the least and the most that a number is above the one before, from 1 on",
    ),
    (
        "no-members",
        "members = [2, 9]",
        "members = [0, 9]",
        "`tables.people.members` in `profile.toml`: expected the least and the most members, from 1 on",
    ),
    (
        "file-and-columns",
        r#"file = "towns.tsv""#,
        r#"file = "towns.tsv"
members = [1, 2]"#,
        "`tables.towns` in `profile.toml`: a table is either read from `file` or made of `columns` and `members`",
    ),
    (
        "filter",
        r#"{year}-12-31"]"#,
        r#"{year|plus}-12-31"]"#,
        "`record.sent.date` in `profile.toml`: `plus` is not a filter, expected `upper`, `lower`, `first:n`, `from:n`, `plus:n` or `fill:n`",
    ),
    (
        "brace",
        r#"{year}-12-31"]"#,
        r#"{year-12-31"]"#,
        "`record.sent.date` in `profile.toml`: `{year-12-31` has a single brace, expected `{name}`, or `{{` for the brace itself",
    ),
    (
        "share",
        r#"{ pick = ["Ann", "Bob"] }"#,
        r#"{ pick = ["Ann"], blank = "1.5" }"#,
        "`tables.people.columns.name.blank` in `profile.toml`: `1.5` is not a share, expected 0% to 100%, such as `0.5%` or `0.005`",
    ),
    (
        "damage",
        r#"set = { number = "" }"#,
        r#"damage = "explode""#,
        "`profile.toml`, line 27, column 10: unknown variant `explode`, expected one of `drop-field`, `extra-field`, `bare-quote`, `unclosed-quote`, `nul-byte`, `latin-1-byte`, `undecodable-byte`, `repeat-header`, `long-field`, `repeat-record`",
    ),
    (
        "damage-column",
        r#"set = { number = "" }"#,
        r#"damage = "nul-byte""#,
        "`defect.no-number.damage` in `profile.toml`: some kinds of damage are done to a `column`, the others to the whole record",
    ),
    (
        "no-consequence",
        r#"errors = ["required@number"]"#,
        "",
        "`defect.no-number` in `profile.toml`: expected what it causes in `errors`, `warnings` or `repairs`",
    ),
    (
        "finding-column",
        r#""required@number""#,
        r#""required@nmber""#,
        "`defect.no-number.errors` in `profile.toml`: `nmber` is not a column of the record, expected `number`, `price`, `sent` or `name`",
    ),
    (
        "defect-column",
        "set = { number",
        "set = { nmber",
        "`defect.no-number.set` in `profile.toml`: `nmber` is not a column of the record, expected `number`, `price`, `sent` or `name`",
    ),
    (
        "pattern",
        r#"set = { number = "" }"#,
        r#"when = [{ column = "number", matches = "[" }]
set = { number = "" }"#,
        "`defect.no-number.when.0.matches` in `profile.toml`: `[` is not a regular expression: unclosed character class",
    ),
    (
        "layout-condition",
        r#"column = "year", from"#,
        r#"column = "yaer", from"#,
        "`layouts.short.when.0.column` in `profile.toml`: `yaer` is not known here, expected `layout` or `year`",
    ),
];

fn load(case: &str, text: &str) -> Result<Profile, ProfileError> {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mistakes").join(case);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("towns.tsv"), "town\nBasel\n").unwrap();
    let path = folder.join("profile.toml");
    fs::write(&path, text).unwrap();
    Profile::load(&path)
}

fn request() -> Request {
    Request {
        partition: vec![("year".to_owned(), "2020".to_owned())],
        layout: "short".to_owned(),
        header: ["number", "name", "price", "sent"].map(str::to_owned).to_vec(),
        aliases: Vec::new(),
        rows: 10,
        seed: 1,
        defects: Share::NONE,
    }
}

/// The error without the folder, which differs between machines.
fn said(error: &ProfileError) -> String {
    let text = error.to_string();
    let mut parts = text.split('`').map(|part| match part.rsplit_once("/mistakes/") {
        Some((_, rest)) => rest.split_once('/').map_or(part, |(_, file)| file),
        None => part,
    });
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "`" + part)
}

#[test]
fn profiles_say_where_they_are_wrong() {
    assert!(load("sound", SOUND).is_ok());
    for (case, from, to, expected) in CASES {
        let text = SOUND.replacen(from, to, 1);
        assert_ne!(text, SOUND, "{case} changes nothing");
        let error = load(case, &text).err().unwrap_or_else(|| panic!("{case} is not refused"));
        assert_eq!(said(&error), *expected, "{case}");
    }
}

#[test]
fn requests_say_what_there_is() {
    let profile = load("requests", SOUND).unwrap();
    let check = |change: &dyn Fn(&mut Request), expected: &str| {
        let mut request = request();
        change(&mut request);
        let error = Generator::new(&profile, request).expect_err("the request is refused");
        assert_eq!(said(&error), expected);
    };
    assert!(Generator::new(&profile, request()).is_ok());
    check(
        &|request| request.layout = "long".to_owned(),
        "layout `long` is not one of the profile's, expected `short`",
    );
    check(
        &|request| request.partition[0].1 = "1999".to_owned(),
        "layout `short` is not one of the profile's, expected none",
    );
    check(
        &|request| request.partition.clear(),
        "partition key `year` has no value and the profile has no default for it; set one",
    );
    check(
        &|request| request.partition.push(("month".to_owned(), "5".to_owned())),
        "partition key `month` is not one of the profile's, expected `year`",
    );
    check(
        &|request| request.header.push("colour".to_owned()),
        "column `colour` of layout `short` is not generated by the profile; add it to `[record]`",
    );
}
