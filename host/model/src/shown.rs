//! Text from outside, made fit to be shown.

use std::fmt::{self, Write};

/// A text that somebody else wrote, as one line that nothing obeys: see [`shown`].
#[derive(Debug, Clone, Copy)]
pub struct Shown<T>(T);

/// Shows a text from outside, such as a cell, a name or the words of a plugin or server, where it is part of a sentence.
///
/// What a terminal, a log or a reader's eye would obey becomes visible: control characters and line breaks, marks that turn
/// the direction of text, and characters without a width. Everything else stays as it is.
///
/// ```
/// use assay_model::shown;
/// assert_eq!(shown("ünï\u{1b}[2J\n\u{202e}").to_string(), r"ünï\u{1b}[2J\n\u{202e}");
/// ```
pub fn shown<T: fmt::Display>(text: T) -> Shown<T> {
    Shown(text)
}

/// Whether something obeys a character, or nobody sees it.
///
/// Line breaks and tabs are among them: who prints lines lets those of its own pass.
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
}
