//! Bans on the content of source code. They search text, not syntax; evasions are left to review.

use super::walls::{Ban, Banned};

/// The uses of banned words or modules in `text`, the content of the file `name`. Tests inside the file are exempt.
pub(super) fn check(name: &str, text: &str, ban: &Ban) -> Vec<String> {
    if is_test_file(name) || ban.except.iter().any(|(path, _)| name.starts_with(path)) {
        return Vec::new();
    }
    let code = without_tests(text);
    let found = match ban.what {
        Banned::Modules(modules) => modules_used(code, modules),
        Banned::Words(words) => words_said(code, words),
    };
    let why = ban.why;
    let fault = |(line, what): (usize, String)| {
        format!("`{name}:{line}` says `{what}`, which it must not: {why}")
    };
    found.into_iter().map(fault).collect()
}

fn is_test_file(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// The file without its test module, which comes last.
fn without_tests(text: &str) -> &str {
    match text.find("\n#[cfg(test)]\nmod ") {
        Some(end) => &text[..end],
        None => text,
    }
}

/// Lines that name one of the modules of `std`, as a path or in a list of imports.
fn modules_used(code: &str, modules: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in numbered(code) {
        let text = text.split("//").next().unwrap_or_default();
        for start in after_each(text, "std::") {
            let rest = &text[start..];
            let named: Vec<&str> = match rest.strip_prefix('{') {
                None => vec![rest],
                Some(list) => list.split([',', '}']).map(str::trim).collect(),
            };
            for module in modules {
                let is_named = |path: &&str| first_word(path) == *module;
                if named.iter().any(is_named) {
                    found.push((line, format!("std::{module}")));
                }
            }
        }
    }
    found
}

fn words_said(code: &str, words: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in numbered(code) {
        let text = text.to_lowercase();
        for word in words {
            if let Some(said) = say(&text, word) {
                found.push((line, said.to_owned()));
            }
        }
    }
    found
}

/// Finds `word` in `text`; the word may have one `?` inside. A short word must stand alone, because it occurs inside others.
fn say<'text>(text: &'text str, word: &str) -> Option<&'text str> {
    /// Words up to this length are parts of too many other words.
    const ALONE_UP_TO: usize = 4;

    let (begin, end) = word.split_once('?').unwrap_or((word, ""));
    for start in after_each(text, begin) {
        let first = start - begin.len();
        let mut stops = vec![start];
        stops.extend(text[start..].chars().next().map(|any| start + any.len_utf8()));
        if end.is_empty() {
            stops.truncate(1);
        }
        for stop in stops {
            if !text[stop..].starts_with(end) {
                continue;
            }
            let stop = stop + end.len();
            let letter = |c: char| c.is_ascii_alphanumeric();
            let joined = text[..first].chars().next_back().is_some_and(letter)
                || text[stop..].starts_with(letter);
            if word.len() > ALONE_UP_TO || !joined {
                return Some(&text[first..stop]);
            }
        }
    }
    None
}

fn numbered(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// The end of each occurrence of `what`.
fn after_each(text: &str, what: &str) -> Vec<usize> {
    text.match_indices(what).map(|(start, found)| start + found.len()).collect()
}

fn first_word(path: &str) -> &str {
    let end = path.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &path[..end.unwrap_or(path.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULES: Ban = Ban {
        folders: &["host/a"],
        what: Banned::Modules(&["fs", "env"]),
        why: "because",
        except: &[("host/a/src/open.rs", "it opens files")],
    };
    const WORDS: Ban = Ban {
        folders: &["host/*"],
        what: Banned::Words(&["open?payments", "cms"]),
        why: "because",
        except: &[],
    };

    #[test]
    fn modules_are_found_where_code_names_them() {
        let check = |text: &str, lines: &[&str]| {
            let faults = super::check("host/a/src/lib.rs", text, &MODULES);
            let found: Vec<_> =
                faults.iter().map(|fault| fault.split('`').nth(3).unwrap()).collect();
            assert_eq!(found, lines, "{text}");
        };
        check("use std::fs::File;", &["std::fs"]);
        check("let x = std::env::var(\"X\");", &["std::env"]);
        check("use std::{io, fs};", &["std::fs"]);
        check("use std::{env::args, fs, io::{self, Read}};", &["std::fs", "std::env"]);
        check("use std::io::{self, Read};\nuse std::fmt;", &[]);
        check("// std::fs is not for us", &[]);
        check("my_std::fsync()", &[]);
        check("fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}", &[]);
    }

    #[test]
    fn words_are_found_in_code_and_comments() {
        let check = |text: &str, words: &[&str]| {
            let faults = super::check("host/a/src/lib.rs", text, &WORDS);
            let found: Vec<_> =
                faults.iter().map(|fault| fault.split('`').nth(3).unwrap()).collect();
            assert_eq!(found, words, "{text}");
        };
        check("// as Open Payments has it", &["open payments"]);
        check("let open_payments = 1;", &["open_payments"]);
        check("struct OpenPayments;", &["openpayments"]);
        check("\"cms\" and CMS_NAME", &["cms"]);
        check("let dcms = opencms(); open and payments", &[]);
    }

    #[test]
    fn a_fault_names_file_line_and_reason_and_exceptions_hold() {
        let text = "//! Head.\n\nuse std::fs;";
        assert_eq!(
            check("host/a/src/lib.rs", text, &MODULES),
            ["`host/a/src/lib.rs:3` says `std::fs`, which it must not: because"]
        );
        assert_eq!(check("host/a/src/open.rs", text, &MODULES), Vec::<String>::new());
        assert_eq!(check("host/a/src/deep/tests.rs", text, &MODULES), Vec::<String>::new());
    }
}
