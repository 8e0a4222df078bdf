//! Tests the messages for a page of a kind of rule that does not match the kind's schema.

use std::fmt::Write;
use std::fs;

use assay_harness::{PluginFolder, Request, test};

use crate::guests;

#[test]
fn pages_of_kinds_list_the_settings_of_the_schema() {
    let place = tempfile::tempdir().unwrap();
    let folder = PluginFolder::new(place.path());
    fs::create_dir_all(folder.pages()).unwrap();
    let page =
        fs::read_to_string(guests::workspace().join("plugins/checks/rules/digits.md")).unwrap();
    let subject = guests::checks();
    let mut text = String::new();
    let mut check = |mistake: &str, from: &str, to: &str| {
        assert!(page.contains(from), "the page has `{from}`");
        fs::write(folder.pages().join("digits.md"), page.replacen(from, to, 1)).unwrap();
        let (folder, subject, rule) = (&folder, &subject, Some("digits"));
        let report = test(&Request { folder, subject, packs: None, rule, bless: false, seed: 1 });
        writeln!(text, "── {mistake}").unwrap();
        for fault in report.failed().flat_map(|test| &test.faults) {
            writeln!(text, "[{}] {}: {}", fault.code, fault.line, fault.message).unwrap();
            fault.help.iter().for_each(|help| writeln!(text, "  help: {help}").unwrap());
        }
    };
    check("nothing", "- `min`", "- `min`");
    check("a setting is not on the page", "- `min`", "- min");
    check("a setting is not in the schema", "- `min`", "- `minimum`, `min`");
    check("it is not said to be a kind", "kind of rule\n", "validate\n");
    insta::assert_snapshot!(text);
}
