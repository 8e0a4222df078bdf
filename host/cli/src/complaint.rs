//! Messages on standard error.

use std::io::Write;

use crate::net::{Colours, lines};

/// Writes a line to standard error. Ignores failure: there is nobody left to tell.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", lines(line, Colours::Plain));
}

/// Reports an error. Mistakes drawn in their files already begin with `error: `.
pub(crate) fn complain_of_error(text: &str) {
    let begin = if text.starts_with("error: ") { "" } else { "error: " };
    complain(&format!("{begin}{text}"));
}

/// An error with its causes, one per line, followed by what to do.
pub(crate) fn reasons(error: &anyhow::Error) -> String {
    let message = error.to_string();
    let (found, help) = match message.find("\nhelp: ") {
        Some(at) => message.split_at(at),
        None => (message.as_str(), ""),
    };
    let mut text = found.to_owned();
    for cause in error.chain().skip(1) {
        text.push_str("\n  because: ");
        text.push_str(&cause.to_string());
    }
    text.push_str(help);
    text
}
