//! Rust source as tokens, as far as paths need them: words, `::` and single signs. Comments are left out, and literals become
//! empty tokens.

/// Stands for any string or character literal.
const LITERAL: &str = "";

/// A token and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'text> {
    /// A word, `::`, or one sign.
    pub(super) text: &'text str,
    /// Line, counting from 1.
    pub(super) line: usize,
}

impl Token<'_> {
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c == '_' || c.is_alphabetic())
    }
}

/// All tokens of a file.
pub(super) fn read(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (len, token) = next(rest, first);
        if let Some(text) = token {
            tokens.push(Token { text, line });
        }
        line += rest[..len].matches('\n').count();
        at += len;
    }
    tokens
}

/// Length of the next token or of text to skip, and the token's text if it counts.
fn next(rest: &str, first: char) -> (usize, Option<&str>) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (comment(rest), None);
    }
    if rest.starts_with("::") {
        return (2, Some(&rest[..2]));
    }
    match first {
        c if c.is_whitespace() => (c.len_utf8(), None),
        '"' => (quoted(rest), Some(LITERAL)),
        '\'' => quote(rest),
        c if c == '_' || c.is_alphanumeric() => word(rest),
        c => (c.len_utf8(), Some(&rest[..c.len_utf8()])),
    }
}

/// Length of a comment, which may be nested.
fn comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest.as_bytes()[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.as_bytes()[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Length of a string from its opening quote to the closing one, which is not preceded by a backslash.
fn quoted(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != bytes[0] {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// A character literal, or a lifetime, which is dropped.
fn quote(rest: &str) -> (usize, Option<&str>) {
    let mut after = rest.chars().skip(1);
    match (after.next(), after.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => (quoted(rest), Some(LITERAL)),
        _ => (1 + word_len(&rest[1..]), None),
    }
}

/// A word, or the string literal that it is the prefix of.
fn word(rest: &str) -> (usize, Option<&str>) {
    let len = word_len(rest);
    let (word, after) = rest.split_at(len);
    let hashes = after.len() - after.trim_start_matches('#').len();
    match word {
        "r" | "br" | "cr" if after[hashes..].starts_with('"') => {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = len + hashes + 1;
            let stop = rest[begin..].find(&end).map_or(rest.len(), |at| begin + at + end.len());
            (stop, Some(LITERAL))
        }
        "b" | "c" if after.starts_with('"') => (len + quoted(after), Some(LITERAL)),
        "b" if after.starts_with('\'') => (len + quoted(after), Some(LITERAL)),
        // A raw identifier.
        "r" if hashes == 1 => (len + 1, None),
        _ => (len, Some(word)),
    }
}

fn word_len(rest: &str) -> usize {
    rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len())
}
