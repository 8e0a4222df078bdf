//! Messages: what was found and what was expected. The host fills in `{column}`, `{value}` and cells by column; `{{` and `}}` are braces.

use std::fmt::Write as _;

/// The most values that a message lists: enough to show what they are like.
const LISTED: usize = 6;

/// The most characters that a message shows of a value or a pattern, so that it stays a readable line.
const SHOWN: usize = 80;

/// The message of a check that judges cells one by one.
pub(crate) fn seen_and(wanted: &str) -> String {
    format!("`{{column}}` is `{{value}}`, expected {wanted}")
}

/// A text from the settings in backticks, on one line, cut to `SHOWN` characters and with its braces doubled.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown = String::from("`");
    for character in text.chars().take(SHOWN) {
        match character {
            '{' | '}' => shown.extend([character, character]),
            character if character.is_control() => shown.extend(character.escape_default()),
            character => shown.push(character),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown + "`"
}

/// The first `LISTED` values, and how many more there are.
pub(crate) fn listed(values: &[&str]) -> String {
    let mut shown = values.iter().take(LISTED).map(|value| quoted(value)).collect::<Vec<_>>();
    let more = values.len().saturating_sub(LISTED);
    if more > 0 {
        let last = shown.pop().unwrap_or_default();
        shown.push(format!("{last} and {more} more"));
    }
    shown.join(", ")
}

/// A range such as ` from 1 to 5`; bounds that are `None` are left out.
pub(crate) fn between(least: Option<String>, greatest: Option<String>) -> String {
    match (least, greatest) {
        (Some(least), Some(greatest)) if least == greatest => format!(" of {least}"),
        (Some(least), Some(greatest)) => format!(" from {least} to {greatest}"),
        (Some(least), None) => format!(" from {least}"),
        (None, Some(greatest)) => format!(" up to {greatest}"),
        (None, None) => String::new(),
    }
}

/// A count such as `5 digits`, `1 to 5 digits`, `at least 2 digits`.
pub(crate) fn counted(least: usize, greatest: usize, what: &str) -> String {
    match (least, greatest) {
        (1, usize::MAX) => format!("{what} only"),
        (least, usize::MAX) => format!("at least {least} {what}"),
        (least, greatest) if least == greatest => format!("{least} {what}"),
        (least, greatest) => format!("{least} to {greatest} {what}"),
    }
}

/// An unscaled number as a decimal: 1250 with scale 2 is `12.50`.
pub(crate) fn decimal(unscaled: i64, scale: u16) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let mut text = String::from(if unscaled < 0 { "-" } else { "" });
    text.push_str(whole);
    if scale > 0 {
        let _ = write!(text, ".{part}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_said_in_words() {
        assert_eq!(quoted(r"\d{5}"), r"`\d{{5}}`");
        assert_eq!(quoted("a\nb"), r"`a\nb`");
        assert_eq!(listed(&["a", "b"]), "`a`, `b`");
        assert_eq!(listed(&["a"; 8]), "`a`, `a`, `a`, `a`, `a`, `a` and 2 more");
        assert_eq!(counted(1, usize::MAX, "digits"), "digits only");
        assert_eq!(counted(5, 5, "digits"), "5 digits");
        assert_eq!(counted(2, 4, "characters"), "2 to 4 characters");
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(between(some("0"), some("9")), " from 0 to 9");
        assert_eq!(between(None, some("9")), " up to 9");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(1200, 2), "12.00");
        assert_eq!(decimal(7, 0), "7");
    }
}
