//! The servers, started and asked until they answer.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::guard::Guarded;
use crate::signed::{self, Answer, Request, Signer};
use crate::{moto, versitygw};

/// moto imports half of Python's web before it listens; a busy machine takes ten times the second that an idle one does.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between the time a free port is found and the time a server listens on it, somebody else may take it.
const ATTEMPTS: usize = 4;

/// The one that tools assume where none is named.
const REGION: &str = "us-east-1";

/// A server of S3 on the loopback interface, empty when it starts. Dropping it ends it.
#[derive(Debug)]
pub struct Server {
    process: Guarded,
    address: SocketAddr,
    signer: Signer,
    scheme: Scheme,
}

/// How it is talked to.
#[derive(Debug, Clone, Copy)]
enum Scheme {
    Http,
    /// We speak no TLS ourselves, so buckets and objects are folders and files in [`Server::objects`].
    Https,
}

/// Why a server that is on the machine does not answer.
#[derive(Debug)]
pub struct StartError {
    program: PathBuf,
    said: String,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = if self.said.trim().is_empty() { "nothing" } else { self.said.trim() };
        write!(f, "`{}` does not answer; it said: {said}", self.program.display())
    }
}

impl std::error::Error for StartError {}

impl Server {
    /// Starts versitygw. None where the machine has none, which is said; a panic if `ASSAY_MUST_RUN` demands it.
    pub fn versity() -> Option<Self> {
        let program = demanded("versitygw", versitygw())?;
        Some(Self::start_versity(&program).unwrap_or_else(|error| panic!("{error}")))
    }

    /// Starts moto. None where the machine has none, which is said; a panic if `ASSAY_MUST_RUN` demands it.
    pub fn moto() -> Option<Self> {
        let program = demanded("moto", moto())?;
        Some(Self::start_moto(&program).unwrap_or_else(|error| panic!("{error}")))
    }

    /// Starts the versitygw at a path. It keeps versions of buckets that ask for it, and notes each request.
    pub fn start_versity(program: &Path) -> Result<Self, StartError> {
        start(program, Scheme::Http, |folder, port| versity_words(folder, port, &[]))
    }

    /// The same by TLS, with a certificate for 127.0.0.1 and its key, both in PEM. It is not asked whether it is ours.
    pub fn start_versity_tls(
        program: &Path,
        certificate: &Path,
        key: &Path,
    ) -> Result<Self, StartError> {
        let [certificate, key] = [certificate, key].map(|path| path.display().to_string());
        start(program, Scheme::Https, |folder, port| {
            versity_words(folder, port, &["--cert", &certificate, "--key", &key])
        })
    }

    /// Starts the moto at a path. It lets any signature pass.
    pub fn start_moto(program: &Path) -> Result<Self, StartError> {
        start(program, Scheme::Http, |_, port| {
            let words = ["-H", &Ipv4Addr::LOCALHOST.to_string(), "-p", &port.to_string()];
            Ok(words.map(str::to_owned).to_vec())
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port`, or `https://`.
    pub fn endpoint(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        format!("{scheme}://{}", self.address)
    }

    /// The variables by which AWS's tools and `assay` find the server and may use it.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL_S3", self.endpoint()),
            ("AWS_ACCESS_KEY_ID", self.signer.key.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.signer.secret.clone()),
            ("AWS_REGION", self.signer.region.to_owned()),
        ]
    }

    /// Makes a bucket.
    pub fn bucket(&self, name: &str) -> io::Result<()> {
        self.put(&format!("/{name}"), "", b"").map(drop)
    }

    /// Makes a bucket that keeps each version of an object.
    pub fn versioned_bucket(&self, name: &str) -> io::Result<()> {
        const ON: &[u8] = b"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
        self.bucket(name)?;
        self.put(&format!("/{name}"), "versioning=", ON).map(drop)
    }

    /// Puts a file into a bucket, in one request.
    pub fn upload(&self, bucket: &str, key: &str, file: &Path) -> io::Result<()> {
        let mut file = File::open(file)?;
        let length = file.metadata()?.len();
        let path = format!("/{bucket}/{key}");
        let request = Request { method: "PUT", path: &path, query: "" };
        fine(request, signed::send(self.address, &self.signer, request, (&mut file, length))?)
            .map(drop)
    }

    /// The operations asked of versitygw so far, as AWS names them (`GetObject`), one for each request; moto notes none.
    pub fn operations(&self) -> io::Result<Vec<String>> {
        let log = requests(self.process.folder());
        if !log.exists() {
            return Ok(Vec::new());
        }
        let log = fs::read_to_string(log)?;
        let names = log.lines().filter_map(|line| {
            line.split(' ').find_map(|word| word.strip_prefix("s3_")).map(str::to_owned)
        });
        Ok(names.collect())
    }

    /// The folder that versitygw keeps a bucket's objects in, each a file under its key; `.sgwtmp` is its own.
    pub fn objects(&self, bucket: &str) -> PathBuf {
        self.process.folder().join("objects").join(bucket)
    }

    fn put(&self, path: &str, query: &str, mut body: &[u8]) -> io::Result<String> {
        let request = Request { method: "PUT", path, query };
        let length = body.len() as u64;
        fine(request, signed::send(self.address, &self.signer, request, (&mut body, length))?)
    }

    /// Asks until it answers as only the server can that was given our keys, or does not run any more.
    fn answers(&mut self) -> bool {
        let begun = Instant::now();
        let list = Request { method: "GET", path: "/", query: "" };
        while begun.elapsed() < PATIENCE && self.process.runs() {
            if matches!(self.scheme, Scheme::Https) && TcpStream::connect(self.address).is_ok() {
                return true;
            }
            let answer = signed::send(self.address, &self.signer, list, (&mut io::empty(), 0));
            // Somebody else on this port would answer too, while ours has just found it taken and ended.
            if answer.is_ok_and(|answer| answer.status == 200) && self.process.runs() {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

/// Where versitygw notes requests.
fn requests(folder: &Path) -> PathBuf {
    folder.join("requests.txt")
}

fn fine(request: Request<'_>, answer: Answer) -> io::Result<String> {
    if (200..300).contains(&answer.status) {
        return Ok(answer.text);
    }
    let Request { method, path, .. } = request;
    Err(io::Error::other(format!("{method} {path}: {} {}", answer.status, answer.text)))
}

/// The words that versitygw is started with. It keeps all it has below the folder.
fn versity_words(folder: &Path, port: u16, more: &[&str]) -> io::Result<Vec<String>> {
    let (objects, versions) = (folder.join("objects"), folder.join("versions"));
    fs::create_dir(&objects)?;
    fs::create_dir(&versions)?;
    let server = [
        "--region",
        REGION,
        "--port",
        &format!("{}:{port}", Ipv4Addr::LOCALHOST),
        "--quiet",
        // As AWS does; without it each request takes a connection.
        "--keep-alive",
        "--access-log",
        &requests(folder).display().to_string(),
    ];
    let storage = [
        "posix",
        "--versioning-dir",
        &versions.display().to_string(),
        &objects.display().to_string(),
    ];
    Ok([&server[..], more, &storage].concat().into_iter().map(str::to_owned).collect())
}

fn start(
    program: &Path,
    scheme: Scheme,
    words: impl Fn(&Path, u16) -> io::Result<Vec<String>>,
) -> Result<Server, StartError> {
    let fail = |said: String| StartError { program: program.to_owned(), said };
    let mut last = String::new();
    for _ in 0..ATTEMPTS {
        let started = try_to_start(program, scheme, &words);
        let mut server = started.map_err(|error| fail(error.to_string()))?;
        if server.answers() {
            return Ok(server);
        }
        last = server.process.said();
    }
    Err(fail(last))
}

fn try_to_start(
    program: &Path,
    scheme: Scheme,
    words: impl Fn(&Path, u16) -> io::Result<Vec<String>>,
) -> io::Result<Server> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let unique = unique()?;
    let signer =
        Signer { key: format!("KEY{unique}"), secret: format!("secret{unique}"), region: REGION };
    let environment = [
        ("ROOT_ACCESS_KEY_ID", signer.key.as_str()),
        ("ROOT_SECRET_ACCESS_KEY", signer.secret.as_str()),
    ];
    let process = Guarded::start(program, &environment, |folder| words(folder, address.port()))?;
    Ok(Server { process, address, signer, scheme })
}

/// Different for each server, so that nobody is mistaken for another. Nothing is behind these keys that must be kept from anybody.
fn unique() -> io::Result<String> {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let name = format!("{} {number} {}", std::process::id(), now.as_nanos());
    Ok(assay_digest::sha256(name).short().to_uppercase())
}

/// The program, if it is there, and a word if it is not.
#[expect(
    clippy::print_stderr,
    reason = "whoever reads a test's output must see what it did not do"
)]
fn demanded(name: &str, found: Option<PathBuf>) -> Option<PathBuf> {
    if found.is_none() {
        let must_run = std::env::var("ASSAY_MUST_RUN").unwrap_or_default();
        assert!(!must_run.contains(name), "{name} was here when the tests began");
        eprintln!("SKIPPED: there is no {name}; `cargo xtask setup` gets it");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versitygw_takes_an_unknown_key_for_something_missing() {
        let Some(server) = Server::versity() else { return };
        server.bucket("lake").expect("a bucket");
        let ask = |signer: &Signer| {
            let list = Request { method: "GET", path: "/lake", query: "" };
            let answer = signed::send(server.address, signer, list, (&mut io::empty(), 0));
            let answer = answer.expect("an answer");
            let code = answer.text.split_once("<Code>").and_then(|(_, rest)| rest.split_once('<'));
            (answer.status, code.map(|(code, _)| code.to_owned()).unwrap_or_default())
        };
        let check = |signer: &Signer, status, code: &str| {
            assert_eq!(ask(signer), (status, code.to_owned()), "{signer:?}");
        };
        let right = &server.signer;
        check(right, 200, "");
        check(
            &Signer { secret: "wrong".to_owned(), ..right.clone() },
            403,
            "SignatureDoesNotMatch",
        );
        // AWS documents 403 and `InvalidAccessKeyId`. Tests of what refused keys lead to need a wrong secret, not a wrong key.
        check(&Signer { key: "UNKNOWN".to_owned(), ..right.clone() }, 404, "XAdminUserNotFound");
    }
}
