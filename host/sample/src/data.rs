//! Data files next to a profile: tab-separated lists of names, cities, products.
//!
//! The first line names the columns. `\n`, `\t` and `\\` in a cell stand for a line feed, a tab and a backslash.
//! Blank lines and lines that begin with `#` are skipped.

use std::fs;
use std::path::Path;

use crate::error::ProfileError;

/// Content of a data file.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Data {
    pub(crate) fn load(path: &Path) -> Result<Self, ProfileError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ProfileError::Read { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|(line, message)| ProfileError::Data {
            path: path.to_owned(),
            line,
            message,
        })
    }

    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let Some((_, header)) = lines.next() else {
            return Err((
                1,
                "the file is empty, expected a line with the columns' names".to_owned(),
            ));
        };
        let columns: Vec<String> = header.split('\t').map(str::to_owned).collect();
        let rows = lines
            .map(|(at, line)| {
                let row: Vec<String> = line.split('\t').map(unescape).collect();
                if row.len() == columns.len() {
                    Ok(row)
                } else {
                    let message = format!("{} cells, expected {}", row.len(), columns.len());
                    Err((at + 1, message))
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { columns, rows })
    }
}

fn unescape(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_headers_width() {
        let check = |text: &str, expected: Result<Vec<Vec<&str>>, (usize, &str)>| {
            let found = Data::parse(text).map(|data| data.rows);
            let expected = expected
                .map(|rows| {
                    rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
                })
                .map_err(|(line, message)| (line, message.to_owned()));
            assert_eq!(found, expected, "{text}");
        };
        check("a\tb\n1\t2\n\n# note\n\t3\n", Ok(vec![vec!["1", "2"], vec!["", "3"]]));
        check("a\none\\ntwo\\\\\n", Ok(vec![vec!["one\ntwo\\"]]));
        check("a\tb\n1\n", Err((2, "1 cells, expected 2")));
        check("", Err((1, "the file is empty, expected a line with the columns' names")));
    }
}
