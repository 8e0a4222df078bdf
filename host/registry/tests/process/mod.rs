//! A real registry in a process of its own, on the loopback interface.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A registry that ends with its test.
pub(crate) struct Registry {
    process: Child,
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Registry {
    /// Starts a registry; `None`, with a message, if the machine has none.
    #[expect(
        clippy::print_stderr,
        reason = "whoever reads a test's output must see what it did not do"
    )]
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = port.expect("a free port").port();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            folder.path().join("store").display()
        );
        let path = folder.path().join("config.yml");
        fs::write(&path, config).expect("space");
        // A program that cannot be started is treated as missing, and the other one is tried.
        let process = ["docker-registry", "registry"].iter().find_map(|program| {
            let mut command = Command::new(program);
            command.arg("serve").arg(&path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
        });
        let Some(process) = process else {
            let demanded = std::env::var("ASSAY_MUST_RUN").unwrap_or_default();
            assert!(!demanded.contains("registry"), "it was here when the tests began");
            eprintln!(
                "SKIPPED: there is no registry to push to (Debian: `apt-get install docker-registry`)"
            );
            return None;
        };
        let registry = Self { process, folder, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the registry does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(registry)
    }
}
