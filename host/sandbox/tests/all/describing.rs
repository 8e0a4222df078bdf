//! What a plugin may get wrong in what it says of itself: each keeps it from being loaded.

use assay_model::Level;
use assay_sandbox::ContractVersion;

use crate::guests::describing;
use crate::setting::{component, sandbox, table};

#[test]
fn a_sound_description() {
    let component = component();
    assert_eq!(component.info().name, "hostile");
    assert_eq!(component.info().rules[0].level, Level::Error);
    assert_eq!(component.contract_version(), ContractVersion { major: 1, minor: 0, patch: 0 });
    assert_eq!(component.imports(), [""; 0]);
    assert_eq!(component.exports(), ["assay:rules/plugin@1.0.0"]);
    assert_eq!(component.memory_limit(), 64 << 20);
}

#[test]
fn descriptions() {
    let sandbox = sandbox();
    let table = table(
        [
            "spins", "traps", "memory", "bytes", "name", "version", "rule-name", "reserved", "class", "level",
            "codes", "names", "escape", "title", "crowd",
        ],
        |word| sandbox.compile("hostile", &describing(word)).unwrap_err().to_string(),
    );
    insta::assert_snapshot!(table, @"");
}
