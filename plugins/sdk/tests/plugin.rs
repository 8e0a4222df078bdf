//! A plugin with one rule of each kind, on records that show what the SDK does for the rules.

use assay_sdk::testing::Table;
use assay_sdk::{
    Change, Disposition, Fault, Faults, Outcome, Plugin, RecordSet, Rules, Run, Stage, Value,
    decimal, integer, standing, text,
};

struct Kinds;

impl Plugin for Kinds {
    const NAME: &'static str = "kinds";
    const VERSION: &'static str = "1.0.0";
    type Settings = Value;

    fn rules(_run: &Run, _settings: Value, rules: &mut Rules) -> Result<(), Faults> {
        rules.validate("alone").title("short").each(text("A"), |cell| cell.len() < 3);
        rules
            .validate("pair")
            .title("less")
            .each((integer("B"), decimal("C", 1)), |(b, c)| b * 10 < c);
        rules
            .validate("optional")
            .title("one")
            .each((text("A").optional(), integer("B").optional()), |(a, b)| {
                a.is_some() != b.is_some()
            });
        rules.validate("absent").title("absent").each(text("Z"), |_| false);
        rules.validate("outcome").title("outcome").each(text("A"), |cell| match cell {
            b"skip" => Outcome::Skip,
            b"fail" => Outcome::Fail,
            _ => Outcome::Pass,
        });
        rules
            .normalise("upper")
            .title("upper")
            .rewrite(["A"], |cell| Some(cell.to_ascii_uppercase().into()));
        rules.normalise("after").title("sees what came before").rewrite_with(
            ["C"],
            text("A"),
            |_, a| (a == b"X").then(|| b"9"[..].into()),
        );
        rules
            .quarantine("held")
            .title("held")
            .disposition(Disposition::Hold)
            .each((standing(), text("A")), |(standing, _)| standing < 2);
        Ok(())
    }
}

fn table() -> Table {
    Table::new(&["A", "B", "C"])
}

#[test]
fn rows_are_judged_and_skipped() {
    let found = table()
        .record(&["ab", "1", "1.1"])
        .record(&["abc", "2", "1.1"])
        .record(&["", "x", "1.1"])
        .record(&["skip", "", "1.15"])
        .record(&["fail", "3", ""])
        .validate::<Kinds>();
    assert_eq!((found.hits("alone"), found.skipped("alone")), (vec![1, 3, 4], 1));
    assert_eq!((found.hits("pair"), found.skipped("pair")), (vec![1], 3));
    assert_eq!((found.hits("optional"), found.skipped("optional")), (vec![0, 1, 2, 4], 0));
    assert_eq!((found.hits("absent"), found.skipped("absent")), (vec![], 5));
    assert_eq!((found.hits("outcome"), found.skipped("outcome")), (vec![4], 2));
}

#[test]
fn later_rules_see_earlier_rewrites() {
    let (after, by) = table().record(&["x", "", "1"]).record(&["Y", "", "1"]).normalise::<Kinds>();
    assert_eq!(after, [["X", "", "9"], ["Y", "", "1"]]);
    let rules: Vec<&str> = by.iter().map(|(_, _, rule)| rule.as_str()).collect();
    assert_eq!(rules, ["upper", "after"]);
}

#[test]
fn columns_that_mostly_change_cross_whole() {
    let check = |cells: &[&str], whole: bool| {
        let table = cells.iter().fold(table(), |table, cell| table.record(&[cell, "", ""]));
        let batch = table.batch_of::<Kinds>(Stage::Normalise, false);
        let verdict = table.session::<Kinds>(Stage::Normalise).process(batch).unwrap();
        assert_eq!(matches!(verdict.rewrites[0].change, Change::Whole(_)), whole, "{cells:?}");
    };
    check(&["a", "b", "C"], true);
    check(&["a", "B", "C"], false);
}

#[test]
fn quarantine_rules_know_what_was_found() {
    let found = table()
        .record(&["a", "", ""])
        .record(&["a", "", ""])
        .standing(&[1, 3])
        .quarantine::<Kinds>();
    assert_eq!(found.hits("held"), [1]);
}

#[test]
fn record_sets_are_written_the_short_way() {
    let check = |len: usize, every: usize, expected: fn(&RecordSet) -> bool| {
        let bits = assay_sdk::Bits::from_fn(len, |index| every != 0 && index.is_multiple_of(every));
        assert!(
            RecordSet::encode(bits).is_none_or(|set| expected(&set)),
            "one in {every} of {len}"
        );
    };
    check(4096, 1, |set| *set == RecordSet::Every);
    check(4096, 8, |set| matches!(set, RecordSet::Bitmap(_)));
    check(4096, 64, |set| matches!(set, RecordSet::Sparse(_)));
    check(4096, 0, |_| false);
}

#[test]
fn a_batch_the_plan_did_not_ask_for_is_a_fault() {
    let table = table().record(&["a", "", ""]);
    let batch = table.batch_of::<Kinds>(Stage::Normalise, false);
    let fault = table.session::<Kinds>(Stage::Validate).process(batch).unwrap_err();
    assert!(matches!(fault, Fault::Batch(_)), "{fault:?}");
}
