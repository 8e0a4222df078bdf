//! S3, for everyone else.

use std::io;
use std::sync::Arc;

use assay_store::blob::Blob;
use bytes::Bytes;

use crate::address::{Address, BadAddress};
use crate::connection::Connection;
use crate::error::S3Error;
use crate::halt::Grace;
use crate::object::ObjectBlob;
use crate::put::Condition;
use crate::requests::Requests;
use crate::settings::Settings;
use crate::store::S3Store;

/// A way to S3. Its clones are the same one: they share connections, the budget of repetitions and that of memory.
#[derive(Debug, Clone)]
pub struct S3(Connection);

impl S3 {
    /// Looks for keys and the region as AWS's own tools do. Nothing is sent to S3.
    pub fn connect(settings: Settings) -> io::Result<Self> {
        Connection::open(settings).map(Self)
    }

    /// Opens an object to be read. One request finds out how long it is and which state of it this is; all that is read later is of that state.
    pub fn open(&self, address: &Address) -> io::Result<Arc<dyn Blob>> {
        let memory = self.0.inner.settings.memory;
        let blob = ObjectBlob::open(self.0.clone(), address, memory).map_err(S3Error::into_io)?;
        Ok(Arc::new(blob))
    }

    /// Writes an object, whatever was there before: for documents that a user names.
    pub fn write(&self, address: &Address, bytes: &[u8]) -> io::Result<()> {
        let bytes = Bytes::copy_from_slice(bytes);
        let put = self.0.inner.put(address, bytes, Condition::Always, Grace::Closing);
        self.0.wait(put).map(drop).map_err(S3Error::into_io)
    }

    /// A store of everything below `root`. Nothing is sent to S3.
    pub fn store(&self, root: Address) -> Result<S3Store, BadAddress> {
        Ok(S3Store::new(self.0.clone(), root.root()?))
    }

    /// What was sent so far.
    pub fn requests(&self) -> Requests {
        self.0.inner.requests.so_far()
    }
}
