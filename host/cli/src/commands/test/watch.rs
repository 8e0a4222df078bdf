//! `--watch`: test again whenever a page, a case or the component changes.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, Result};
use assay_model::shown;
use notify::{RecursiveMode, Watcher};

use crate::args::TestArgs;
use crate::commands::plugin;
use crate::complaint::{complain, complain_of_error, reasons};
use crate::exit::ExitStatus;

/// Quiet period after a change. 200 ms: editors and compilers write a file in several steps.
const QUIET: Duration = Duration::from_millis(200);

/// Runs once, and again after each change, until interrupted.
pub(crate) fn run(args: &TestArgs, once: impl Fn() -> Result<ExitStatus>) -> Result<ExitStatus> {
    let (send, changes) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Ignore reads: the tests themselves read everything.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            // Nobody listens any more when the program ends.
            let _ = send.send(());
        }
    })
    .context("cannot watch files for changes")?;
    let mut folders: Vec<PathBuf> = vec![args.plugin.dir.to_path_buf()];
    if let Ok(found) = plugin::find(&args.plugin) {
        folders.extend(found.component.parent().map(PathBuf::from));
    }
    for folder in &folders {
        watcher
            .watch(folder, RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch `{}` for changes", shown(folder.display())))?;
    }
    loop {
        // A mistake while editing must not end the watch.
        if let Err(error) = once() {
            complain_of_error(&reasons(&error));
        }
        complain("waiting for changes; Ctrl-C ends it");
        if changes.recv().is_err() {
            return Ok(ExitStatus::Success);
        }
        loop {
            match changes.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Ok(ExitStatus::Success),
            }
        }
    }
}
