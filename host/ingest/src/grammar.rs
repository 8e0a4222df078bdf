//! The grammar of one record, byte by byte: the exact and slow parser, for which the index is the fast substitute.
//!
//! A record is a list of fields between commas, ended by LF or CRLF outside quotes, or by the end of the input. A field is bare
//! (without commas, quotes or LFs) or quoted (anything, with each `"` doubled). A CR without a following LF is an ordinary byte of a
//! bare field; a backslash is an ordinary byte everywhere.

use memchr::{memchr, memchr_iter, memchr3};

/// How a quote breaks the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuoteFault {
    /// A quote inside a field that does not begin with one.
    Bare,
    /// Text follows a closing quote.
    TextAfter,
    /// The quoted field is never closed.
    Unclosed,
}

/// The result of parsing a record from the start of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// It follows the grammar.
    Record {
        /// Where its content ends and its line ending begins.
        content: usize,
        /// Where its line ending ends.
        end: usize,
        /// Number of fields.
        fields: usize,
    },
    /// It breaks the grammar.
    Broken {
        /// How it breaks it.
        how: QuoteFault,
        /// Offset of the offending byte; for an unclosed field, of its opening quote.
        at: usize,
        /// Index of the field that contains it.
        field: usize,
    },
    /// The bytes end before the record does, and more may follow.
    Partial,
}

/// Parses one record from the start of `bytes`. `at_end` says whether the input ends with them.
pub(crate) fn parse(bytes: &[u8], at_end: bool) -> Parsed {
    let mut at = 0;
    let mut field = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            let open = at;
            at += 1;
            loop {
                let Some(quote) = memchr(b'"', &bytes[at..]) else {
                    return unless(
                        at_end,
                        Parsed::Broken { how: QuoteFault::Unclosed, at: open, field },
                    );
                };
                at += quote + 1;
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(b','), _) => {}
                (Some(b'\n'), _) => {
                    return Parsed::Record { content: at, end: at + 1, fields: field + 1 };
                }
                (Some(b'\r'), Some(b'\n')) => {
                    return Parsed::Record { content: at, end: at + 2, fields: field + 1 };
                }
                (None, _) => {
                    return unless(
                        at_end,
                        Parsed::Record { content: at, end: at, fields: field + 1 },
                    );
                }
                (Some(b'\r'), None) if !at_end => return Parsed::Partial,
                (Some(_), _) => return Parsed::Broken { how: QuoteFault::TextAfter, at, field },
            }
        } else {
            let start = at;
            let Some(stop) = memchr3(b',', b'\n', b'"', &bytes[at..]) else {
                let end = bytes.len();
                return unless(at_end, Parsed::Record { content: end, end, fields: field + 1 });
            };
            at += stop;
            match bytes[at] {
                b'\n' => {
                    let crlf = at > start && bytes[at - 1] == b'\r';
                    let content = if crlf { at - 1 } else { at };
                    return Parsed::Record { content, end: at + 1, fields: field + 1 };
                }
                b'"' => return Parsed::Broken { how: QuoteFault::Bare, at, field },
                _ => {}
            }
        }
        at += 1;
        field += 1;
    }
}

fn unless(at_end: bool, parsed: Parsed) -> Parsed {
    if at_end { parsed } else { Parsed::Partial }
}

/// Whether `line`, without its line ending, could be a whole record of `width` fields if its quotes were repaired: treating as much
/// as possible as quoted gives at most `width` fields, and ignoring all quotes gives at least `width`.
pub(crate) fn fits(line: &[u8], width: usize) -> bool {
    let most = memchr_iter(b',', line).count() + 1;
    if most <= width {
        return most == width;
    }
    let mut fewest = 1;
    let mut at = 0;
    loop {
        if line.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let Some(quote) = memchr(b'"', &line[at..]) else { return fewest <= width };
                at += quote + 1;
                match line.get(at) {
                    Some(b',') => break,
                    Some(b'"') => at += 1,
                    Some(_) => {}
                    None => return fewest <= width,
                }
            }
        } else {
            match memchr(b',', &line[at..]) {
                Some(comma) => at += comma,
                None => return fewest <= width,
            }
        }
        at += 1;
        fewest += 1;
        if fewest > width {
            return false;
        }
    }
}

/// The fields of a record's content that follows the grammar, including their quotes.
pub(crate) fn fields(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(content);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let comma = match parse_field(bytes) {
            end if end < bytes.len() => end,
            _ => {
                rest = None;
                return Some(bytes);
            }
        };
        rest = Some(&bytes[comma + 1..]);
        Some(&bytes[..comma])
    })
}

/// Where the first field of `bytes` ends: at a comma or at the end.
fn parse_field(bytes: &[u8]) -> usize {
    let mut quoted = false;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    bytes.len()
}

/// Removes a field's quotes and undoubles doubled ones. Works on bytes, without decoding.
pub(crate) fn unquote(field: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let [b'"', inner @ .., b'"'] = field else { return field.into() };
    if memchr(b'"', inner).is_none() {
        return inner.into();
    }
    let mut plain = Vec::with_capacity(inner.len());
    unescape_into(inner, &mut plain);
    plain.into()
}

/// Appends the inside of a quoted field, with doubled quotes undoubled.
pub(crate) fn unescape_into(inner: &[u8], plain: &mut Vec<u8>) {
    let mut rest = inner;
    while let Some(quote) = memchr(b'"', rest) {
        plain.extend_from_slice(&rest[..=quote]);
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    plain.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_where_the_grammar_says() {
        let check = |bytes: &str, content, end, fields| {
            let expected = Parsed::Record { content, end, fields };
            assert_eq!(parse(bytes.as_bytes(), true), expected, "{bytes:?}");
        };
        check("a,b\nc", 3, 4, 2);
        check("a,b\r\nc", 3, 5, 2);
        check("a\rb\r\r\nc", 4, 6, 1);
        check("\"a\",\"b\"\r\n", 7, 9, 2);
        check("\"a\n,\",\"\"\"\"", 10, 10, 2);
        check(",,", 2, 2, 3);
        check("a\\,b\n", 4, 5, 2);
        check("\r\n", 0, 2, 1);
    }

    #[test]
    fn quotes_break_it_in_three_ways() {
        let check = |bytes: &str, how, at, field| {
            let expected = Parsed::Broken { how, at, field };
            assert_eq!(parse(bytes.as_bytes(), true), expected, "{bytes:?}");
        };
        check("a,b\"c\n", QuoteFault::Bare, 3, 1);
        check("a,\"b\"c\n", QuoteFault::TextAfter, 5, 1);
        check("\"a\"\r", QuoteFault::TextAfter, 3, 0);
        check("a,b,\"c\n", QuoteFault::Unclosed, 4, 2);
        check("\"\"\"", QuoteFault::Unclosed, 0, 0);
    }

    #[test]
    fn bytes_that_may_go_on_decide_nothing() {
        for bytes in ["", "a", "a,", "\"a", "\"a\"", "\"a\"\r", "\"a\"\"", "a\r"] {
            assert_eq!(parse(bytes.as_bytes(), false), Parsed::Partial, "{bytes:?}");
        }
    }

    #[test]
    fn a_line_fits_if_some_reading_of_its_quotes_has_the_width() {
        let check = |line: &str, expected| assert_eq!(fits(line.as_bytes(), 3), expected, "{line}");
        check("a,b,c", true);
        check("a,b", false);
        check("a,b,c,d", false);
        check("\"a,b,c", true);
        check("\"a\",\"b\"x\",\"c\"", true);
        check("\"a\",\"b,\"c\"", true);
        check("\"a,x\",\"b,\"c\"", true);
        check("y\",\"c\"", false);
        check("a,b,\"c,d", true);
        check("a,b,c\"d,e", false);
    }

    #[test]
    fn fields_come_apart_and_lose_their_quotes() {
        let check = |content: &str, expected: &[&str]| {
            let found: Vec<_> =
                fields(content.as_bytes()).map(|field| unquote(field).into_owned()).collect();
            let expected: Vec<_> = expected.iter().map(|field| field.as_bytes().to_vec()).collect();
            assert_eq!(found, expected, "{content}");
        };
        check("", &[""]);
        check("a,,\"b,\"\"c\"\"\"", &["a", "", "b,\"c\""]);
        check("\"\",\"\n\"", &["", "\n"]);
        check("a,", &["a", ""]);
    }
}
