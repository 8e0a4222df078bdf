//! One file for each command.

pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod keygen;
pub(crate) mod lint;
pub(crate) mod lock;
pub(crate) mod new;
pub(crate) mod pack;
pub(crate) mod package;
#[cfg(feature = "registry")]
pub(crate) mod pull;
#[cfg(feature = "registry")]
pub(crate) mod push;
pub(crate) mod rules;
pub(crate) mod run;
pub(crate) mod sample;
pub(crate) mod sign;
pub(crate) mod test;
pub(crate) mod trial;
pub(crate) mod verify;

mod judge;
mod plugin;

/// An error with its causes, each on a line, and last what to do.
pub(crate) fn explain(error: &anyhow::Error) -> String {
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
