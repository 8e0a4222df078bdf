//! The server as a test holds it.

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

/// The region that tools assume where none is named.
pub(crate) const REGION: &str = "us-east-1";

/// An S3 server on the loopback interface, empty when it starts. Dropping it ends it and all its connections.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    keys: Keys,
    sessions: AtomicU64,
    service: Service,
    wire: Arc<Wire>,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl Server {
    /// Starts a server on a free port, with threads of its own.
    pub fn start() -> Self {
        Self::over(State::default(), 0, None).expect("a free port")
    }

    /// Starts a server over what a folder keeps, made if it is not there, for whoever has these keys. All that it answers is in the folder then, however it
    /// ends. Objects are in memory as well, and tags are MD5s. `port` is any free one if it is 0.
    pub fn in_folder(root: &Path, port: u16, keys: Keys) -> io::Result<Self> {
        let mut state = State::in_folder(root)?;
        state.naming = Naming::Md5;
        Self::over(state, port, Some(keys))
    }

    fn over(state: State, port: u16, keys: Option<Keys>) -> io::Result<Self> {
        // Two: one may be held up by a large body while the other answers.
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("bucket")
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
        let address = listener.local_addr()?;
        // Others on this machine have other ports, so nobody's keys are taken for another's.
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

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:port`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Keys that are good for ever.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Temporary keys: good for so many requests, then `ExpiredToken`.
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

    /// The variables by which AWS's tools and `assay` find the server and may use it.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL_S3", self.endpoint()),
            ("AWS_ACCESS_KEY_ID", self.keys.access_key.clone()),
            ("AWS_SECRET_ACCESS_KEY", self.keys.secret_key.clone()),
            ("AWS_REGION", REGION.to_owned()),
        ]
    }

    /// Makes a bucket.
    pub fn bucket(&self, name: &str) {
        self.service.state().make(name, false);
    }

    /// Makes a bucket that keeps each version of an object.
    pub fn versioned_bucket(&self, name: &str) {
        self.service.state().make(name, true);
    }

    /// Makes a bucket whose readers have to say that they pay.
    pub fn requester_pays_bucket(&self, name: &str) {
        self.service.state().create(name).requester_pays = true;
    }

    /// Puts an object, without a request. Gives its entity tag, without quotes. The bucket must be there.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) -> String {
        let mut state = self.service.state();
        let object = Object::new(bytes.into(), About::default(), state.naming);
        let etag = object.etag.clone();
        state.write(bucket, key, Some(object)).expect("the bucket is there");
        etag
    }

    /// An object's bytes, if there is one now.
    pub fn get(&self, bucket: &str, key: &str) -> Option<Bytes> {
        let mut state = self.service.state();
        let object = state.bucket(bucket).ok()?.current(key)?;
        Some(object.content.whole())
    }

    /// The entity tag of an object, without quotes, if there is one now.
    pub fn etag(&self, bucket: &str, key: &str) -> Option<String> {
        let mut state = self.service.state();
        Some(state.bucket(bucket).ok()?.current(key)?.etag.clone())
    }

    /// The versions of an object, oldest first, with delete markers.
    pub fn versions(&self, bucket: &str, key: &str) -> Vec<String> {
        let mut state = self.service.state();
        let versions = state.bucket(bucket).ok().and_then(|bucket| bucket.objects.get(key));
        versions.into_iter().flatten().map(|version| version.id.clone()).collect()
    }

    /// The keys of a bucket's objects, in order; none of a bucket that is not there.
    pub fn keys_of(&self, bucket: &str) -> Vec<String> {
        let mut state = self.service.state();
        let Ok(bucket) = state.bucket(bucket) else { return Vec::new() };
        let keys = bucket.objects.keys().filter(|key| bucket.current(key).is_some());
        keys.cloned().collect()
    }

    /// Removes an object with all its versions. Whether there was one.
    pub fn delete(&self, bucket: &str, key: &str) -> bool {
        self.service.state().remove(bucket, key).unwrap_or_default()
    }

    /// The keys of uploads that are neither complete nor aborted, one for each upload.
    pub fn unfinished_uploads(&self, bucket: &str) -> Vec<String> {
        let mut state = self.service.state();
        let Ok(bucket) = state.bucket(bucket) else { return Vec::new() };
        bucket.uploads.keys().map(|(key, _)| key.clone()).collect()
    }

    /// Most entries of a page of a list; AWS's 1,000 if this is not set.
    pub fn page_size(&self, entries: usize) {
        self.service.state().page = Some(entries);
    }

    /// Bytes of each part of an upload but the last at least; AWS's 5 MiB if this is not set. So small objects go in parts.
    pub fn least_part(&self, bytes: usize) {
        self.service.state().least_part = Some(bytes);
    }

    /// From now on an upload that was completed is one that does not exist: `NoSuchUpload`, as AWS documents it. If this is not said, the
    /// same request succeeds again, as AWS answers for a while.
    pub fn forget_completed_uploads(&self) {
        self.service.state().forgetful = true;
    }

    /// Denies an action to everybody: 403 `AccessDenied`. Without [`Action::ListBucket`] a missing key is 403 too.
    pub fn deny(&self, action: Action) {
        self.service.rights.deny(action);
    }

    /// Takes back all [`Server::deny`].
    pub fn allow_all(&self) {
        self.service.rights.allow_all();
    }

    /// What goes wrong from now on.
    pub fn faults(&self) -> &Faults {
        &self.wire.faults
    }

    /// What was asked for so far, in the order of arrival.
    pub fn log(&self) -> Vec<Request> {
        self.wire.log.all()
    }

    /// Forgets what was asked for so far, and gives it.
    pub fn take_log(&self) -> Vec<Request> {
        self.wire.log.take()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Answers that are held back on purpose must not hold this back.
            runtime.shutdown_background();
        }
    }
}
