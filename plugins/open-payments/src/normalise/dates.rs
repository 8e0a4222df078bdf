//! Dates as other programs write them.

use std::borrow::Cow;

use assay_sdk::parse;

use super::cell::New;
use crate::columns::DATE_FORMAT;

/// Turns `2016-02-09`, `2016-02-09 00:00:00` and `2/9/2016` into `02/09/2016`. A cell that is not a valid date stays as it is.
pub(super) fn spelling(cell: &[u8]) -> New<'_> {
    if let [_, _, b'/', _, _, b'/', _, _, _, _] = cell {
        return None;
    }
    let written = cell.trim_ascii();
    let new = iso(written).or_else(|| unpadded(written))?;
    parse::date(&new, DATE_FORMAT).map(|_| Cow::Owned(new))
}

fn iso(cell: &[u8]) -> Option<Vec<u8>> {
    let (day, time) = cell.split_at_checked(10)?;
    if !time.is_empty() && !is_midnight(time) {
        return None;
    }
    let [year @ .., b'-', m1, m2, b'-', d1, d2] = day else { return None };
    Some([&[*m1, *m2, b'/', *d1, *d2, b'/'], year].concat())
}

/// Whether the text is ` 00:00:00` or `T00:00:00`, optionally followed by a point and zeros.
fn is_midnight(time: &[u8]) -> bool {
    let [b' ' | b'T', clock @ ..] = time else { return false };
    match clock.strip_prefix(b"00:00:00") {
        Some([]) => true,
        Some([b'.', zeros @ ..]) => !zeros.is_empty() && zeros.iter().all(|&byte| byte == b'0'),
        _ => false,
    }
}

fn unpadded(cell: &[u8]) -> Option<Vec<u8>> {
    let mut parts = cell.split(|&byte| byte == b'/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || month.len() > 2 || day.len() > 2 || year.len() != 4 {
        return None;
    }
    let mut new = Vec::with_capacity(10);
    for part in [month, day] {
        new.resize(new.len() + 2_usize.saturating_sub(part.len()), b'0');
        new.extend_from_slice(part);
        new.push(b'/');
    }
    new.extend_from_slice(year);
    Some(new)
}
