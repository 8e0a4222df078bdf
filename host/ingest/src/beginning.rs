//! What a text that is not the expected table looks like: its first line, and how it seems to be written instead.

use std::fmt;

use crate::cp1252;
use crate::header::BOM;

/// Lines searched for the header when something else precedes it.
const LINES: usize = 20;

/// Bytes of the first line that are kept: more than a message shows.
const LINE_BYTES: usize = 512;

/// Separators found in files from elsewhere, the comma first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The beginning of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// The first line that is not blank, without its line ending; a long line is cut. Not escaped.
    pub first_line: String,
    /// The reasons why it is not the expected header.
    pub oddities: Vec<Oddity>,
}

/// How a text seems to be written, instead of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oddity {
    /// Lines end with CR alone.
    CarriageReturns,
    /// The first line tells Excel the separator.
    SeparatorLine,
    /// Something precedes the header.
    Preamble {
        /// The line on which the header seems to be, counting from 1.
        header: usize,
    },
    /// Fields are not separated by commas.
    Separator(char),
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CarriageReturns => f.write_str(
                "no line feed was found, and the lines seem to end with CR, as on old Macs; expected LF or CRLF: convert the line endings",
            ),
            Self::SeparatorLine => f.write_str(
                "the first line is the `sep=` line that Excel reads; expected the header: remove it",
            ),
            Self::Preamble { header } => write!(
                f,
                "the header seems to be on line {header}, expected on the first: remove the lines before it"
            ),
            Self::Separator(separator) => write!(
                f,
                "the fields seem to be separated by {}, expected `,`: export the file with commas",
                match separator {
                    '\t' => "tabs".to_owned(),
                    other => format!("`{other}`"),
                }
            ),
        }
    }
}

impl Beginning {
    /// Examines the first bytes of an input, decompressed. More bytes make it more certain; 4 KiB are enough.
    pub fn of(first: &[u8]) -> Self {
        let text = first.strip_prefix(BOM).unwrap_or(first);
        let returns = !text.contains(&b'\n') && text.contains(&b'\r');
        let ending = if returns { b'\r' } else { b'\n' };
        let lines: Vec<(usize, &[u8])> = (1..)
            .zip(text.split(|&byte| byte == ending))
            .map(|(number, line)| (number, line.strip_suffix(b"\r").unwrap_or(line)))
            .filter(|(_, line)| !line.trim_ascii().is_empty())
            .take(LINES)
            .collect();
        let Some(&(_, line)) = lines.first() else {
            return Self { first_line: String::new(), oddities: Vec::new() };
        };
        let mut oddities = Vec::new();
        if returns {
            oddities.push(Oddity::CarriageReturns);
        }
        let mut header = line;
        if is_separator_line(line) {
            oddities.push(Oddity::SeparatorLine);
            header = lines.get(1).map_or(line, |(_, next)| next);
        } else if let Some(&(at, found)) = lines.iter().find(|(_, next)| is_header(line, next)) {
            oddities.push(Oddity::Preamble { header: at });
            header = found;
        }
        let (separator, _) = separated(header);
        if separator != b',' {
            oddities.push(Oddity::Separator(char::from(separator)));
        }
        let mut text = Vec::new();
        cp1252::decode_into(&line[..line.len().min(LINE_BYTES)], &mut text);
        Self { first_line: String::from_utf8_lossy(&text).into_owned(), oddities }
    }
}

/// `sep=;`, which tells Excel the separator, with or without quotes.
fn is_separator_line(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let line = line.strip_suffix(b"\"").unwrap_or(line);
    line.len() == 5 && line[..4].eq_ignore_ascii_case(b"sep=")
}

/// Whether `first` is a comment or a title, and `next` looks like the header after it.
fn is_header(first: &[u8], next: &[u8]) -> bool {
    let comment = first.starts_with(b"#");
    if comment && next.starts_with(b"#") {
        return false;
    }
    let (of_first, of_next) = (separated(first).1, separated(next).1);
    // A comment may contain a comma; a title does not.
    if comment { of_next > of_first } else { of_first == 0 && of_next >= 2 }
}

/// The most likely field separator of a line, and how often it occurs outside quotes. The comma if there is none.
fn separated(line: &[u8]) -> (u8, usize) {
    let mut counts = [0; SEPARATORS.len()];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        if let (false, Some(at)) = (quoted, SEPARATORS.iter().position(|it| it == byte)) {
            counts[at] += 1;
        }
    }
    let most = (0..counts.len()).rev().max_by_key(|&at| counts[at]).unwrap_or_default();
    (SEPARATORS[most], counts[most])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_header_is_looked_at() {
        use Oddity::{CarriageReturns, Preamble, Separator, SeparatorLine};
        let check = |text: &str, first_line: &str, oddities: &[Oddity]| {
            let expected =
                Beginning { first_line: first_line.to_owned(), oddities: oddities.to_vec() };
            assert_eq!(Beginning::of(text.as_bytes()), expected, "{text:?}");
        };
        check("", "", &[]);
        check("\n\r\n", "", &[]);
        check("a,b,c\n1,2,3\n", "a,b,c", &[]);
        check("a\n1\n2\n", "a", &[]);
        check("\u{feff}a;b;c\r\n1;2;3\r\n", "a;b;c", &[Separator(';')]);
        check("\"a, b\";\"c\"\n", "\"a, b\";\"c\"", &[Separator(';')]);
        check("a\tb\n1\t2\n", "a\tb", &[Separator('\t')]);
        check("a|b\n", "a|b", &[Separator('|')]);
        check("a,b;c,d\n", "a,b;c,d", &[]);
        check("sep=,\r\na,b\r\n", "sep=,", &[SeparatorLine]);
        check("\"SEP=;\"\na;b\n", "\"SEP=;\"", &[SeparatorLine, Separator(';')]);
        check(
            "# made, by us\n# today\n\na,b,c\n1,2,3\n",
            "# made, by us",
            &[Preamble { header: 4 }],
        );
        check("#id,name\n1,x\n", "#id,name", &[]);
        check(
            "Report of 2024\n\na;b;c\n",
            "Report of 2024",
            &[Preamble { header: 3 }, Separator(';')],
        );
        check("a,b\r1,2\r3,4", "a,b", &[CarriageReturns]);
        check("a;b\r1;2\r", "a;b", &[CarriageReturns, Separator(';')]);
        check(&"x".repeat(2_000), &"x".repeat(LINE_BYTES), &[]);
    }
}
