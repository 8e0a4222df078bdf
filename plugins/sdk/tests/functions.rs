//! Functions with `#[rule(…)]`: each way to take cells and to return verdicts, and settings with `#[derive(Settings)]`.

use std::borrow::Cow;

use assay_sdk::testing::Table;
use assay_sdk::{Date, Faults, Outcome, Rules, Run, Settings, describe, plugin, rule, text};

plugin! {
    /// One function of each kind.
    struct Shop {
        name: "shop",
        settings: Terms,
        rules: [in_time, dear, country_known, of_year, of_file, trimmed, states::upper, suspicious],
        more: more,
    }
}

plugin! {
    struct Plain { name: "plain", rules: [country_known] }
}

#[derive(Debug, Settings)]
struct Terms {
    /// The longest way in days.
    #[setting(default = 14, min = 1, max = 365)]
    longest_days: i32,
    /// What is done about strangers.
    #[setting(default = "pass", one_of("pass", "fail"))]
    strangers: String,
    /// Countries that are sold to.
    #[setting(default = vec!["DE".to_owned()])]
    countries: Vec<String>,
    /// Countries that are not.
    #[setting(default = vec![])]
    barred: Vec<String>,
    note: Option<String>,
    #[setting(default = Discount::default())]
    discount: Discount,
}

#[derive(Debug, Settings)]
struct Discount {
    #[setting(default = 0, min = 0, max = 100)]
    percent: u8,
}

/// An order arrives in time.
///
/// More than a title is for whoever reads the code.
#[rule(
    code = "in-time",
    class = validate,
    level = warn,
    message = "`{arrived}` is late",
    columns(sent = date("sent", "%Y-%m-%d"), arrived = date("arrived", "%Y-%m-%d")),
)]
fn in_time(sent: Date, arrived: Date, settings: &Terms) -> bool {
    (0..=settings.longest_days).contains(&(arrived - sent))
}

#[rule(
    code = "dear",
    class = validate,
    title = "an order over 100.00 has a note",
    columns(amount = decimal("amount", 2), pieces = integer("pieces"), note = text("note")),
)]
fn dear(amount: i64, pieces: Option<i64>, note: Option<&str>) -> Outcome {
    match pieces {
        Some(0) => Outcome::Skip,
        _ => (amount * pieces.unwrap_or(1) <= 10_000 || note.is_some()).into(),
    }
}

/// the country is one that is sold to
#[rule(code = "country-known", class = validate, columns(country = text("country")))]
fn country_known(country: &[u8]) -> bool {
    matches!(country, b"DE" | b"FR")
}

/// the order is of the file's year
#[rule(code = "of-year", class = validate, columns(sent = date("sent", "%Y-%m-%d")))]
fn of_year(run: &Run, sent: Option<Date>) -> bool {
    let year = run.partition("year").and_then(|year| year.parse().ok());
    sent.is_none_or(|sent| year.is_none_or(|year: i32| sent.year() == year))
}

/// days are days
#[rule(code = "of-file", class = validate, columns(sent = date("sent", "%Y-%m-%d")))]
fn of_file(sent: i32) -> bool {
    sent > 0
}

/// notes have no blanks at their ends
#[rule(code = "trimmed", class = normalise, writes("note", "country"))]
fn trimmed(cell: &str) -> Option<&str> {
    (cell != cell.trim()).then(|| cell.trim())
}

mod states {
    use super::*;

    /// countries are written in capitals
    #[rule(code = "upper", class = normalise, writes("country"), columns(note = text("note")))]
    pub(super) fn upper<'c>(
        cell: &'c [u8],
        note: Option<&str>,
        settings: &Terms,
    ) -> Option<Cow<'c, [u8]>> {
        let wanted = note != Some("as it is") && settings.discount.percent == 0;
        wanted.then(|| Cow::Owned(cell.to_ascii_uppercase()))
    }
}

/// a warned order of a stranger is looked at
#[rule(
    code = "suspicious",
    class = quarantine,
    disposition = hold,
    columns(country = text("country")),
)]
fn suspicious(standing: u8, country: &str, settings: &Terms) -> bool {
    settings.strangers == "pass" || standing < 2 || country == "DE"
}

#[expect(clippy::unnecessary_wraps, reason = "what `more` names may find faults")]
fn more(run: &Run, settings: &Terms, rules: &mut Rules) -> Result<(), Faults> {
    assert!(run.columns.is_empty() || run.has_column("note"));
    let most = settings.countries.len()
        + settings.barred.len()
        + settings.note.as_ref().map_or(0, String::len);
    rules.validate("more").title("more").each(text("note"), move |note| note.len() > most);
    Ok(())
}

fn orders() -> Table {
    Table::new(&["sent", "arrived", "amount", "pieces", "note", "country"])
}

#[test]
fn functions_judge_cells() {
    let found = orders()
        .partition("year", "2024")
        .record(&["2024-05-01", "2024-05-02", "10.00", "1", "", "DE"])
        .record(&["2024-05-01", "2024-07-02", "100.00", "2", "", "XX"])
        .record(&["2023-05-01", "x", "100.00", "", "hello", ""])
        .record(&["", "", "1000.00", "0", "", "FR"])
        .validate::<Shop>();
    let hits = |rule: &str| found.hits(rule);
    assert_eq!((hits(in_time::CODE), found.skipped("in-time")), (vec![1], 2));
    assert_eq!((hits("dear"), found.skipped("dear")), (vec![1], 1));
    assert_eq!((hits("country-known"), found.skipped("country-known")), (vec![1], 1));
    assert_eq!((hits("of-year"), found.skipped("of-year")), (vec![2], 0));
    assert_eq!((hits("more"), found.skipped("more")), (vec![], 3));
    // They remain plain functions.
    assert!(country_known(b"DE") && of_file(1));
}

#[test]
fn functions_rewrite_cells() {
    let (after, by) = orders()
        .record(&["", "", "", "", " a ", "de "])
        .record(&["", "", "", "", "as it is", "de"])
        .normalise::<Shop>();
    assert_eq!(after[0][4..], ["a", "DE"]);
    assert_eq!(after[1][4..], ["as it is", "de"]);
    let rules: Vec<&str> = by.iter().map(|(_, _, rule)| rule.as_str()).collect();
    assert_eq!(rules, ["trimmed", "upper", "trimmed"]);
}

#[test]
fn functions_hold_records_back() {
    let table = orders()
        .settings(r#"{"strangers": "fail"}"#)
        .record(&["", "", "", "", "", "XX"])
        .record(&["", "", "", "", "", "XX"])
        .standing(&[1, 2]);
    assert_eq!(table.quarantine::<Shop>().hits("suspicious"), [1]);
}

#[test]
fn settings_tell_every_fault() {
    let check = |settings: &str, expected: &[&str]| {
        let faults = orders().settings(settings).plan::<Shop>().err().unwrap_or_default();
        assert_eq!(faults, expected, "{settings}");
    };
    check("", &[]);
    check(r#"{"longest_days": 365, "strangers": "fail", "countries": [], "note": "x"}"#, &[]);
    check(
        r#"{"longest_days": 0, "strangers": "hide", "day": 1, "discount": {"percent": 101}}"#,
        &[
            "/day: unknown key `day` [longest_days, strangers, countries, barred, note, discount]",
            "/longest_days: expected 1 to 365, found 0",
            "/strangers: unknown choice `hide` [pass, fail]",
            "/discount/percent: expected 0 to 100, found 101",
        ],
    );
    check(
        r#"{"longest_days": "x", "countries": ["a", 1], "discount": 3}"#,
        &[
            "/longest_days: expected i32, found string \"x\"",
            "/countries/1: expected a string, found integer `1`",
            "/discount: expected a table of settings, found the number 3",
        ],
    );
    check("[1]", &[": expected a table of settings, found a list"]);
    let faults = Table::new(&["country"]).settings(r#"{"a": 1}"#).plan::<Plain>().unwrap_err();
    assert_eq!(faults, ["/a: unknown key `a`"]);
}

#[test]
fn a_plugin_says_what_it_is() {
    let info = describe::<Shop>();
    let rules: Vec<_> = info.rules.iter().map(|rule| rule.name.as_str()).collect();
    let expected = [
        "in-time",
        "dear",
        "country-known",
        "of-year",
        "of-file",
        "more",
        "trimmed",
        "upper",
        "suspicious",
    ];
    assert_eq!(rules, expected);
    assert_eq!(info.rules[0].title, "An order arrives in time");
    assert_eq!(info.rules[0].message, "`{arrived}` is late");
    let setting = |key: &str| {
        let found = info.extras.iter().find(|(held, _)| held == &format!("setting {key}"));
        found.map(|(_, text)| text.as_str())
    };
    assert_eq!(setting("longest_days"), Some("The longest way in days. · 1 to 365 · default: 14"));
    assert_eq!(
        setting("strangers"),
        Some("What is done about strangers. · pass, fail · default: \"pass\"")
    );
    assert_eq!(setting("barred"), Some("Countries that are not. · default: []"));
    assert_eq!(Terms::default().discount.percent, 0);
}
