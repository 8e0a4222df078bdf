//! Messages of findings, rendered from a rule's template and the record it hit.

use assay_model::{revealed, revealed_to_the_edges, shown};

/// Maximum length of a cell in a message or in a finding's value, in bytes: enough to recognise it; the raw record has the whole cell.
const EXCERPT_BYTES: usize = 200;

/// A rule's message template, parsed once.
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
    /// An argument supplied by the plugin, by index.
    Argument(usize),
}

impl Template {
    /// Parses a template. `column` returns the layout index of a canonical name; unknown names stay as written. `{{` and `}}` are literal
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

    /// Renders the message for a record. `cell` returns the text of a layout column.
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

/// Adds literal text, in which a closing brace may be doubled.
fn push_literal(literal: &mut String, text: &str) {
    literal.push_str(&text.replace("}}", "}"));
}

/// A cell as text, truncated at a character boundary, with invisible characters escaped.
pub fn excerpt(cell: &[u8]) -> String {
    cut(cell, revealed)
}

/// A cell in a message: its excerpt, with leading and trailing blanks escaped too.
fn in_message(cell: &[u8]) -> String {
    cut(cell, revealed_to_the_edges)
}

fn cut(cell: &[u8], shown: impl Fn(&str) -> String) -> String {
    let text = String::from_utf8_lossy(&cell[..cell.len().min(EXCERPT_BYTES)]);
    let mut shown = shown(text.trim_end_matches(char::REPLACEMENT_CHARACTER));
    if cell.len() > EXCERPT_BYTES {
        shown.push('…');
    }
    shown
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
    fn excerpts_are_short_and_on_one_line() {
        assert_eq!(excerpt(b"a\nb\0"), "a\\nb\\u{0}");
        assert_eq!(excerpt("é".repeat(150).as_bytes()), format!("{}…", "é".repeat(100)));
    }
}
