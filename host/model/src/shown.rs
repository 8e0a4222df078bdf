//! Text from outside, made safe to display.

use std::fmt::{self, Write};

/// Text that somebody else wrote, as one line without control characters: see [`shown`].
#[derive(Debug, Clone, Copy)]
pub struct Shown<T>(T);

/// Displays text from outside, such as a cell, a name or a message from a plugin or server, within a sentence.
///
/// Characters that would affect a terminal, a log or a reader are escaped: control characters and line breaks, marks that change the
/// direction of text, and characters without a width. Everything else stays as it is.
///
/// ```
/// use assay_model::shown;
/// assert_eq!(shown("ünï\u{1b}[2J\n\u{202e}").to_string(), r"ünï\u{1b}[2J\n\u{202e}");
/// ```
pub fn shown<T: fmt::Display>(text: T) -> Shown<T> {
    Shown(text)
}

/// Whether a character has an effect on a terminal, a log or the text around it, or is invisible.
///
/// This includes line breaks and tabs: a caller that prints lines has to let its own through.
pub fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Marks and overrides of direction.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // No width.
            | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
            // Line and paragraph separators.
            | '\u{2028}' | '\u{2029}'
        )
}

/// How a blank at the edge of a text is shown; between other words it would be invisible.
const EDGE_BLANK: &str = "\\u{20}";

/// Escapes invisible characters in a text that is compared letter by letter, such as a cell or a name.
///
/// Beyond [`is_obeyed`], it escapes blanks of other widths, and marks that combine with the character before them where a composed
/// character exists, because then two texts that look the same can differ.
pub fn revealed(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => shown.push(character),
            character if is_obeyed(character) => shown.extend(character.escape_default()),
            character if is_unseen(character) => shown.extend(character.escape_unicode()),
            character => shown.push(character),
        }
    }
    shown
}

/// Like [`revealed`], for a whole text: blanks at its edges are escaped too.
///
/// ```
/// use assay_model::revealed_to_the_edges;
/// assert_eq!(revealed_to_the_edges("Zu\u{308}rich "), r"Zu\u{308}rich\u{20}");
/// ```
pub fn revealed_to_the_edges(text: &str) -> String {
    let text = revealed(text);
    let inner = text.trim_matches(' ');
    let before = text.len() - text.trim_start_matches(' ').len();
    let after = text.len() - inner.len() - before;
    format!("{}{inner}{}", EDGE_BLANK.repeat(before), EDGE_BLANK.repeat(after))
}

/// Whether a character beyond ASCII is invisible, or combines with the one before it where a composed character exists.
fn is_unseen(character: char) -> bool {
    // Accents, the parts of Korean syllables, and the Japanese voicing marks have composed forms. Marks of other scripts do not, and are
    // part of normal writing.
    let joins = matches!(character, '\u{300}'..='\u{36f}' | '\u{1160}'..='\u{11ff}' | '\u{3099}' | '\u{309a}');
    // After a letter, `escape_debug` escapes what is not printable, such as blanks of other widths and format characters, and leaves marks
    // as they are.
    joins || format!("a{character}").escape_debug().nth(1) == Some('\\')
}

impl<T: fmt::Display> fmt::Display for Shown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, found)) = rest.char_indices().find(|(_, it)| is_obeyed(*it)) {
            write!(self.0, "{}{}", &rest[..at], found.escape_default())?;
            rest = &rest[at + found.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_is_obeyed() {
        let check = |text: &str, expected: &str| assert_eq!(shown(text).to_string(), expected);
        check("", "");
        check(r"plain é 漢 `\n`", r"plain é 漢 `\n`");
        check("\u{1b}[31mred\u{7f}\0", r"\u{1b}[31mred\u{7f}\u{0}");
        check("a\r\n::error::b\t", r"a\r\n::error::b\t");
        check("\u{9b}31m\u{85}", r"\u{9b}31m\u{85}");
        check("\u{202e}\u{2066}\u{200e}\u{61c}", r"\u{202e}\u{2066}\u{200e}\u{61c}");
        check("\u{200b}\u{200d}\u{2060}\u{feff}", r"\u{200b}\u{200d}\u{2060}\u{feff}");
        check("\u{2028}\u{2029}", r"\u{2028}\u{2029}");
    }

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        let check = |cell: &str, expected: &str| assert_eq!(revealed_to_the_edges(cell), expected);
        check("Zürich", "Zürich");
        check("Zu\u{308}rich", r"Zu\u{308}rich");
        check("Zürich ", r"Zürich\u{20}");
        check(" a b", r"\u{20}a b");
        check("   ", r"\u{20}\u{20}\u{20}");
        check("a\u{a0}b\u{200b}\u{feff}\u{202e}", r"a\u{a0}b\u{200b}\u{feff}\u{202e}");
        check("it's \"5\" \\ %", "it's \"5\" \\ %");
        check("กำลัง हिन्दी 水 😀", "กำลัง हिन्दी 水 😀");
        check("\u{1112}\u{1161}", "\u{1112}\\u{1161}");
    }
}
