//! Texts with placeholders for other cells: `{city}, {state}` or `{Date|from:6}-{Date|first:2}`.
//!
//! `{{` and `}}` stand for literal braces. A placeholder names a cell, followed by filters that change its text.

use std::borrow::Cow;

use crate::error::Fault;

/// The source of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A column of the same row, made earlier.
    Own(usize),
    /// A column of a member drawn for the same row.
    Drawn { draw: usize, column: usize },
    /// A column of an earlier record; defects only.
    Earlier(usize),
}

/// What a name in a template refers to.
#[derive(Debug, Clone)]
pub(crate) enum Named {
    Cell(Source),
    /// A partition value or the layout, which are the same for the whole file.
    Fixed(String),
}

/// Looks up names while a profile is read. Fails for an unknown name, listing the names that exist.
pub(crate) trait Names {
    fn named(&self, name: &str) -> Result<Named, Fault>;
}

/// The cells that a template can use while a row is made.
pub(crate) trait Cells {
    fn cell(&self, source: Source) -> &str;
}

/// A text with placeholders for cells.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Place { source: Source, filters: Vec<Filter> },
}

#[derive(Debug, Clone)]
enum Filter {
    Upper,
    Lower,
    /// Keeps this many characters from the start.
    First(usize),
    /// Drops this many characters from the start.
    From(usize),
    /// Adds this to the whole number in the cell.
    Plus(i64),
    /// Repeats the cell up to this many characters.
    Fill(usize),
}

impl Template {
    /// Reads a template.
    pub(crate) fn new(text: &str, names: &dyn Names) -> Result<Self, Fault> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..];
            if let Some(after) = brace.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(after) = brace.strip_prefix("}}") {
                plain.push('}');
                rest = after;
            } else if let Some((place, after)) =
                brace.strip_prefix('{').and_then(|inner| inner.split_once('}'))
            {
                match read_place(place, names)? {
                    Piece::Text(fixed) => plain.push_str(&fixed),
                    place @ Piece::Place { .. } => {
                        if !plain.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        }
                        pieces.push(place);
                    }
                }
                rest = after;
            } else {
                return Err(Fault::here(format!(
                    "`{text}` has a single brace, expected `{{name}}`, or `{{{{` for the brace itself"
                )));
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self { pieces })
    }

    /// Appends the text to `out`.
    pub(crate) fn write(&self, cells: &dyn Cells, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Place { source, filters } => {
                    out.push_str(&filtered(cells.cell(*source), filters));
                }
            }
        }
    }

    /// The text; borrowed if the template is a single piece.
    pub(crate) fn value<'a>(&'a self, cells: &'a dyn Cells) -> Cow<'a, str> {
        match self.pieces.as_slice() {
            [] => Cow::Borrowed(""),
            [Piece::Text(text)] => Cow::Borrowed(text),
            [Piece::Place { source, filters }] => filtered(cells.cell(*source), filters),
            _ => {
                let mut text = String::new();
                self.write(cells, &mut text);
                Cow::Owned(text)
            }
        }
    }

    /// The text, if it is the same for every row.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

fn read_place(place: &str, names: &dyn Names) -> Result<Piece, Fault> {
    let mut parts = place.split('|');
    let name = parts.next().unwrap_or_default();
    let filters = parts.map(Filter::new).collect::<Result<Vec<_>, _>>()?;
    Ok(match names.named(name)? {
        Named::Cell(source) => Piece::Place { source, filters },
        Named::Fixed(text) => Piece::Text(filtered(&text, &filters).into_owned()),
    })
}

fn filtered<'a>(cell: &'a str, filters: &[Filter]) -> Cow<'a, str> {
    filters.iter().fold(Cow::Borrowed(cell), |cell, filter| filter.apply(cell))
}

impl Filter {
    fn new(text: &str) -> Result<Self, Fault> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        let filter = match (name, argument) {
            ("upper", None) => Some(Self::Upper),
            ("lower", None) => Some(Self::Lower),
            ("first", Some(count)) => count.parse().ok().map(Self::First),
            ("from", Some(count)) => count.parse().ok().map(Self::From),
            ("plus", Some(number)) => number.parse().ok().map(Self::Plus),
            ("fill", Some(count)) => count.parse().ok().map(Self::Fill),
            _ => None,
        };
        filter.ok_or_else(|| {
            Fault::here(format!(
                "`{text}` is not a filter, expected `upper`, `lower`, `first:n`, `from:n`, `plus:n` or `fill:n`"
            ))
        })
    }

    fn apply<'a>(&self, cell: Cow<'a, str>) -> Cow<'a, str> {
        match *self {
            Self::Upper => Cow::Owned(cell.to_uppercase()),
            Self::Lower => Cow::Owned(cell.to_lowercase()),
            Self::First(count) => match cell.char_indices().nth(count) {
                Some((end, _)) => slice(cell, 0, end),
                None => cell,
            },
            Self::From(count) => {
                let start = cell.char_indices().nth(count).map_or(cell.len(), |(at, _)| at);
                let end = cell.len();
                slice(cell, start, end)
            }
            Self::Plus(number) => match cell.parse::<i64>() {
                Ok(value) => Cow::Owned(value.saturating_add(number).to_string()),
                Err(_) => cell,
            },
            Self::Fill(count) => Cow::Owned(cell.chars().cycle().take(count).collect()),
        }
    }
}

fn slice(cell: Cow<'_, str>, start: usize, end: usize) -> Cow<'_, str> {
    match cell {
        Cow::Borrowed(text) => Cow::Borrowed(&text[start..end]),
        Cow::Owned(text) => Cow::Owned(text[start..end].to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two;

    impl Names for Two {
        fn named(&self, name: &str) -> Result<Named, Fault> {
            match name {
                "date" => Ok(Named::Cell(Source::Own(0))),
                "year" => Ok(Named::Fixed("2023".to_owned())),
                _ => Err(Fault::here(format!("no `{name}`"))),
            }
        }
    }

    impl Cells for Two {
        fn cell(&self, _: Source) -> &'static str {
            "02/09/2023"
        }
    }

    #[test]
    fn places_are_filled_and_filtered() {
        let check = |text: &str, expected: &str| {
            let template = Template::new(text, &Two).unwrap();
            assert_eq!(template.value(&Two), expected, "{text}");
            let mut written = String::new();
            template.write(&Two, &mut written);
            assert_eq!(written, expected, "{text}");
        };
        check("", "");
        check("plain", "plain");
        check("{{x}}", "{x}");
        check("on {date}", "on 02/09/2023");
        check("{date|from:6}-{date|first:2}-{date|from:3|first:2}", "2023-02-09");
        check("{year|plus:-1}", "2022");
        check("{date|first:99}{date|from:99}", "02/09/2023");
        check("{year|fill:6}", "202320");
    }

    #[test]
    fn mistakes_name_what_is_expected() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Template::new(text, &Two).unwrap_err().message, expected, "{text}");
        };
        check(
            "{date",
            "`{date` has a single brace, expected `{name}`, or `{{` for the brace itself",
        );
        check("}", "`}` has a single brace, expected `{name}`, or `{{` for the brace itself");
        check("{day}", "no `day`");
        check(
            "{date|trim}",
            "`trim` is not a filter, expected `upper`, `lower`, `first:n`, `from:n`, `plus:n` or `fill:n`",
        );
    }
}
