//! A bucket behind an unreliable network. The server is this same program in another process, with memory of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use assay_bucket::{Fault, Server};
use assay_pipeline::{Input, MemoryLimit};
use assay_s3::{Address, Keys, Memory, Patience, S3, Settings};

/// Environment variable that names the file to be served by the other process.
const FILE: &str = "ASSAY_SERVED_FILE";

/// Printed by that process before its address and keys.
const SERVING: &str = "serving at ";

/// Bytes sent before a fault: within a range of 8 MiB, so they are in memory when the rest fails to come.
const HALF: u64 = 4 << 20;

/// Body of the other process, until its standard input ends: serves the file named by [`FILE`]. Returns whether this is that process.
pub(crate) fn serve_if_asked() -> bool {
    let Some(file) = std::env::var_os(FILE) else { return false };
    let server = Server::start();
    server.bucket("lake");
    server.put("lake", "raw", std::fs::read(file).expect("a readable file"));
    server.faults().every(3, [Fault::SlowDown, Fault::StalledBody(HALF), Fault::Truncated(HALF)]);
    let keys = server.keys();
    let mut out = std::io::stdout();
    writeln!(out, "{SERVING}{} {} {}", server.endpoint(), keys.access_key, keys.secret_key)
        .expect("somebody reads");
    let _ = std::io::stdin().read(&mut [0]);
    true
}

/// A server that fails every third request: by a 503, a stalled body or a truncated one.
pub(crate) struct BadServer {
    process: Child,
    /// Kept open, because the process prints more at its end.
    _said: BufReader<ChildStdout>,
    endpoint: String,
    keys: Keys,
}

impl BadServer {
    /// Serves a file: runs `test`, which must call [`serve_if_asked`] first, in another process.
    pub(crate) fn start(test: &str, file: &Path) -> Self {
        let program = std::env::current_exe().expect("it runs");
        let mut process = Command::new(program)
            .args(["--exact", test, "--nocapture"])
            .env(FILE, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts once more");
        let mut said = BufReader::new(process.stdout.take().expect("a pipe"));
        let place = said.by_ref().lines().find_map(|line| {
            let line = line.expect("text");
            line.split_once(SERVING).map(|(_, place)| place.to_owned())
        });
        let place = place.expect("it says where it is");
        let [endpoint, access_key, secret_key] =
            place.split(' ').collect::<Vec<_>>()[..].try_into().expect("three words");
        let keys = Keys {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            session_token: None,
        };
        Self { process, _said: said, endpoint: endpoint.to_owned(), keys }
    }

    /// Access to it, for a run with this memory limit.
    pub(crate) fn connect(&self, memory: MemoryLimit) -> S3 {
        S3::connect(Settings {
            endpoint: Some(self.endpoint.clone()),
            region: Some("us-east-1".to_owned()),
            keys: Some(self.keys.clone()),
            memory: Memory::of(memory.bytes()),
            patience: Patience {
                pause: Duration::from_millis(20),
                // A stalled request is abandoned after this: long for 8 MiB on this machine, even if busy.
                attempt: Duration::from_secs(2),
                ..Patience::default()
            },
            ..Settings::default()
        })
        .expect("threads")
    }

    /// The file as an input, under its original name.
    pub(crate) fn input(s3: &S3, file: &Path) -> Input {
        let object = Address::new("s3://lake/raw").expect("an address");
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        Input::new(s3.open(&object).expect("it is there"), Some(name))
    }
}

impl Drop for BadServer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
