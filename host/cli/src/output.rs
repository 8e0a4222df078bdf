//! Standard output: the only place that prints results.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::Result;
use assay_model::shown;
use serde::Serialize;

use crate::net::{self, Colours};

/// Whether results may be coloured: on a terminal, unless its settings say otherwise.
pub(crate) fn colours() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Text in a colour, if results are coloured.
pub(crate) fn painted(colours: bool, code: &str, text: &str) -> String {
    if colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Prints text for people. A closed reader is not an error.
pub(crate) fn text(text: &str) -> Result<()> {
    let painted = if colours() { Colours::Painted } else { Colours::Plain };
    whole(net::lines(text, painted).as_bytes())
}

/// Prints text with commands for GitHub Actions, already escaped by the caller.
#[cfg(feature = "author")]
pub(crate) fn commands(text: &str) -> Result<()> {
    whole(text.as_bytes())
}

/// Prints an object as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    whole(net::json(&text).as_bytes())
}

/// Formats a path for people: relative if it is inside the current folder.
pub(crate) fn path(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let inside = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    let path = inside.unwrap_or(path);
    shown(path.strip_prefix(".").unwrap_or(path).display()).to_string()
}

/// Names in backticks: the first few, and how many more there are.
pub(crate) fn names(names: &[String]) -> String {
    /// As many as fit on a terminal line.
    const SHOWN: usize = 3;
    let listed: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", shown(name))).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}

fn whole(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
