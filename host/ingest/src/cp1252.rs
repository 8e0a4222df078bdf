//! Text that is not UTF-8, decoded as Windows-1252.
//!
//! Spreadsheets save CSV in the code page of Western Windows, and rows pasted from them end up in files that are otherwise
//! UTF-8. So the decision is made for each run of bytes that is not UTF-8, not for the file: valid UTF-8 stays as it is,
//! and every other byte becomes its Windows-1252 character. Separators and quotes are ASCII and end any such run, so
//! decoding a record or its cells one by one gives the same text.

/// Bytes 0x80 to 0x9F; 0 where the code page has no character.
const HIGH: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/// The character of one byte, if the code page defines one.
fn character(byte: u8) -> Option<char> {
    let code = match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => u16::from(byte),
    };
    (code != 0 || byte == 0).then(|| char::from_u32(u32::from(code))).flatten()
}

/// Whether bytes are UTF-8 or need Windows-1252, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Valid UTF-8.
    Utf8,
    /// Needs Windows-1252 from this offset.
    Windows1252 {
        /// Offset of the first byte that is not UTF-8.
        at: usize,
    },
    /// Contains a byte that is undefined in both.
    Neither {
        /// Offset of the byte.
        at: usize,
    },
}

/// Determines which encoding `bytes` need.
pub(crate) fn encoding(bytes: &[u8]) -> Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return Encoding::Utf8;
    }
    let mut at = 0;
    let mut first = None;
    for chunk in bytes.utf8_chunks() {
        at += chunk.valid().len();
        for &byte in chunk.invalid() {
            if character(byte).is_none() {
                return Encoding::Neither { at };
            }
            first.get_or_insert(at);
            at += 1;
        }
    }
    first.map_or(Encoding::Utf8, |at| Encoding::Windows1252 { at })
}

/// Appends `bytes` to `text` as UTF-8. An undefined byte becomes U+FFFD; records that contain one are never judged.
pub(crate) fn decode_into(bytes: &[u8], text: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    for chunk in bytes.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for &byte in chunk.invalid() {
            let character = character(byte).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_utf8_is_decoded() {
        let check = |bytes: &[u8], expected: &str, needs| {
            let mut text = Vec::new();
            decode_into(bytes, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), expected);
            assert_eq!(encoding(bytes), needs, "{expected}");
        };
        check(b"plain", "plain", Encoding::Utf8);
        check("Björk".as_bytes(), "Björk", Encoding::Utf8);
        check(b"Bj\xf6rk", "Björk", Encoding::Windows1252 { at: 2 });
        check(b"Bj\xc3\xb6rk \x93x\x94", "Björk “x”", Encoding::Windows1252 { at: 7 });
        check(b"\x80 5", "€ 5", Encoding::Windows1252 { at: 0 });
        check(b"a\xff\x81", "aÿ\u{fffd}", Encoding::Neither { at: 2 });
        check(b"cut \xe2\x80", "cut â€", Encoding::Windows1252 { at: 4 });
    }

    #[test]
    fn five_bytes_have_no_character() {
        let without: Vec<u8> = (0..=255).filter(|&byte| character(byte).is_none()).collect();
        assert_eq!(without, [0x81, 0x8d, 0x8f, 0x90, 0x9d]);
    }
}
