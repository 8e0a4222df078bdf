//! The boundary between synchronous callers and asynchronous requests.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::client::Inner;
use crate::settings::Settings;

/// Threads that carry out requests: one decrypts while the other copies. More would take cores from judging.
const THREADS: usize = 2;

/// A client and the runtime it uses. Clones share both.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) inner: Arc<Inner>,
    // Declared last, so that it outlives everything that runs on it.
    runtime: Arc<Runtime>,
}

impl Connection {
    pub(crate) fn open(settings: Settings) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).thread_name("s3").enable_all().build()?;
        let inner = Arc::new(runtime.block_on(Inner::new(settings))?);
        Ok(Self { inner, runtime: Arc::new(runtime) })
    }

    /// Blocks until `work` is done.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Handle for starting work that nobody waits for yet.
    pub(crate) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }
}
