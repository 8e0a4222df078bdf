//! Parses text to numbers and dates exactly as the contract says, for settings, normalise rules, and the batches that
//! tests build. In a run, the host parses.

/// Parses `-?[0-9]+`; `None` if the text differs or does not fit in 64 bits.
pub fn integer(cell: &[u8]) -> Option<i64> {
    decimal(cell, 0)
}

/// Parses `-?[0-9]+(\.[0-9]{1,scale})?` to the number times ten to the power of `scale`; `None` if it differs or does not fit.
pub fn decimal(cell: &[u8], scale: u16) -> Option<i64> {
    let (negative, rest) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    let point = rest.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &[][..]),
    };
    let scale = usize::from(scale);
    if whole.is_empty() || fraction.len() > scale || (point.is_some() && fraction.is_empty()) {
        return None;
    }
    let mut value: i64 = 0;
    let padding = std::iter::repeat_n(&b'0', scale - fraction.len());
    for &byte in whole.iter().chain(fraction).chain(padding) {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
    }
    Some(if negative { -value } else { value })
}

/// Whether `format` has `%Y`, `%m` and `%d` once each, and otherwise only ASCII characters that are not digits.
pub fn is_date_format(format: &str) -> bool {
    let mut bytes = format.bytes();
    let (mut years, mut months, mut days) = (0, 0, 0);
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => match bytes.next() {
                Some(b'Y') => years += 1,
                Some(b'm') => months += 1,
                Some(b'd') => days += 1,
                _ => return false,
            },
            byte if byte.is_ascii_digit() || !byte.is_ascii() => return false,
            _ => {}
        }
    }
    (years, months, days) == (1, 1, 1)
}

/// Parses a date written exactly as `format` says (four digits for the year, two for month and day) to days since 1970-01-01.
pub fn date(cell: &[u8], format: &str) -> Option<i32> {
    let (mut year, mut month, mut day) = (0, 0, 0);
    let mut rest = cell;
    let mut bytes = format.bytes();
    while let Some(byte) = bytes.next() {
        match (byte, if byte == b'%' { bytes.next() } else { None }) {
            (b'%', Some(b'Y')) => year = take(&mut rest, 4)?,
            (b'%', Some(b'm')) => month = take(&mut rest, 2)?,
            (b'%', Some(b'd')) => day = take(&mut rest, 2)?,
            (literal, _) => rest = rest.strip_prefix(&[literal])?,
        }
    }
    if rest.is_empty() { days_of(year, month, day) } else { None }
}

fn take(rest: &mut &[u8], digits: usize) -> Option<i32> {
    let (number, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    number.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + i32::from(byte - b'0'))
    })
}

/// The days from 1970-01-01 to a date of the proleptic Gregorian calendar (years from 0); `None` if there is no such date.
pub fn days_of(year: i32, month: i32, day: i32) -> Option<i32> {
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
    // Years begin in March here, so that the leap day is the last day of the year.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The calendar year of a date, given as days since 1970-01-01.
pub fn year_of(days: i32) -> i32 {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Day 306, counted from 0 on the first of March, is the first of January.
    year_of_era + era * 400 + i32::from(day_of_year >= 306)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_parse_exactly_or_not_at_all() {
        let check = |cell: &str, scale, expected| {
            assert_eq!(decimal(cell.as_bytes(), scale), expected, "{cell}");
        };
        check("90.87", 2, Some(9087));
        check("90.8", 2, Some(9080));
        check("-0.05", 2, Some(-5));
        check("007", 0, Some(7));
        for bad in ["", "-", ".5", "5.", "+5", "$5", "1,2", "1E+11", " 5", "5.123", "5.x"] {
            check(bad, 2, None);
        }
        check("5.", 0, None);
        check("92233720368547758.07", 2, Some(i64::MAX));
        check("92233720368547758.08", 2, None);
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        let check = |cell: &str, expected| {
            assert_eq!(date(cell.as_bytes(), "%m/%d/%Y"), expected, "{cell}");
        };
        check("01/01/1970", Some(0));
        check("02/29/2016", Some(16_860));
        check("11/30/0002", Some(-718_464));
        for bad in ["02/29/2015", "13/01/2016", "2/9/2016", "02/09/2016 ", "2016-02-09", ""] {
            check(bad, None);
        }
    }

    #[test]
    fn years_begin_on_the_first_of_january() {
        for year in [1, 1599, 1600, 1900, 1970, 2000, 2016, 2023, 9999] {
            assert_eq!(year_of(days_of(year, 1, 1).unwrap()), year);
            assert_eq!(year_of(days_of(year, 12, 31).unwrap()), year);
            assert_eq!(year_of(days_of(year, 2, 28).unwrap()), year);
            assert_eq!(year_of(days_of(year, 3, 1).unwrap()), year);
        }
    }
}
