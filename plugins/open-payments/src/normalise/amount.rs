//! Amounts with a currency sign or thousands separators.

use std::borrow::Cow;

use super::cell::New;

/// Turns `$1,234.50` into `1234.50`. A cell that is not a well-formed amount stays as it is: `1,2.50` may be a typing mistake.
pub(super) fn plain(cell: &[u8]) -> New<'_> {
    if cell.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return None;
    }
    let mut rest = cell.trim_ascii();
    let mut new = Vec::with_capacity(rest.len());
    if let Some(tail) = rest.strip_prefix(b"-") {
        new.push(b'-');
        rest = tail;
    }
    rest = rest.strip_prefix(b"$").unwrap_or(rest).trim_ascii_start();
    let point = rest.iter().position(|&byte| byte == b'.').unwrap_or(rest.len());
    let (whole, fraction) = rest.split_at(point);
    let groups: Vec<&[u8]> = whole.split(|&byte| byte == b',').collect();
    let grouped = groups.len() == 1
        || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let decimal = fraction.is_empty() || digits(&fraction[1..]);
    if !grouped || !groups.iter().all(|group| digits(group)) || !decimal {
        return None;
    }
    for group in groups {
        new.extend_from_slice(group);
    }
    new.extend_from_slice(fraction);
    Some(Cow::Owned(new))
}
