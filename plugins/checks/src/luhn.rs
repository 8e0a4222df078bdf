//! The Luhn check digit of a number that may be written without the prefix that was part of the computation.

/// What each digit adds to the sum when it is doubled.
const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

/// Numbers with a check digit.
#[derive(Debug, Clone)]
pub(crate) struct Luhn {
    /// What the prefix adds to the sum, for numbers with an even and with an odd count of digits.
    prefix: [u32; 2],
    length: Option<usize>,
    /// Bit `d` is set if the number may begin with digit `d`.
    first: u16,
}

impl Luhn {
    /// `prefix` and `first` must consist of digits; an empty `first` allows all digits.
    pub(crate) fn new(prefix: &str, length: Option<usize>, first: &str) -> Self {
        let sum = |parity| {
            let digits = prefix.bytes().rev().enumerate();
            digits.map(|(place, byte)| weigh(byte, (place + parity) % 2 == 1)).sum()
        };
        let bit = |byte: u8| 1_u16 << (byte - b'0');
        let first = first.bytes().fold(0, |bits, byte| bits | bit(byte));
        Self { prefix: [sum(0), sum(1)], length, first: if first == 0 { u16::MAX } else { first } }
    }

    /// Whether the text is a number with the right check digit, length and first digit.
    #[inline]
    pub(crate) fn holds(&self, text: &[u8]) -> bool {
        if self.length.is_some_and(|length| length != text.len()) {
            return false;
        }
        let mut sum = self.prefix[text.len() % 2];
        let mut doubled = false;
        for &byte in text.iter().rev() {
            if !byte.is_ascii_digit() {
                return false;
            }
            sum += weigh(byte, doubled);
            doubled = !doubled;
        }
        let may_begin = text.first().is_some_and(|&byte| self.first >> (byte - b'0') & 1 == 1);
        sum.is_multiple_of(10) && may_begin
    }
}

#[inline]
fn weigh(byte: u8, doubled: bool) -> u32 {
    let digit = byte - b'0';
    if doubled { DOUBLED[usize::from(digit)] } else { u32::from(digit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_checked() {
        let check = |prefix, length, first, text: &str, expected| {
            assert_eq!(Luhn::new(prefix, length, first).holds(text.as_bytes()), expected, "{text}");
        };
        check("80840", Some(10), "12", "1003000126", true);
        check("80840", Some(10), "12", "1003000127", false);
        check("80840", Some(10), "12", "100300012", false);
        check("80840", Some(10), "12", "10030001a6", false);
        check("80840", Some(10), "", "0000000006", true);
        check("80840", Some(10), "12", "0000000006", false);
        check("", None, "", "4111111111111111", true);
        check("", None, "", "79927398713", true);
        check("", None, "", "79927398710", false);
        check("", None, "", "", false);
    }
}
