//! Runs steps at the same time, each as a process of its own, with its output in a file until it has ended.
//!
//! Most steps wait for something half of their time: a server that starts, a Spark that plans, a thread that sleeps. One after the other,
//! they keep two cores only half busy.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::measure::{self, Cost};

/// A step to run, by its name.
pub(super) struct Job {
    pub(super) name: &'static str,
    pub(super) command: Command,
    /// The file for its output.
    pub(super) log: PathBuf,
}

/// What is known of a running or ended step.
pub(super) enum Event<'a> {
    Started { name: &'static str, log: &'a Path },
    Ended { name: &'static str, log: &'a Path, failed: bool, cost: Cost },
}

/// Runs all jobs, at most `at_once` at the same time, in their order. A failing job doesn't stop the others. `tell` is called for each
/// event, by this thread.
pub(super) fn run(
    jobs: Vec<Job>,
    at_once: usize,
    mut tell: impl FnMut(Event<'_>) -> Result<()>,
) -> Result<()> {
    let queue = Mutex::new(VecDeque::from(jobs));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let (sender, events) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..at_once.max(1) {
            let sender = sender.clone();
            scope.spawn(move || {
                while let Some(Job { name, mut command, log }) = next() {
                    // Sending fails only if the receiver gave up with an error of its own.
                    let _ = sender.send((name, log.clone(), None));
                    let outcome = measure::any(&mut command, &log);
                    let _ = sender.send((name, log, Some(outcome)));
                }
            });
        }
        drop(sender);
        for (name, log, outcome) in events {
            let log = log.as_path();
            match outcome {
                None => tell(Event::Started { name, log })?,
                Some(outcome) => {
                    let (status, cost) =
                        outcome.with_context(|| anyhow!("the step `{name}` could not be run"))?;
                    tell(Event::Ended { name, log, failed: !status.success(), cost })?;
                }
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn shell(folder: &Path, name: &'static str, script: &str) -> Job {
        let mut command = Command::new("sh");
        command.current_dir(folder).args(["-c", script]);
        Job { name, command, log: folder.join(format!("{name}.log")) }
    }

    #[test]
    fn jobs_that_wait_for_each_other_both_end() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let waits = |own: &str, other: &str, times: u32| {
            format!(
                "touch {own}; for i in $(seq {times}); do test -e {other} && exit 0; sleep 0.05; done; exit 1"
            )
        };
        let check = |at_once, times, expected: &[&str]| {
            for seen in ["a", "b"] {
                let _ = fs::remove_file(folder.path().join(seen));
            }
            let jobs = vec![
                shell(folder.path(), "first", &waits("a", "b", times)),
                shell(folder.path(), "second", &waits("b", "a", times)),
            ];
            let mut failed = Vec::new();
            run(jobs, at_once, |event| {
                if let Event::Ended { name, failed: true, .. } = event {
                    failed.push(name);
                }
                Ok(())
            })
            .expect("both are run");
            assert_eq!(failed, expected, "{at_once} at once");
        };
        check(2, 1000, &[]);
        // The first waits for a second that has not begun.
        check(1, 4, &["first"]);
    }

    #[test]
    fn a_failure_stops_no_other_and_each_is_told_with_what_it_printed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let jobs = vec![
            shell(folder.path(), "bad", "echo out; echo err >&2; exit 3"),
            shell(folder.path(), "good", "echo fine"),
        ];
        let mut told = Vec::new();
        run(jobs, 1, |event| {
            told.push(match event {
                Event::Started { name, .. } => format!("{name} started"),
                Event::Ended { name, log, failed, cost } => {
                    assert!(cost.wall > 0.0);
                    format!("{name} failed={failed} {:?}", fs::read_to_string(log)?)
                }
            });
            Ok(())
        })
        .expect("both are run");
        let expected = [
            "bad started",
            "bad failed=true \"out\\nerr\\n\"",
            "good started",
            "good failed=false \"fine\\n\"",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let jobs = vec![Job {
            name: "none",
            command: Command::new(folder.path().join("none")),
            log: folder.path().join("log"),
        }];
        let error = run(jobs, 2, |_| Ok(())).expect_err("nothing can be started");
        assert_eq!(error.to_string(), "the step `none` could not be run");
    }
}
