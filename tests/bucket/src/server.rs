//! The server, as used by tests.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::content::Naming;
use crate::faults::Faults;
use crate::log::Request;
use crate::rights::{Action, Keys};
use crate::service::Service;
use crate::state::{About, Object, State};
use crate::wire::Wire;

/// The region assumed by tools if none is set.
pub(crate) const REGION: &str = "us-east-1";

/// An S3 server on the loopback interface, initially empty. Dropping it ends it and all its connections.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    keys: Keys,
    sessions: AtomicU64,
    service: Service,
    wire: Arc<Wire>,
    /// `None` only while being dropped.
    runtime: Option<Runtime>,
}

impl Server {
    /// Starts a server on a free port, with its own threads.
    pub fn start() -> Self {
        Self::over(State::default(), 0, None).expect("a free port")
    }

    /// Starts a server with the state kept in a folder, which is created if missing, for clients with these keys. Everything it has
    /// answered is in the folder, however it ends. Objects are also in memory, and tags are MD5s. A `port` of 0 means any free one. Fails
    /// if the folder cannot be used or the port is taken.
    pub fn in_folder(root: &Path, port: u16, keys: Keys) -> io::Result<Self> {
        let mut state = State::in_folder(root)?;
        state.naming = Naming::Md5;
        Self::over(state, port, Some(keys))
    }

    fn over(state: State, port: u16, keys: Option<Keys>) -> io::Result<Self> {
        // Two threads, as one may be held up by a large body while the other answers.
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("bucket")
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
        let address = listener.local_addr()?;
        // The port makes the keys unique on this machine, so keys of different servers are not confused.
        let keys = keys.unwrap_or_else(|| Keys {
            access_key: format!("KEY{}", address.port()),
            secret_key: format!("secret{}", address.port()),
            session_token: None,
        });
        let service = Service::new(state);
        service.rights.admit(&keys, u64::MAX);
        let mut s3 = S3ServiceBuilder::new(service.clone());
        s3.set_auth(service.rights.clone());
        s3.set_access(service.rights.clone());
        let wire = Arc::new(Wire::new(s3.build(), service.clone()));
        runtime.spawn(Arc::clone(&wire).serve(listener));
        let sessions = AtomicU64::new(0);
        Ok(Self { address, keys, sessions, service, wire, runtime: Some(runtime) })
    }

    /// Address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL: `http://127.0.0.1:port`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Keys that never expire.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Creates temporary keys, which are valid for this many requests; later ones get `ExpiredToken`.
    pub fn session(&self, requests: u64) -> Keys {
        let number = self.sessions.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", self.address.port());
        let keys = Keys {
            access_key: format!("TEMPORARY{name}"),
            secret_key: format!("secret{name}"),
            session_token: Some(format!("token{name}")),
        };
        self.service.rights.admit(&keys, requests);
        keys
    }

    /// Environment variables with which AWS's tools and `assay` find the server and get access.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL_S3", self.endpoint()),
            ("AWS_ACCESS_KEY_ID", self.keys.access_key.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.keys.secret_key.clone()),
            ("AWS_REGION", REGION.to_owned()),
        ]
    }

    /// Creates a bucket.
    pub fn bucket(&self, name: &str) {
        self.service.state().make(name, false);
    }

    /// Creates a bucket that keeps every version of an object.
    pub fn versioned_bucket(&self, name: &str) {
        self.service.state().make(name, true);
    }

    /// Creates a bucket whose readers must agree to pay.
    pub fn requester_pays_bucket(&self, name: &str) {
        self.service.state().create(name).requester_pays = true;
    }

    /// Stores an object without a request, and returns its entity tag without quotes. The bucket must exist.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) -> String {
        let mut state = self.service.state();
        let object = Object::new(bytes.into(), About::default(), state.naming);
        let etag = object.etag.clone();
        state.write(bucket, key, Some(object)).expect("the bucket is there");
        etag
    }

    /// The bytes of an object, if it exists.
    pub fn get(&self, bucket: &str, key: &str) -> Option<Bytes> {
        let mut state = self.service.state();
        let object = state.bucket(bucket).ok()?.current(key)?;
        Some(object.content.whole())
    }

    /// The entity tag of an object without quotes, if it exists.
    pub fn etag(&self, bucket: &str, key: &str) -> Option<String> {
        let mut state = self.service.state();
        Some(state.bucket(bucket).ok()?.current(key)?.etag.clone())
    }

    /// The version ids of an object, oldest first, including delete markers.
    pub fn versions(&self, bucket: &str, key: &str) -> Vec<String> {
        let mut state = self.service.state();
        let versions = state.bucket(bucket).ok().and_then(|bucket| bucket.objects.get(key));
        versions.into_iter().flatten().map(|version| version.id.clone()).collect()
    }

    /// The keys of a bucket's objects, in order; empty if the bucket does not exist.
    pub fn keys_of(&self, bucket: &str) -> Vec<String> {
        let mut state = self.service.state();
        let Ok(bucket) = state.bucket(bucket) else { return Vec::new() };
        let keys = bucket.objects.keys().filter(|key| bucket.current(key).is_some());
        keys.cloned().collect()
    }

    /// Removes an object with all its versions. Returns whether it existed.
    pub fn delete(&self, bucket: &str, key: &str) -> bool {
        self.service.state().remove(bucket, key).unwrap_or_default()
    }

    /// The keys of uploads neither completed nor aborted, once per upload.
    pub fn unfinished_uploads(&self, bucket: &str) -> Vec<String> {
        let mut state = self.service.state();
        let Ok(bucket) = state.bucket(bucket) else { return Vec::new() };
        bucket.uploads.keys().map(|(key, _)| key.clone()).collect()
    }

    /// Sets the maximum number of entries in a page of a list (default: 1,000, as in AWS).
    pub fn page_size(&self, entries: usize) {
        self.service.state().page = Some(entries);
    }

    /// Sets the minimum size in bytes of every part but the last (default: 5 MiB, as in AWS), so that small objects can be uploaded in
    /// parts.
    pub fn least_part(&self, bytes: usize) {
        self.service.state().least_part = Some(bytes);
    }

    /// From now on a completed upload no longer exists: `NoSuchUpload`, as documented by AWS. Otherwise repeating the request succeeds, as
    /// AWS does for a while.
    pub fn forget_completed_uploads(&self) {
        self.service.state().forgetful = true;
    }

    /// Denies an action to everyone: 403 `AccessDenied`. Without [`Action::ListBucket`] a missing key is also answered with 403.
    pub fn deny(&self, action: Action) {
        self.service.rights.deny(action);
    }

    /// Undoes all calls of [`Server::deny`].
    pub fn allow_all(&self) {
        self.service.rights.allow_all();
    }

    /// The faults to apply from now on.
    pub fn faults(&self) -> &Faults {
        &self.wire.faults
    }

    /// All requests so far, in order of arrival.
    pub fn log(&self) -> Vec<Request> {
        self.wire.log.all()
    }

    /// Removes and returns all requests so far.
    pub fn take_log(&self) -> Vec<Request> {
        self.wire.log.take()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Answers that are delayed on purpose must not delay this.
            runtime.shutdown_background();
        }
    }
}
