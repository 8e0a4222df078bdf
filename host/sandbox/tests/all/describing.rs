//! Faults in a plugin's description: each prevents it from being loaded.

use assay_model::Level;
use assay_sandbox::{ContractVersion, Sandbox};

use crate::guests::describing;
use crate::setting::{component, options_for, table};

#[test]
fn a_sound_description() {
    let component = component("well-behaved");
    assert_eq!(component.info().name, "hostile");
    assert_eq!(component.info().rules[0].level, Level::Error);
    assert_eq!(component.contract_version(), ContractVersion { major: 1, minor: 0, patch: 0 });
    assert_eq!(component.imports(), [""; 0]);
    assert_eq!(component.exports(), ["assay:rules/plugin@1.0.0"]);
    assert_eq!(component.memory_limit(), 64 << 20);
}

#[test]
fn descriptions() {
    let table = table(
        [
            "spins",
            "traps",
            "memory",
            "bytes",
            "name",
            "version",
            "rule-name",
            "reserved",
            "class",
            "level",
            "codes",
            "names",
            "escape",
            "title",
            "crowd",
        ],
        |word| {
            let sandbox = Sandbox::new(options_for(word)).unwrap();
            sandbox.compile("hostile", &describing(word)).unwrap_err().to_string()
        },
    );
    insta::assert_snapshot!(table, @r#"
    spins: plugin `hostile` failed in `describe`: it used up a call's fuel of 1,280,000,000 units in `<assay_hostile::guest::Hostile as assay_hostile::guest::exports::assay::rules::plugin::Guest>::describe`; it grows with `fuel_per_record` in the pack's `[limits]`
    traps: plugin `hostile` failed in `describe`: it trapped: `unreachable` was executed, as after a panic in `<assay_hostile::guest::Hostile as assay_hostile::guest::exports::assay::rules::plugin::Guest>::describe`
    memory: plugin `hostile` failed in `describe`: it reached its memory limit of 64 MiB
    bytes: plugin `hostile` failed in `describe`: it returned a string that is not UTF-8
    name: plugin `hostile` breaks the contract in `describe`: plugin "../hostile" is not a name, expected 1 to 64 letters, digits, `-` or `.`, beginning with a letter and ending with a letter or digit
    version: plugin `hostile` breaks the contract in `describe`: version "one" is not a semantic version such as `1.2.0`
    rule-name: plugin `hostile` breaks the contract in `describe`: rule "not bad" is not a name, expected 1 to 64 letters, digits, `-` or `.`, beginning with a letter and ending with a letter or digit
    reserved: plugin `hostile` breaks the contract in `describe`: rule `csv.mine` has a name that only the host uses, expected none that begins with `csv.`, `type.`, `file.` or `plugin.`
    class: plugin `hostile` breaks the contract in `describe`: class 9 is unknown, expected 1 (validate), 2 (normalise) or 3 (quarantine)
    level: plugin `hostile` breaks the contract in `describe`: level 9 is unknown, expected 1 (error), 2 (warn), 3 (monitor), 4 (off) or 5 (refuse)
    codes: plugin `hostile` breaks the contract in `describe`: two rules have the code 10, expected each code once in a plugin
    names: plugin `hostile` breaks the contract in `describe`: two rules are named `not-bad`, expected each name once
    escape: plugin `hostile` breaks the contract in `describe`: the title of a rule has control characters: "\u{1b}[2Jgone"
    title: plugin `hostile` breaks the contract in `describe`: the title of a rule has 2000 bytes, expected 1024 at most
    crowd: plugin `hostile` breaks the contract in `describe`: 2000 rules, expected 1024 at most
    "#);
}
