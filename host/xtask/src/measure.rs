//! The cost of one run of a program, as reported by the kernel.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use wait4::Wait4;

/// Lines of a failed program's output to repeat.
const TAIL: usize = 15;

/// The cost of a run, including child processes that it waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// CPU seconds, user and system, over all threads.
    pub(crate) cpu: f64,
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Peak resident memory of any one process, in megabytes.
    pub(crate) peak: f64,
}

/// Runs a program to its end, with its output in `log`. An error quotes the end of what it printed.
pub(crate) fn run(command: &mut Command, log: &Path) -> Result<Cost> {
    let (status, cost) = any(command, log)?;
    if !status.success() {
        let said = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n  ");
        bail!("it ended with {status}\n  {tail}");
    }
    Ok(cost)
}

/// Runs a program to its end, however that is, with its output in `log`.
pub(crate) fn any(command: &mut Command, log: &Path) -> Result<(ExitStatus, Cost)> {
    let written =
        File::create(log).with_context(|| format!("cannot create `{}`", log.display()))?;
    let errors = written.try_clone().context("cannot write to the log twice")?;
    command.stdin(Stdio::null()).stdout(written).stderr(errors);
    let start = Instant::now();
    let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    let used = child.wait4().with_context(|| format!("cannot wait for {command:?}"))?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    Ok((used.status, Cost { cpu, wall, peak: megabytes(used.rusage.maxrss) }))
}

/// CPU seconds used by this process so far, including child processes that it waited for, and what cargo compiled before it became
/// this process.
pub(crate) fn cpu() -> Result<f64> {
    let mut sum = 0.0;
    for who in [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN] {
        let used = getrusage(who).context("the system does not say what was used")?;
        sum += seconds(used.user_time()) + seconds(used.system_time());
    }
    Ok(sum)
}

fn seconds(time: TimeVal) -> f64 {
    let whole = u64::try_from(time.tv_sec()).unwrap_or_default();
    let micros = u64::try_from(time.tv_usec()).unwrap_or_default();
    (Duration::from_secs(whole) + Duration::from_micros(micros)).as_secs_f64()
}

/// Bytes as megabytes of 1,000,000, rounded down to the kilobyte.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    // Up to four terabytes, which is far more than needed here.
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0
}

/// The median; with an even count, the mean of the two middle values. `None` without values.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_in_the_middle() {
        let check = |values: &[f64], expected: Option<f64>| {
            let found = median(values.iter().copied());
            assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{values:?}");
        };
        check(&[], None);
        check(&[3.0], Some(3.0));
        check(&[3.0, 1.0], Some(2.0));
        check(&[9.0, 1.0, 2.0], Some(2.0));
    }

    #[test]
    fn a_program_that_fails_is_quoted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; echo second >&2; exit 3"]);
        let error = run(&mut command, &folder.path().join("log")).expect_err("it fails");
        assert_eq!(error.to_string(), "it ended with exit status: 3\n  first\n  second");
    }

    #[test]
    fn what_children_took_is_counted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("sh");
        // A loop in a shell that its parent shell waits for.
        command.args(["-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; true"]);
        let cost = run(&mut command, &folder.path().join("log")).expect("it runs");
        assert!(cost.cpu > 0.01, "{cost:?}");
        assert!(cost.peak > 0.1, "{cost:?}");
    }
}
