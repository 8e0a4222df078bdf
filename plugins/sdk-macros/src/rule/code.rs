//! Checks that a rule's code is one that the contract allows.

use syn::LitStr;

/// Prefixes of the host's own rules.
const HOST: [&str; 4] = ["csv.", "type.", "file.", "plugin."];

/// The longest code, in bytes: it is a key in every report and a cell of every finding.
const MOST_BYTES: usize = 64;

pub(super) fn check(code: &LitStr) -> syn::Result<()> {
    let text = code.value();
    let refuse = |message: String| Err(syn::Error::new(code.span(), message));
    if let Some(prefix) = HOST.iter().find(|prefix| text.starts_with(*prefix)) {
        return refuse(format!(
            "codes that begin with `{prefix}` are the host's own; choose another"
        ));
    }
    let bytes = text.as_bytes();
    let fits = bytes.len() <= MOST_BYTES
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    if fits {
        return Ok(());
    }
    let mut proposed: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' })
        .collect();
    proposed.truncate(MOST_BYTES);
    let proposed = proposed
        .trim_matches(|c: char| !c.is_ascii_alphanumeric())
        .trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let help = if proposed.is_empty() { String::new() } else { format!(", such as `{proposed}`") };
    refuse(format!(
        "`{text}` is not a rule code; expected 1 to {MOST_BYTES} letters, digits, `-` and `.`, beginning with a letter and ending with a letter or digit{help}"
    ))
}
