//! A bucket behind a network that does not behave. The server is this very program in another process, whose memory is its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use assay_bucket::{Fault, Server};
use assay_pipeline::{Input, MemoryLimit};
use assay_s3::{Address, Keys, Memory, Patience, S3, Settings};

/// The file that the other process serves.
const FILE: &str = "ASSAY_SERVED_FILE";

/// What it says before it says where it is.
const SERVING: &str = "serving at ";

/// Within a range of 8 MiB: what has come is in memory when the rest does not.
const HALF: u64 = 4 << 20;

/// What the other process does, until its standard input ends: it serves the file that [`FILE`] names. Says whether this is that process.
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

/// A server that fails every third request: by 503, by a body that stalls, by one that breaks off.
pub(crate) struct BadServer {
    process: Child,
    /// It says more at its end.
    _said: BufReader<ChildStdout>,
    endpoint: String,
    keys: Keys,
}

impl BadServer {
    /// Serves a file: `test`, which asks [`serve_if_asked`] first, is run in another process.
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

    /// A way to it, by which a run that may take so much memory reads and writes.
    pub(crate) fn connect(&self, memory: MemoryLimit) -> S3 {
        S3::connect(Settings {
            endpoint: Some(self.endpoint.clone()),
            region: Some("us-east-1".to_owned()),
            keys: Some(self.keys.clone()),
            memory: Memory::of(memory.bytes()),
            patience: Patience {
                pause: Duration::from_millis(20),
                // What stalls is given up after that: long for 8 MiB on this machine, be it busy.
                attempt: Duration::from_secs(2),
                ..Patience::default()
            },
            ..Settings::default()
        })
        .expect("threads")
    }

    /// The file, as if it had its name.
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
