//! Percentages as typed and shown.

/// Reads `5%`, `0.5 %` or `100` (percent too) as hundredths of a percent.
pub(crate) fn basis_points(typed: &str) -> Result<u64, String> {
    let expected =
        || format!("`{typed}` is not a percentage; expected one such as `5%` or `99.5%`");
    let number = typed.trim().trim_end_matches('%').trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
        return Err(expected());
    }
    let whole: u64 = whole.parse().map_err(|_| expected())?;
    let hundredths: u64 = format!("{fraction:0<2}").parse().map_err(|_| expected())?;
    whole.checked_mul(100).and_then(|whole| whole.checked_add(hundredths)).ok_or_else(expected)
}

/// Formats hundredths of a percent as a percentage.
pub(crate) fn shown(basis_points: u64) -> String {
    match (basis_points / 100, basis_points % 100) {
        (whole, 0) => format!("{whole} %"),
        (whole, rest) => format!("{whole}.{rest:02} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read() {
        let check = |typed: &str, expected: Option<u64>| {
            assert_eq!(basis_points(typed).ok(), expected, "{typed}");
        };
        check("5%", Some(500));
        check("100", Some(10_000));
        check("0.5 %", Some(50));
        check("99.75%", Some(9_975));
        check("0%", Some(0));
        for wrong in ["", "%", "-5%", "5%%x", "1.234%", "half", "99999999999999999999"] {
            check(wrong, None);
        }
    }
}
