//! The storage under a lake: a disk, or a bucket on one of several servers. The same list of cases must pass on all.

use std::fmt;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use assay_s3::{Address, Keys, Patience, S3, Settings};
use assay_standins::Server;

/// Where a lake is stored.
#[derive(Debug, Clone, Copy)]
pub enum Ground {
    /// In a folder.
    Disk,
    /// In a bucket.
    Bucket(&'static Endpoint),
}

impl Ground {
    /// Those available on this machine; missing ones are reported.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Disk, Self::Bucket(Endpoint::own())];
        all.extend(Endpoint::versity().map(Self::Bucket));
        all
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk => f.write_str("disk"),
            Self::Bucket(endpoint) => f.write_str(endpoint.name),
        }
    }
}

/// A server that lives as long as the tests.
#[derive(Debug)]
pub struct Endpoint {
    name: &'static str,
    environment: Vec<(&'static str, String)>,
    s3: S3,
    prefixes: AtomicU64,
}

/// The bucket for all lakes.
const BUCKET: &str = "lakes";

impl Endpoint {
    /// A third implementation of the API, if this machine has it. It is slow, so it is used for answers rather than bytes.
    pub fn moto() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<(Server, Endpoint)>> = OnceLock::new();
        let server = SERVER.get_or_init(|| {
            let server = Server::moto()?;
            server.bucket(BUCKET).expect("a bucket");
            let endpoint = Self::of("moto", server.environment().to_vec());
            Some((server, endpoint))
        });
        server.as_ref().map(|(_, endpoint)| endpoint)
    }

    /// Our own server.
    pub fn own() -> &'static Self {
        static SERVER: OnceLock<(assay_bucket::Server, Endpoint)> = OnceLock::new();
        let (_, endpoint) = SERVER.get_or_init(|| {
            let server = assay_bucket::Server::start();
            server.bucket(BUCKET);
            let endpoint = Self::of("a bucket in process", server.environment().to_vec());
            (server, endpoint)
        });
        endpoint
    }

    /// An independent server, if this machine has it.
    pub fn versity() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<(Server, Endpoint)>> = OnceLock::new();
        let server = SERVER.get_or_init(|| {
            let server = Server::versity()?;
            server.bucket(BUCKET).expect("a bucket");
            let endpoint = Self::of("versitygw", server.environment().to_vec());
            Some((server, endpoint))
        });
        server.as_ref().map(|(_, endpoint)| endpoint)
    }

    fn of(name: &'static str, environment: Vec<(&'static str, String)>) -> Self {
        let value = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.expect("it is set").1.clone()
        };
        let keys = Keys {
            access_key: value("AWS_ACCESS_KEY_ID"),
            secret_key: value("AWS_SECRET_ACCESS_KEY"),
            session_token: None,
        };
        let settings = Settings {
            endpoint: Some(value("AWS_ENDPOINT_URL_S3")),
            region: Some(value("AWS_REGION")),
            keys: Some(keys),
            patience: Patience::default(),
            ..Settings::default()
        };
        let s3 = S3::connect(settings).expect("threads");
        Self { name, environment, s3, prefixes: AtomicU64::new(0) }
    }

    /// The environment variables with which `assay` finds it.
    pub fn environment(&self) -> &[(&'static str, String)] {
        &self.environment
    }

    /// Access to it.
    pub fn s3(&self) -> &S3 {
        &self.s3
    }

    /// A prefix that nobody else uses.
    pub(crate) fn fresh(&self) -> Address {
        let number = self.prefixes.fetch_add(1, Ordering::Relaxed);
        address(&format!("s3://{BUCKET}/lake-{number}"))
    }

    /// Uploads a file as an input for the lake.
    pub(crate) fn place(&self, lake: &Address, file: &Path) -> Address {
        let name = file.file_name().expect("files have names").to_string_lossy();
        let number = self.prefixes.fetch_add(1, Ordering::Relaxed);
        let place = address(&format!("s3://{BUCKET}/inputs/{}/{number}/{name}", lake.name()));
        let bytes = std::fs::read(file).expect("a readable file");
        self.s3.write(&place, &bytes).expect("it is taken");
        place
    }
}

fn address(text: &str) -> Address {
    Address::new(text).expect("an address")
}
