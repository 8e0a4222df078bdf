//! A prefix as a store.

mod cleaning;
mod multipart;
mod prefix;
mod upload;
mod written;

use assay_store::{Cleaning, Expected, Found, Key, Object, Store, StoreError, Upload, Version};
use bytes::Bytes;

use self::prefix::Prefix;
use self::upload::S3Upload;
use crate::address::Address;
use crate::connection::Connection;
use crate::fault::Cause;
use crate::put::Condition;

/// Uploads open at the same time: records that pass, quarantined records, findings and repairs.
const UPLOADS: usize = 4;

/// A store of the objects below a prefix.
#[derive(Debug, Clone)]
pub struct S3Store(Prefix);

impl S3Store {
    pub(crate) fn new(s3: Connection, root: Address) -> Self {
        Self(Prefix::new(s3, root))
    }

    /// The prefix.
    pub fn root(&self) -> &Address {
        &self.0.root
    }
}

impl Store for S3Store {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        Ok(Box::new(S3Upload::begin(self.0.clone(), key)))
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        match self.0.s3.wait(self.0.read(key)) {
            Ok(object) => Ok(Some(object)),
            Err(error) if *error.cause() == Cause::NoObject => Ok(None),
            Err(error) => Err(self.0.fault("read", key, error)),
        }
    }

    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        self.0.verify(key, expected)
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        let put = self.0.put(key, Bytes::copy_from_slice(bytes), Condition::Absent);
        match self.0.s3.wait(put) {
            Ok(tag) => Ok(Version::new(tag)),
            Err(error) if *error.cause() == Cause::Condition => {
                Err(StoreError::Exists { key: key.clone() })
            }
            Err(error) => Err(self.0.fault("create", key, error)),
        }
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        let tag = expected.to_string();
        let put = self.0.put(key, Bytes::copy_from_slice(bytes), Condition::Tag(&tag));
        match self.0.s3.wait(put) {
            Ok(tag) => Ok(Version::new(tag)),
            // The object that was read has been replaced or removed.
            Err(error) if matches!(error.cause(), Cause::Condition | Cause::NoObject) => {
                Err(StoreError::Changed { key: key.clone(), expected: expected.clone() })
            }
            Err(error) => Err(self.0.fault("replace", key, error)),
        }
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        match self.0.s3.wait(self.0.remove(key)) {
            Err(error) if *error.cause() != Cause::NoObject => {
                Err(self.0.fault("delete", key, error))
            }
            _ => Ok(()),
        }
    }

    fn memory(&self) -> usize {
        let memory = self.0.s3.inner.settings.memory;
        (UPLOADS + memory.parts) * memory.part_bytes
    }

    fn url(&self, key: &Key) -> String {
        self.0.address(key).to_string()
    }

    fn cleaning(&self) -> Option<&dyn Cleaning> {
        Some(&self.0)
    }
}
