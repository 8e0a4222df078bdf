//! The door: from here on everything is synchronous.

use std::future::Future;
use std::io;
use std::sync::Arc;

use assay_store::blob::Blob;
use bytes::Bytes;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::address::{Address, BadAddress};
use crate::client::Inner;
use crate::error::S3Error;
use crate::object::ObjectBlob;
use crate::put::Condition;
use crate::requests::Requests;
use crate::settings::Settings;
use crate::store::S3Store;

/// Threads that requests are carried out on: one decrypts while the other copies. More would take cores from judging.
const THREADS: usize = 2;

/// A way to S3. Its clones are the same one: they share connections, the budget of repetitions and that of memory.
#[derive(Debug, Clone)]
pub struct S3 {
    pub(crate) inner: Arc<Inner>,
    // Last, so that it outlives what runs on it.
    runtime: Arc<Runtime>,
}

impl S3 {
    /// Looks for keys and the region as AWS's own tools do. Nothing is sent to S3.
    pub fn connect(settings: Settings) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("s3")
            .enable_all()
            .build()?;
        let inner = Arc::new(runtime.block_on(Inner::new(settings)));
        Ok(Self { inner, runtime: Arc::new(runtime) })
    }

    /// Opens an object to be read. One request finds out how long it is and which state of it this is; all that is read later is of that state.
    pub fn open(&self, address: &Address) -> io::Result<Arc<dyn Blob>> {
        let ranges = self.inner.settings.memory.ranges;
        let blob = ObjectBlob::open(self.clone(), address, ranges).map_err(S3Error::into_io)?;
        Ok(Arc::new(blob))
    }

    /// Writes an object, whatever was there before: for documents that a user names.
    pub fn write(&self, address: &Address, bytes: &[u8]) -> io::Result<()> {
        let bytes = Bytes::copy_from_slice(bytes);
        let put = self.inner.put(address, bytes, Condition::Always);
        self.wait(put).map(drop).map_err(S3Error::into_io)
    }

    /// A store of everything below `root`. Nothing is sent to S3.
    pub fn store(&self, root: Address) -> Result<S3Store, BadAddress> {
        Ok(S3Store::new(self.clone(), root.root()?))
    }

    /// What was sent so far.
    pub fn requests(&self) -> Requests {
        self.inner.requests.so_far()
    }

    /// Waits for what is asynchronous.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// To start what nobody waits for yet.
    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }
}
