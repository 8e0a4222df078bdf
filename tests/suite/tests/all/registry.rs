//! A plugin's way through a real registry, with the commands of its author and of a host.

#[path = "../../../../host/registry/tests/process/mod.rs"]
mod process;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assay_suite::{assay, plugins};
use serde_json::Value;

use process::Registry;

struct Desk<'a> {
    folder: &'a Path,
}

impl Desk<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = assay();
        command.args(arguments).current_dir(self.folder);
        command.output().expect("assay runs")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one JSON value")
    }

    /// The message of a refusal, after which `never` must not exist.
    fn refused(&self, arguments: &[&str], never: &Path) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!never.exists(), "{arguments:?} wrote `{}`", never.display());
        String::from_utf8(output.stderr).expect("UTF-8")
    }
}

#[test]
fn what_its_author_pushed_is_what_a_host_that_trusts_them_pulls() {
    let Some(registry) = Registry::start() else { return };
    let repository = format!("oci://127.0.0.1:{}/team/checks", registry.port);
    let tag = format!("{repository}:0.1.0");
    let desk = Desk { folder: registry.folder.path() };
    fs::copy(plugins().join("checks.wasm"), desk.path("checks.wasm")).expect("it was built");
    for name in ["release", "other"] {
        desk.json(&["keygen", name]);
    }
    desk.json(&["sign", "checks.wasm", "--key", "release.key"]);
    let pushed = desk.json(&["push", "checks.wasm", &tag]);
    let place = pushed["place"].as_str().expect("the place by digest");
    assert!(place.starts_with(&format!("{repository}@sha256:")), "{pushed:#}");

    for place in [place, &tag] {
        desk.json(&["pull", place, "-o", "there/checks.wasm", "--key", "release.pub"]);
        let pulled = fs::read(desk.path("there/checks.wasm")).expect("it was pulled");
        assert_eq!(pulled, fs::read(desk.path("checks.wasm")).expect("it is there"));
        desk.json(&["verify", "there/checks.wasm", "--key", "release.pub"]);
        fs::remove_dir_all(desk.path("there")).expect("it is there");
    }
    let never = desk.path("never.wasm");
    let pull = |place: &str, more: &[&str]| {
        desk.refused(&[&["pull", place, "-o", "never.wasm"], more].concat(), &never)
    };
    let said = pull(&tag, &["--key", "other.pub"]);
    assert!(said.contains("cannot be trusted; nothing was written"), "{said}");
    let said = pull(&format!("{repository}:0.2.0"), &[]);
    assert!(said.starts_with("error: there is no `oci://"), "{said}");
}
