//! Messages of findings, made from a rule's template and the record it hit.

use assay_model::{is_obeyed, shown};

/// Longest text of a cell in a message or a finding's value: enough to recognise it; the whole cell is in the raw record.
const EXCERPT_BYTES: usize = 200;

/// How a blank at the edge of a cell is shown: between other words it would not be seen.
const EDGE_BLANK: &str = "\\u{20}";

/// A rule's message with its places found once.
#[derive(Debug, Clone)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// The cell of a layout column.
    Cell(usize),
    /// The cell of the column the finding names.
    Value,
    /// The name of the column the finding names.
    ColumnName,
    /// An argument of a sample.
    Argument(usize),
}

impl Template {
    /// Reads a template. `column` gives the layout index of a canonical name; what it does not know stays as written. `{{` and `}}` are
    /// braces.
    pub fn new(text: &str, column: impl Fn(&str) -> Option<usize>) -> Self {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            if rest[open + 1..].starts_with('{') {
                push_literal(&mut literal, &rest[..=open]);
                rest = &rest[open + 2..];
                continue;
            }
            let Some(close) = rest[open..].find('}').map(|at| open + at) else { break };
            let name = &rest[open + 1..close];
            let part = match name {
                "value" => Some(Part::Value),
                "column" => Some(Part::ColumnName),
                _ => name.parse().ok().map(Part::Argument).or_else(|| column(name).map(Part::Cell)),
            };
            push_literal(&mut literal, &rest[..open]);
            match part {
                Some(part) => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(part);
                }
                None => literal.push_str(&rest[open..=close]),
            }
            rest = &rest[close + 1..];
        }
        push_literal(&mut literal, rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Self { parts }
    }

    /// The layout columns whose cells it shows.
    pub(crate) fn cells(&self) -> impl Iterator<Item = usize> + '_ {
        let cell = |part: &Part| if let Part::Cell(column) = part { Some(*column) } else { None };
        self.parts.iter().filter_map(cell)
    }

    /// Fills in a record's cells. `cell` gives the text of a layout column.
    pub fn render<'a>(
        &self,
        named: Option<(&str, &[u8])>,
        arguments: &[String],
        cell: impl Fn(usize) -> &'a [u8],
    ) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Cell(column) => text.push_str(&in_message(cell(*column))),
                Part::Value => {
                    text.push_str(&named.map(|(_, v)| in_message(v)).unwrap_or_default());
                }
                Part::ColumnName => {
                    text.push_str(&shown(named.map_or("", |(name, _)| name)).to_string());
                }
                Part::Argument(index) => match arguments.get(*index) {
                    Some(argument) => text.push_str(&excerpt(argument.as_bytes())),
                    None => text.push('…'),
                },
            }
        }
        text
    }
}

/// Adds text in which a closing brace may stand twice.
fn push_literal(literal: &mut String, text: &str) {
    literal.push_str(&text.replace("}}", "}"));
}

/// A cell as text, cut at a character border, with what cannot be seen escaped.
pub fn excerpt(cell: &[u8]) -> String {
    let cut = cell.len() > EXCERPT_BYTES;
    let text = String::from_utf8_lossy(&cell[..cell.len().min(EXCERPT_BYTES)]);
    let mut shown = String::with_capacity(text.len());
    for character in text.trim_end_matches(char::REPLACEMENT_CHARACTER).chars() {
        match character {
            ' '..='~' => shown.push(character),
            character if is_obeyed(character) => shown.extend(character.escape_default()),
            character if is_unseen(character) => shown.extend(character.escape_unicode()),
            character => shown.push(character),
        }
    }
    if cut {
        shown.push('…');
    }
    shown
}

/// A cell in a message: its excerpt, with blanks at the edges escaped too.
fn in_message(cell: &[u8]) -> String {
    let text = excerpt(cell);
    let inner = text.trim_matches(' ');
    if inner.len() == text.len() {
        return text;
    }
    let before = text.len() - text.trim_start_matches(' ').len();
    let after = text.len() - inner.len() - before;
    format!("{}{inner}{}", EDGE_BLANK.repeat(before), EDGE_BLANK.repeat(after))
}

/// Whether a character beyond ASCII cannot be seen, or joins the one before it where one character stands for both: cells that look the same
/// are not the same then.
fn is_unseen(character: char) -> bool {
    // Accents, the parts of Korean syllables, and the voicing marks of Japanese have composed forms. Marks of other scripts have none, and
    // are how these are written.
    let joins = matches!(character, '\u{300}'..='\u{36f}' | '\u{1160}'..='\u{11ff}' | '\u{3099}' | '\u{309a}');
    // Behind a letter, Rust escapes what is not printed, such as blanks of other widths and format characters, and leaves marks.
    joins || format!("a{character}").escape_debug().nth(1) == Some('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expected: &str) {
        let columns = ["Amount", "Date"];
        let cells: [&[u8]; 2] = [b"-5.00", b"13/01/2016"];
        let template = Template::new(template, |name| columns.iter().position(|c| *c == name));
        let arguments = ["first".to_owned()];
        let got = template.render(Some(("Amount", cells[0])), &arguments, |column| cells[column]);
        assert_eq!(got, expected);
    }

    #[test]
    fn places_are_filled_and_the_rest_stays() {
        check("amount {Amount} on {Date}", "amount -5.00 on 13/01/2016");
        check("{column} is {value}", "Amount is -5.00");
        check("{0} and {1}", "first and …");
        check("{Nobody} {unclosed", "{Nobody} {unclosed");
        check(r"{{5}} as \d{{1,2}} in {Amount}}}", r"{5} as \d{1,2} in -5.00}");
        check("", "");
    }

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        let check = |cell: &str, expected: &str| assert_eq!(in_message(cell.as_bytes()), expected);
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

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt(b"a\nb\0"), "a\\nb\\u{0}");
        assert_eq!(excerpt("é".repeat(150).as_bytes()), format!("{}…", "é".repeat(100)));
    }
}
