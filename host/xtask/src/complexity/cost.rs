//! The cost of one run of `assay`: seconds and memory reported by the kernel, bytes moved, and instructions counted by valgrind.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use wait4::Wait4;

use crate::shell;

/// Seconds of CPU after which a run is stopped: many times what 64 MiB of any input take.
const PATIENCE: u32 = 60;

/// The same while instructions are counted, which takes thirty times as long.
const PATIENCE_COUNTING: u32 = 1_800;

/// Exit codes of `assay` if it judged the file, refused it, or says why it could not judge it.
const EXPECTED: [i32; 3] = [0, 1, 2];

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cost {
    /// Seconds of CPU, in the program and in the kernel on its behalf.
    pub(super) cpu: f64,
    /// Bytes read from files and written to them.
    pub(super) moved: u64,
    /// Peak resident memory in bytes.
    pub(super) peak: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// As it should: it did what it was asked, or gave a reason.
    Judged,
    /// The file could not be judged, with a reason.
    Refused,
    /// It took longer than [`PATIENCE`].
    Late,
    /// In a way that no run should end.
    Crashed(String),
}

/// Runs a program and measures it.
pub(super) fn measure(program: &Command, log: &Path) -> Result<(Cost, Ended)> {
    let mut command = limited(program, PATIENCE);
    let output = File::create(log).with_context(|| format!("cannot create `{}`", log.display()))?;
    let errors = output.try_clone().context("cannot open the log twice")?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    let id = i32::try_from(child.id()).context("the process id is out of range")?;
    // The bytes moved can be read only until the process is reaped.
    waitid(Id::Pid(Pid::from_raw(id)), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)
        .context("cannot wait for a program")?;
    let moved = moved(&fs::read_to_string(format!("/proc/{id}/io")).unwrap_or_default());
    let used = child.wait4().context("cannot wait for a program")?;
    let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    Ok((Cost { cpu, moved, peak: used.rusage.maxrss }, ended(used.status)))
}

/// Counts the instructions of a program. `None` if it did not finish.
pub(super) fn instructions(program: &Command) -> Result<Option<u64>> {
    let mut counted = Command::new("valgrind");
    // Counting without simulating a cache is the fastest way to count.
    counted.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    counted.arg(program.get_program()).args(program.get_args());
    if let Some(folder) = program.get_current_dir() {
        counted.current_dir(folder);
    }
    let mut counted = limited(&counted, PATIENCE_COUNTING);
    let output = counted.output().context("cannot start valgrind")?;
    let told = refs(&String::from_utf8_lossy(&output.stderr));
    match ended(output.status) {
        Ended::Judged | Ended::Refused => told.map(Some).context("valgrind printed no count"),
        Ended::Late | Ended::Crashed(_) => Ok(None),
    }
}

/// Whether instructions can be counted on this machine.
pub(super) fn can_count() -> bool {
    shell::succeeds(Command::new("valgrind").arg("--version"))
}

/// The same program, stopped after this many seconds of CPU.
fn limited(program: &Command, seconds: u32) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -t {seconds}; exec \"$@\""), "sh"]);
    command.arg(program.get_program()).args(program.get_args());
    if let Some(folder) = program.get_current_dir() {
        command.current_dir(folder);
    }
    command
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(2), _) => Ended::Refused,
        (Some(code), _) if EXPECTED.contains(&code) => Ended::Judged,
        // SIGXCPU, or SIGKILL if that is ignored.
        (_, Some(24 | 9)) => Ended::Late,
        _ => Ended::Crashed(status.to_string()),
    }
}

/// Bytes read and written by system calls, from `/proc/<id>/io`.
fn moved(io: &str) -> u64 {
    let number =
        |key| io.lines().find_map(|line| line.strip_prefix(key)?.trim().parse::<u64>().ok());
    number("rchar:").unwrap_or(0) + number("wchar:").unwrap_or(0)
}

/// `I   refs:      118,263,756`
fn refs(said: &str) -> Option<u64> {
    let line = said
        .lines()
        .find_map(|line| line.split_once("I   refs:").or_else(|| line.split_once("I refs:")))?;
    line.1.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (Cost, Ended) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        measure(&command, &folder.path().join("log")).expect("it runs")
    }

    #[test]
    fn ends_are_told_apart() {
        let check = |script, expected: Ended| assert_eq!(shell(script).1, expected, "{script}");
        check("exit 0", Ended::Judged);
        check("exit 1", Ended::Judged);
        check("exit 2", Ended::Refused);
        check("exit 101", Ended::Crashed("exit status: 101".to_owned()));
        check("kill -XCPU $$", Ended::Late);
        // With or without a core dump.
        let Ended::Crashed(how) = shell("kill -ABRT $$").1 else { panic!("it crashes") };
        assert!(how.starts_with("signal: 6"), "{how}");
    }

    #[test]
    fn bytes_that_were_moved_are_counted() {
        let (small, _) = shell("head -c 100000 /dev/zero > /dev/null");
        let (large, _) = shell("head -c 900000 /dev/zero > /dev/null");
        let more = large.moved - small.moved;
        assert!((1_600_000..1_700_000).contains(&more), "{more}");
    }

    #[test]
    fn what_valgrind_says_is_read() {
        let said = "==1== \n==1== I   refs:      118,263,756\n";
        assert_eq!(refs(said), Some(118_263_756));
        assert_eq!(refs("==1== I refs:   7\n"), Some(7));
        assert_eq!(refs("nothing"), None);
    }
}
