//! S3, as seen by other crates.

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

/// Access to S3. Clones share connections, the repetition budget and the memory budget.
#[derive(Debug, Clone)]
pub struct S3(Connection);

impl S3 {
    /// Looks for keys and a region like AWS's own tools. Sends nothing to S3. Fails if the proxy cannot be used or no threads can be
    /// started.
    pub fn connect(settings: Settings) -> io::Result<Self> {
        Connection::open(settings).map(Self)
    }

    /// Opens an object for reading. One request determines its length and state; all later reads are of that state. Fails if the object
    /// cannot be read.
    pub fn open(&self, address: &Address) -> io::Result<Arc<dyn Blob>> {
        let memory = self.0.inner.settings.memory;
        let blob = ObjectBlob::open(self.0.clone(), address, memory).map_err(S3Error::into_io)?;
        Ok(Arc::new(blob))
    }

    /// Writes an object, replacing any existing one: for documents named by a user. Fails if S3 does not accept it.
    pub fn write(&self, address: &Address, bytes: &[u8]) -> io::Result<()> {
        let bytes = Bytes::copy_from_slice(bytes);
        let put = self.0.inner.put(address, bytes, Condition::Always, Grace::Closing);
        self.0.wait(put).map(drop).map_err(S3Error::into_io)
    }

    /// Returns a store of everything below `root`. Sends nothing to S3. Fails if `root` has a version or is too long.
    pub fn store(&self, root: Address) -> Result<S3Store, BadAddress> {
        Ok(S3Store::new(self.0.clone(), root.root()?))
    }

    /// Returns the number of requests sent so far.
    pub fn requests(&self) -> Requests {
        self.0.inner.requests.so_far()
    }
}
