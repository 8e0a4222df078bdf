//! Filters all output to terminals and logs: a last safety net for outside text that was not passed through `shown`.

use std::borrow::Cow;
use std::fmt::Write;

use assay_model::{is_obeyed, shown};

/// Whether a text contains the program's own colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    Painted,
    Plain,
}

/// Makes a text of lines safe. Of the characters that a terminal obeys, only line ends, tabs and, if `Painted`, colours pass; and no line
/// is a command to a CI server.
pub(crate) fn lines(text: &str, colours: Colours) -> Cow<'_, str> {
    if !text.contains(caught) && !text.lines().any(is_command) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        if is_command(line) {
            let at = line.len() - line.trim_start().len();
            safe.push_str(&line[..at]);
            safe.push('\\');
            rest = &line[at..];
        }
        while let Some(at) = rest.find(caught) {
            safe.push_str(&rest[..at]);
            rest = &rest[at..];
            let kept = if colours == Colours::Painted { colour(rest) } else { 0 };
            if kept > 0 {
                safe.push_str(&rest[..kept]);
                rest = &rest[kept..];
            } else if let Some(first) = rest.chars().next() {
                // Writing to a string does not fail.
                let _ = write!(safe, "{}", shown(first));
                rest = &rest[first.len_utf8()..];
            }
        }
        safe.push_str(rest);
    }
    Cow::Owned(safe)
}

/// Makes JSON safe; only its strings can contain characters that a terminal obeys.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(caught) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if caught(character) {
            let _ = write!(safe, "\\u{:04x}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

fn caught(character: char) -> bool {
    is_obeyed(character) && !matches!(character, '\n' | '\t')
}

/// Whether GitHub Actions, Azure Pipelines or `TeamCity` would obey this line of a step's output.
fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    ["##[", "##vso[", "##teamcity["].iter().any(|start| line.starts_with(start))
        || line
            .strip_prefix("::")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Length in bytes of the colour sequence at the start of a text; 0 if there is none.
fn colour(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\x1b[") else { return 0 };
    let digits = rest.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(rest.len());
    if rest[digits..].starts_with('m') { "\x1b[".len() + digits + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_own_colours_pass_and_nothing_else() {
        let check =
            |text: &str, colours, expected: &str| assert_eq!(lines(text, colours), expected);
        check("a\n\tb\n", Colours::Plain, "a\n\tb\n");
        check("\x1b[31;1mred\x1b[0m\n", Colours::Painted, "\x1b[31;1mred\x1b[0m\n");
        check("\x1b[31mred\n", Colours::Plain, "\\u{1b}[31mred\n");
        check("\x1b[2Jgone\x1b", Colours::Painted, "\\u{1b}[2Jgone\\u{1b}");
        check("a\rb\u{202e}c\u{9b}1m", Colours::Painted, "a\\rb\\u{202e}c\\u{9b}1m");
        check(
            "a\n ::error::b\n##[group]\n## c\n",
            Colours::Plain,
            "a\n \\::error::b\n\\##[group]\n## c\n",
        );
        check(":: a\nb::c\n", Colours::Plain, ":: a\nb::c\n");
    }

    #[test]
    fn json_says_the_same_in_other_letters() {
        let text = "{\n  \"a\": \"\u{202e}\u{7f}\u{2028}é\"\n}\n";
        assert_eq!(json(text), "{\n  \"a\": \"\\u202e\\u007f\\u2028é\"\n}\n");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(read(&json(text)), read(text));
    }
}
