//! Standard output: the one place that prints results.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;

/// Whether results may be coloured: on a terminal that does not ask otherwise.
pub(crate) fn colours() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Prints text. A reader that has gone is no error.
pub(crate) fn text(text: &str) -> Result<()> {
    whole(text.as_bytes())
}

/// Prints an object as JSON, in lines for people.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    whole(&bytes)
}

fn whole(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
