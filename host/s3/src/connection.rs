//! The door: behind it requests are asynchronous, before it they are not.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::client::Inner;
use crate::settings::Settings;

/// Threads that requests are carried out on: one decrypts while the other copies. More would take cores from judging.
const THREADS: usize = 2;

/// A client and what it runs on. Its clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) inner: Arc<Inner>,
    // Last, so that it outlives what runs on it.
    runtime: Arc<Runtime>,
}

impl Connection {
    pub(crate) fn open(settings: Settings) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).thread_name("s3").enable_all().build()?;
        let inner = Arc::new(runtime.block_on(Inner::new(settings))?);
        Ok(Self { inner, runtime: Arc::new(runtime) })
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
