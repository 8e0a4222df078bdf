//! The checks: from a file's name and text to its faults.

use std::collections::BTreeSet;

use super::exceptions::{LONG, MACHINE_PATHS, REGISTRIES, TRAILING_BLANKS, WITHOUT_README, names};

/// A longer file has more than one idea, or a reason in the list of exceptions.
pub(super) const MOST_LINES: usize = 800;

/// Extensions of files that people write and read. Data may have lines of any length and any trailing
/// spaces.
const WRITTEN: [&str; 13] =
    ["css", "hcl", "html", "js", "md", "py", "rs", "sh", "sql", "tf", "toml", "wit", "yml"];

/// The headings of `CHANGELOG.md` under which changes are listed.
const CHANGES: [&str; 4] = ["breaking", "added", "changed", "fixed"];

/// Beginnings of absolute paths on somebody's machine. Split in two, so that this file passes.
const MACHINE: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Hosts that files must not pin: users of a mirror configure it in one place, outside of the checkout.
const REGISTRY_HOSTS: [&str; 4] = ["crates.io", "pypi.org", "npmjs", "pythonhosted.org"];

/// Checks a file. `name` is its path from the root folder.
pub(super) fn file(name: &str, text: &str) -> Vec<String> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let written = WRITTEN.contains(&extension);
    let mut faults = Vec::new();
    if extension == "rs" && !text.starts_with("//!") {
        faults.push(format!("`{name}` does not begin with `//!` and what the file is for"));
    }
    let lines = text.lines().count();
    if written && lines > MOST_LINES && !names(LONG, name) {
        faults.push(format!("`{name}` has {lines} lines; {MOST_LINES} are the most"));
    }
    for (index, line) in text.lines().enumerate() {
        let mut fault = |what: &str| faults.push(format!("`{name}:{}` {what}", index + 1));
        if written && line.ends_with([' ', '\t']) && !names(TRAILING_BLANKS, name) {
            fault("ends in a blank");
        }
        if extension == "rs" && line.contains('\t') {
            fault("has a tab; write `\\t` in strings and blanks elsewhere");
        }
        if !names(MACHINE_PATHS, name)
            && let Some(path) = MACHINE.iter().find(|path| names_path(line, path))
        {
            fault(&format!("names `{path}…`, which is a path of one machine"));
        }
        // Documents may refer people to a registry.
        if extension != "md"
            && !names(REGISTRIES, name)
            && let Some(host) = registry_named(line)
        {
            fault(&format!("pins the registry `{host}`"));
        }
    }
    faults
}

/// Whether an absolute path with this beginning is in a line, and not inside a relative path or a URL.
fn names_path(line: &str, begin: &str) -> bool {
    let joins =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | '>' | '*' | ')');
    line.match_indices(begin)
        .any(|(start, _)| !line[..start].chars().next_back().is_some_and(joins))
}

/// The registry in a URL in a line.
fn registry_named(line: &str) -> Option<&str> {
    line.split("://").skip(1).find_map(|rest| {
        let end = rest.find(|c: char| c == '/' || c == '"' || c.is_whitespace());
        let host = &rest[..end.unwrap_or(rest.len())];
        REGISTRY_HOSTS.iter().any(|registry| host.contains(registry)).then_some(host)
    })
}

/// Checks that each folder of the first two levels has a README. `files` are paths from the root folder.
pub(super) fn folders(files: &[String]) -> Vec<String> {
    let mut folders = BTreeSet::new();
    for name in files {
        let levels: Vec<&str> = name.split('/').collect();
        for depth in 1..levels.len().min(3) {
            folders.insert(levels[..depth].join("/"));
        }
    }
    let explained = |folder: &String| {
        let excepted = WITHOUT_README.iter().any(|(name, _)| name == folder);
        excepted || files.contains(&format!("{folder}/README.md"))
    };
    let bare = folders.iter().filter(|folder| !explained(folder));
    bare.map(|folder| format!("`{folder}/README.md` is missing")).collect()
}

/// Checks the changelog's headings: each change must be under one of the known ones.
pub(super) fn changelog(text: &str) -> Vec<String> {
    let headings: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| heading.trim().to_lowercase())
        .collect();
    let mut faults = Vec::new();
    if !text.lines().any(|line| line.starts_with("## ")) {
        faults.push("`CHANGELOG.md` names no version: expected `## ` and a version".to_owned());
    }
    for expected in CHANGES {
        if !headings.iter().any(|heading| heading == expected) {
            faults.push(format!("`CHANGELOG.md` has no heading `### {expected}`"));
        }
    }
    for heading in headings.iter().filter(|heading| !CHANGES.contains(&heading.as_str())) {
        faults.push(format!(
            "`CHANGELOG.md` has a heading `{heading}`; changes are {}",
            CHANGES.join(", ")
        ));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_checked_line_by_line() {
        let check = |name: &str, text: &str, expected: &[&str]| {
            assert_eq!(file(name, text), expected, "{name}");
        };
        let head = "//! Head.\n";
        check("host/a/src/lib.rs", head, &[]);
        check(
            "host/a/src/lib.rs",
            "// Head.\n",
            &["`host/a/src/lib.rs` does not begin with `//!` and what the file is for"],
        );
        check("README.md", "one \ntwo", &["`README.md:1` ends in a blank"]);
        check("tests/fixtures/a.csv", "one \ntwo", &[]);
        check("tests/fixtures/a.md", "one \ntwo", &[]);
        check(
            "a.rs",
            &format!("{head}\tx"),
            &["`a.rs:2` has a tab; write `\\t` in strings and blanks elsewhere"],
        );
        check("a.py", "\tx", &[]);
        let long = "x\n".repeat(MOST_LINES + 1);
        check("a.md", &long, &["`a.md` has 801 lines; 800 are the most"]);
        check("a.csv", &long, &[]);
        check("a.md", &"x\n".repeat(MOST_LINES), &[]);
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let check = |line: &str, found: bool| {
            assert_eq!(!file("a.toml", line).is_empty(), found, "{line}");
        };
        let [work, root, home, users] = MACHINE;
        check(&format!("path = \"{work}main\""), true);
        check(&format!("see {root}.cargo"), true);
        check(&format!("{home}me/x"), true);
        check(&format!("dir={users}me"), true);
        check(&format!("host{work}main"), false);
        check(&format!("https://example.org{home}page"), false);
        check(&format!("<root>{work}x"), false);
        check("plain text", false);
    }

    #[test]
    fn registries_are_not_pinned() {
        let check = |name: &str, line: &str, expected: &[&str]| {
            assert_eq!(file(name, line), expected, "{line}");
        };
        // Split in two, so that this file passes.
        let url = concat!("https:/", "/pypi.org/simple");
        check("pip.conf", url, &["`pip.conf:1` pins the registry `pypi.org`"]);
        check("README.md", url, &[]);
        check("a.toml", "crates.io is a registry", &[]);
        check("a.toml", "https://example.org/crates.io", &[]);
        check("Cargo.lock", url, &[]);
    }

    #[test]
    fn folders_explain_themselves_down_to_the_second_level() {
        let check = |files: &[&str], expected: &[&str]| {
            let files: Vec<String> = files.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(folders(&files), expected);
        };
        check(&["Cargo.toml", ".cargo/config.toml"], &[]);
        check(
            &["host/README.md", "host/a/src/deep/lib.rs", "wit/rules.wit"],
            &["`host/a/README.md` is missing", "`wit/README.md` is missing"],
        );
        check(&["host/README.md", "host/a/README.md", "host/a/src/lib.rs"], &[]);
    }

    #[test]
    fn changes_stand_under_the_headings_we_have() {
        let check = |text: &str, expected: &[&str]| assert_eq!(changelog(text), expected);
        let full = "# Changes\n## 0.1.0\n### breaking\n### added\n### changed\n### fixed\n";
        check(full, &[]);
        check(&full.replace("added", "Added"), &[]);
        check(
            &full.replace("fixed", "misc"),
            &[
                "`CHANGELOG.md` has no heading `### fixed`",
                "`CHANGELOG.md` has a heading `misc`; changes are breaking, added, changed, fixed",
            ],
        );
        check(
            &full.replace("## 0.1.0\n", ""),
            &["`CHANGELOG.md` names no version: expected `## ` and a version"],
        );
    }
}
