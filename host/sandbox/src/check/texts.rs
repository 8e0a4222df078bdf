//! Texts and lists: their lengths, and what they may not contain.

use crate::breach::Breach;

/// Checks that a list has at most `limit` entries.
pub(super) fn count<T>(what: &'static str, list: &[T], limit: usize) -> Result<(), Breach> {
    if list.len() <= limit {
        Ok(())
    } else {
        Err(Breach::TooMany { what, count: list.len(), limit })
    }
}

/// Checks that a text has at most `limit` bytes, whatever they are.
pub(super) fn length(what: &'static str, text: &str, limit: usize) -> Result<(), Breach> {
    if text.len() <= limit {
        Ok(())
    } else {
        Err(Breach::TooLong { what, bytes: text.len(), limit })
    }
}

/// Checks a text for people: one line, without control characters.
pub(super) fn line(what: &'static str, text: &str, limit: usize) -> Result<(), Breach> {
    length(what, text, limit)?;
    if text.chars().any(char::is_control) {
        return Err(Breach::Control { what, text: text.chars().take(32).collect() });
    }
    Ok(())
}

/// Checks that a text for people is not blank.
pub(super) fn words(what: &'static str, text: &str, limit: usize) -> Result<(), Breach> {
    if text.trim().is_empty() {
        return Err(Breach::Blank { what });
    }
    line(what, text, limit)
}

/// Checks keys and values.
pub(super) fn extras(extras: &[(String, String)], limits: &crate::Limits) -> Result<(), Breach> {
    count("extras", extras, limits.entries)?;
    extras.iter().try_for_each(|(key, value)| {
        words("the key of an extra", key, limits.name_bytes)?;
        line("the value of an extra", value, limits.text_bytes)
    })
}
