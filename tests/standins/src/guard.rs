//! A program that never outlives whoever started it, however that ends.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A shell between us and the program. It holds the reading end of a pipe; the kernel closes our end when we end, by SIGKILL too, and
/// then the program is killed and its folder removed. Signals to the whole group, as from the keyboard or from `timeout`, are not for it.
const WATCH: &str = r#"
trap '' INT HUP QUIT TERM
folder=$1
shift
exec 3<&0 </dev/null
"$@" 3<&- &
program=$!
{ cat <&3 >/dev/null; kill -9 $program; } 2>/dev/null &
watch=$!
exec 3<&-
wait $program
kill -9 $watch 2>/dev/null
rm -rf -- "$folder"
"#;

/// A program and the temporary folder it works in.
#[derive(Debug)]
pub(crate) struct Guarded {
    shell: Child,
    folder: PathBuf,
    log: File,
}

impl Guarded {
    /// Starts what `arguments` make of a fresh folder.
    pub(crate) fn start(
        program: &Path,
        environment: &[(&str, &str)],
        arguments: impl FnOnce(&Path) -> io::Result<Vec<String>>,
    ) -> io::Result<Self> {
        let folder = TempDir::with_prefix("assay-stand-in-")?;
        let arguments = arguments(folder.path())?;
        let log = folder.path().join("log.txt");
        let written = File::create(&log)?;
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "sh"]).arg(folder.path()).arg(program).args(arguments);
        command.envs(environment.iter().copied()).current_dir(folder.path());
        command.stdin(Stdio::piped()).stdout(written.try_clone()?).stderr(written);
        let shell = command.spawn()?;
        // From here on the shell removes it.
        Ok(Self { shell, log: File::open(log)?, folder: folder.keep() })
    }

    /// Whether the program still runs.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.shell.try_wait(), Ok(None))
    }

    /// Where it works.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it said so far that was not read yet; after it ended too.
    pub(crate) fn said(&mut self) -> String {
        let mut text = Vec::new();
        // What cannot be read was not said.
        let _ = self.log.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // It ends because its input did; nothing is left to do if it does not.
        let _ = self.shell.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;

    use super::*;

    /// A program that says its number and waits.
    const WAITING: [&str; 2] = ["-c", "echo $$; exec sleep 1000"];

    fn waiting() -> (Guarded, String) {
        let words = WAITING.map(str::to_owned).to_vec();
        let mut guarded = Guarded::start(Path::new("sh"), &[], |_| Ok(words)).expect("a shell");
        let mut said = String::new();
        while !said.ends_with('\n') {
            said += &guarded.said();
        }
        (guarded, said.trim().to_owned())
    }

    fn alive(process: &str) -> bool {
        let mut kill = Command::new("sh");
        kill.args(["-c", &format!("kill -0 {process}")]).stderr(Stdio::null());
        kill.status().expect("a shell").success()
    }

    #[test]
    fn what_is_dropped_is_gone_with_its_folder() {
        let (mut guarded, process) = waiting();
        assert!(alive(&process) && guarded.runs());
        let folder = guarded.folder().to_owned();
        drop(guarded);
        assert!(!alive(&process));
        assert!(!folder.exists());
    }

    #[test]
    fn a_program_that_ends_is_noticed_and_quoted() {
        let words = vec!["-c".to_owned(), "echo no such thing >&2; exit 3".to_owned()];
        let mut guarded = Guarded::start(Path::new("sh"), &[], |_| Ok(words)).expect("a shell");
        while guarded.runs() {}
        assert_eq!(guarded.said(), "no such thing\n");
    }

    #[test]
    fn a_program_is_gone_when_its_starter_is_killed() {
        // The starter is this very test, once more and in another process, which is killed while it waits.
        if std::env::var_os("ASSAY_KILLED").is_some() {
            let (guarded, process) = waiting();
            let told = std::env::var_os("ASSAY_KILLED").expect("it was just there");
            fs::write(told, format!("{process}\n{}\n", guarded.folder().display())).expect("space");
            loop {
                std::thread::park();
            }
        }
        // To it alone, and to its whole group.
        ended_by("kill -s KILL", "");
        ended_by("kill -s TERM --", "-");
    }

    /// Starts the test above in a group of its own, ends it by a shell's command, and waits until nothing of it is left.
    fn ended_by(kill: &str, before: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let told = folder.path().join("told");
        let mut starter = Command::new(std::env::current_exe().expect("this test"));
        starter.process_group(0);
        starter.args(["--exact", "guard::tests::a_program_is_gone_when_its_starter_is_killed"]);
        starter.env("ASSAY_KILLED", &told).stdout(Stdio::null());
        let mut starter = starter.spawn().expect("it starts");
        let text = loop {
            let text = fs::read_to_string(&told).unwrap_or_default();
            if text.lines().count() == 2 && text.ends_with('\n') {
                break text;
            }
        };
        let (process, folder) = text.trim().split_once('\n').expect("two lines");
        assert!(alive(process));
        let kill = format!("{kill} {before}{}", starter.id());
        let killed = Command::new("sh").args(["-c", &kill]).status().expect("a shell").success();
        // Where the command failed nothing of it must stay either.
        starter.kill().expect("it was started here");
        assert!(killed, "`{kill}`");
        starter.wait().expect("it was killed");
        // The shell has to notice. A minute is for machines that are busy beyond reason.
        let begun = std::time::Instant::now();
        while alive(process) || Path::new(folder).exists() {
            assert!(begun.elapsed().as_secs() < 60, "process {process} outlived `{kill}`");
            std::thread::yield_now();
        }
    }
}
