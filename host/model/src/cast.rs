//! Strict parsing of text into integers, decimals and dates: a cell that does not match exactly does not parse.

use std::fmt;

/// Why a cell did not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CastError {
    /// It is not written in the format of the type.
    Shape,
    /// It is in the right format but is not a value: 02/30, or a number too large.
    Range,
}

/// Parses `-?[0-9]+` into 64 bits. No plus sign, spaces or separators.
pub fn parse_integer(cell: &[u8]) -> Result<i64, CastError> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    let magnitude = parse_digits(digits)?;
    signed(negative, magnitude)
}

/// Parses `-?[0-9]+(\.[0-9]{1,scale})?` into the number times ten to the power of `scale`. More digits after the point than `scale`
/// are out of range, even if they are zeros: money is never rounded.
pub fn parse_decimal(cell: &[u8], scale: u8) -> Result<i64, CastError> {
    let (negative, rest) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    let (whole, fraction) = match rest.iter().position(|&b| b == b'.') {
        Some(point) => (&rest[..point], Some(&rest[point + 1..])),
        None => (rest, None),
    };
    let mut value = parse_digits(whole)?;
    let fraction = match fraction {
        None => &[],
        Some([]) => return Err(CastError::Shape),
        Some(digits) if !digits.iter().all(u8::is_ascii_digit) => return Err(CastError::Shape),
        Some(digits) if digits.len() > usize::from(scale) => return Err(CastError::Range),
        Some(digits) => digits,
    };
    for place in 0..usize::from(scale) {
        let digit = fraction.get(place).map_or(0, |b| u64::from(b - b'0'));
        value = value.checked_mul(10).and_then(|v| v.checked_add(digit)).ok_or(CastError::Range)?;
    }
    signed(negative, value)
}

fn parse_digits(digits: &[u8]) -> Result<u64, CastError> {
    if digits.is_empty() {
        return Err(CastError::Shape);
    }
    let mut value: u64 = 0;
    let mut overflow = false;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(CastError::Shape);
        }
        match value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit))) {
            Some(next) => value = next,
            None => overflow = true,
        }
    }
    if overflow { Err(CastError::Range) } else { Ok(value) }
}

fn signed(negative: bool, magnitude: u64) -> Result<i64, CastError> {
    let value = i64::try_from(magnitude).map_err(|_| CastError::Range)?;
    Ok(if negative { -value } else { value })
}

/// A decimal for display and for sums: `unscaled` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The number times ten to the power of `scale`. 128 bits, so that the sums of any file fit.
    pub unscaled: i128,
    /// Digits after the point.
    pub scale: u8,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let digits = self.unscaled.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let unit = 10_u128.pow(u32::from(self.scale));
        write!(
            f,
            "{sign}{}.{:0width$}",
            digits / unit,
            digits % unit,
            width = usize::from(self.scale)
        )
    }
}

/// How a column's dates are written: `%Y`, `%m` and `%d` once each, with literal characters between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DateFormat {
    pattern: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Year,
    Month,
    Day,
    Literal(u8),
}

/// The pattern is not a date format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormatError;

impl fmt::Display for DateFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `%Y`, `%m` and `%d` once each with plain characters between, such as `%m/%d/%Y`")
    }
}

impl std::error::Error for DateFormatError {}

impl DateFormat {
    /// Parses a pattern such as `%m/%d/%Y`.
    pub fn new(pattern: &str) -> Result<Self, DateFormatError> {
        let mut parts = Vec::new();
        let mut bytes = pattern.bytes();
        while let Some(byte) = bytes.next() {
            parts.push(match byte {
                b'%' => match bytes.next() {
                    Some(b'Y') => Part::Year,
                    Some(b'm') => Part::Month,
                    Some(b'd') => Part::Day,
                    _ => return Err(DateFormatError),
                },
                byte if byte.is_ascii_digit() || !byte.is_ascii() => return Err(DateFormatError),
                byte => Part::Literal(byte),
            });
        }
        let once = |part| parts.iter().filter(|&&p| p == part).count() == 1;
        if once(Part::Year) && once(Part::Month) && once(Part::Day) {
            Ok(Self { pattern: pattern.to_owned(), parts })
        } else {
            Err(DateFormatError)
        }
    }

    /// The pattern that was parsed.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Parses a date into days since 1970-01-01. It takes four digits for the year and two each for month and day, and accepts the
    /// calendar's dates from 0001-01-01 to 9999-12-31.
    pub fn parse(&self, cell: &[u8]) -> Result<i32, CastError> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = cell;
        for part in &self.parts {
            match part {
                Part::Year => year = take_number(&mut rest, 4)?,
                Part::Month => month = take_number(&mut rest, 2)?,
                Part::Day => day = take_number(&mut rest, 2)?,
                Part::Literal(byte) => match rest {
                    [first, tail @ ..] if first == byte => rest = tail,
                    _ => return Err(CastError::Shape),
                },
            }
        }
        if !rest.is_empty() {
            return Err(CastError::Shape);
        }
        days_from_civil(year, month, day).ok_or(CastError::Range)
    }
}

fn take_number(rest: &mut &[u8], digits: usize) -> Result<i32, CastError> {
    let (number, tail) = rest.split_at_checked(digits).ok_or(CastError::Shape)?;
    *rest = tail;
    number.iter().try_fold(0, |value, byte| match byte {
        b'0'..=b'9' => Ok(value * 10 + i32::from(byte - b'0')),
        _ => Err(CastError::Shape),
    })
}

/// The years that every reader supports. SQL, Python and Redshift have no year 0, and one such cell makes a whole file unreadable
/// for pandas and Polars.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// Howard Hinnant's algorithm; `None` if the calendar does not have that day.
fn days_from_civil(year: i32, month: i32, day: i32) -> Option<i32> {
    if !YEARS.contains(&year) {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Formats days since 1970-01-01 as `YYYY-MM-DD`.
pub fn format_date(days: i32) -> String {
    let days = i64::from(days) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_parse_exactly_or_not_at_all() {
        let check = |cell: &str, expected| {
            assert_eq!(parse_decimal(cell.as_bytes(), 2), expected, "{cell}");
        };
        check("90.87", Ok(9087));
        check("90.8", Ok(9080));
        check("90", Ok(9000));
        check("-0.05", Ok(-5));
        check("000012.00", Ok(1200));
        check("", Err(CastError::Shape));
        check("-", Err(CastError::Shape));
        check(".5", Err(CastError::Shape));
        check("5.", Err(CastError::Shape));
        check("+5", Err(CastError::Shape));
        check("$5", Err(CastError::Shape));
        check("1,200.00", Err(CastError::Shape));
        check("1E+11", Err(CastError::Shape));
        check(" 5", Err(CastError::Shape));
        check("5.123", Err(CastError::Range));
        check("5.x", Err(CastError::Shape));
        check("92233720368547758.07", Ok(i64::MAX));
        check("92233720368547758.08", Err(CastError::Range));
        check("99999999999999999999999", Err(CastError::Range));
    }

    #[test]
    fn integers_parse_exactly_or_not_at_all() {
        let check =
            |cell: &str, expected| assert_eq!(parse_integer(cell.as_bytes()), expected, "{cell}");
        check("1", Ok(1));
        check("-7", Ok(-7));
        check("007", Ok(7));
        check("9223372036854775807", Ok(i64::MAX));
        check("9223372036854775808", Err(CastError::Range));
        check("1.0", Err(CastError::Shape));
        check("one", Err(CastError::Shape));
        check("", Err(CastError::Shape));
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        let us = DateFormat::new("%m/%d/%Y").unwrap();
        let check =
            |cell: &str, expected| assert_eq!(us.parse(cell.as_bytes()), expected, "{cell}");
        check("01/01/1970", Ok(0));
        check("02/29/2016", Ok(16_860));
        check("12/31/1969", Ok(-1));
        check("11/30/0002", Ok(-718_464));
        check("01/01/0001", Ok(-719_162));
        check("12/31/9999", Ok(2_932_896));
        check("01/01/0000", Err(CastError::Range));
        check("12/31/0000", Err(CastError::Range));
        check("01/01/10000", Err(CastError::Shape));
        check("02/29/2015", Err(CastError::Range));
        check("13/01/2016", Err(CastError::Range));
        check("00/10/2016", Err(CastError::Range));
        check("2/9/2016", Err(CastError::Shape));
        check("02/09/2016 ", Err(CastError::Shape));
        check("2016-02-09", Err(CastError::Shape));
    }

    #[test]
    fn dates_survive_the_way_there_and_back() {
        let iso = DateFormat::new("%Y-%m-%d").unwrap();
        for days in (-719_000..2_900_000).step_by(37) {
            assert_eq!(iso.parse(format_date(days).as_bytes()), Ok(days));
        }
    }

    #[test]
    fn date_formats_name_each_part_once() {
        for bad in ["", "%m/%d", "%m/%d/%Y/%Y", "%m/%d/%y", "%", "%Y5%m%d"] {
            assert_eq!(DateFormat::new(bad), Err(DateFormatError), "{bad}");
        }
        assert!(DateFormat::new("%Y%m%d").is_ok());
    }

    #[test]
    fn decimals_print_all_their_digits() {
        let check = |unscaled, scale, expected: &str| {
            assert_eq!(Decimal { unscaled, scale }.to_string(), expected);
        };
        check(48_428_377, 2, "484283.77");
        check(5, 2, "0.05");
        check(-5, 2, "-0.05");
        check(12, 0, "12");
    }
}
