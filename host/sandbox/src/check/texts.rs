//! Texts and lists: lengths, and what may not be in them.

use crate::breach::Breach;

/// A list of at most `limit` entries.
pub(super) fn count<T>(what: &'static str, list: &[T], limit: usize) -> Result<(), Breach> {
    if list.len() <= limit {
        Ok(())
    } else {
        Err(Breach::TooMany { what, count: list.len(), limit })
    }
}

/// A text of at most `limit` bytes, whatever is in it.
pub(super) fn length(what: &'static str, text: &str, limit: usize) -> Result<(), Breach> {
    if text.len() <= limit {
        Ok(())
    } else {
        Err(Breach::TooLong { what, bytes: text.len(), limit })
    }
}

/// A text for people: one line, without anything that a terminal obeys.
pub(super) fn line(what: &'static str, text: &str, limit: usize) -> Result<(), Breach> {
    length(what, text, limit)?;
    if text.chars().any(char::is_control) {
        return Err(Breach::Control { what, text: text.chars().take(32).collect() });
    }
    Ok(())
}

/// A text for people that says something.
pub(super) fn words(what: &'static str, text: &str, limit: usize) -> Result<(), Breach> {
    if text.trim().is_empty() {
        return Err(Breach::Blank { what });
    }
    line(what, text, limit)
}

/// Keys and values.
pub(super) fn extras(extras: &[(String, String)], limits: &crate::Limits) -> Result<(), Breach> {
    count("extras", extras, limits.entries)?;
    extras.iter().try_for_each(|(key, value)| {
        words("the key of an extra", key, limits.name_bytes)?;
        line("the value of an extra", value, limits.text_bytes)
    })
}
