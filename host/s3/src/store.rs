//! A prefix as a store.

mod cleaning;
mod multipart;
mod upload;
mod written;

use bytes::Bytes;

use assay_store::{Cleaning, Expected, Found, Key, Object, Store, StoreError, Upload, Version};

use self::upload::S3Upload;
use self::written::Written;
use crate::address::Address;
use crate::connection::S3;
use crate::error::{S3Error, Target};
use crate::fault::{Cause, Fault};
use crate::object::ObjectBlob;
use crate::operation::Operation;
use crate::put::Condition;
use crate::settings::PART;

/// Uploads that are open at the same time: records that pass, and those that are held back, with what was found and mended.
const UPLOADS: usize = 4;

/// Ranges in memory while an object is digested: one is looked at, and two are on their way.
const DIGESTED: usize = 3;

/// Objects below a prefix.
#[derive(Debug, Clone)]
pub struct S3Store {
    s3: S3,
    root: Address,
    written: Written,
}

impl S3Store {
    pub(crate) fn new(s3: S3, root: Address) -> Self {
        Self { s3, root, written: Written::default() }
    }

    /// The prefix.
    pub fn root(&self) -> &Address {
        &self.root
    }

    /// Where an object is.
    fn address(&self, key: &Key) -> Address {
        self.root.below(key.as_str())
    }

    /// Writes a small object, and gives its tag.
    async fn put(
        &self,
        key: &Key,
        bytes: Bytes,
        condition: Condition<'_>,
    ) -> Result<String, S3Error> {
        self.s3.inner.put(&self.address(key), bytes, condition).await
    }

    /// Reads a whole object.
    async fn read(&self, key: &Key) -> Result<Object, S3Error> {
        let address = self.address(key);
        let target = Target::new(Operation::GetObject, &address);
        let once = |client: aws_sdk_s3::Client| {
            let request = client
                .get_object()
                .bucket(address.bucket())
                .key(address.key())
                .set_request_payer(self.s3.inner.payer());
            async {
                let answer = request.send().await.map_err(|error| Fault::of(&error))?;
                let (tag, wanted) = (answer.e_tag, answer.content_length);
                let body = answer.body.collect().await.map_err(|error| Fault::broken(&error))?;
                let bytes = body.into_bytes();
                if wanted.is_some_and(|wanted| usize::try_from(wanted) != Ok(bytes.len())) {
                    return Err(Fault::body(format!(
                        "{} bytes came, expected {wanted:?}",
                        bytes.len()
                    )));
                }
                let tag = tag.ok_or_else(|| Fault::body("the answer has no entity tag"))?;
                Ok(Object { bytes: bytes.into(), version: Version::new(tag) })
            }
        };
        self.s3.inner.call(&target, once).await
    }

    async fn remove(&self, key: &Key) -> Result<(), S3Error> {
        let address = self.address(key);
        let target = Target::new(Operation::DeleteObject, &address);
        let once = |client: aws_sdk_s3::Client| {
            let request = client
                .delete_object()
                .bucket(address.bucket())
                .key(address.key())
                .set_request_payer(self.s3.inner.payer());
            async { request.send().await.map(drop).map_err(|error| Fault::of(&error)) }
        };
        self.s3.inner.call(&target, once).await
    }

    fn fault(&self, doing: &'static str, key: &Key, error: S3Error) -> StoreError {
        StoreError::io(doing, &self.address(key), error.into_io())
    }
}

impl Store for S3Store {
    fn upload(&self, key: &Key) -> Result<Box<dyn Upload>, StoreError> {
        Ok(Box::new(S3Upload::begin(self.clone(), key)))
    }

    fn get(&self, key: &Key) -> Result<Option<Object>, StoreError> {
        match self.s3.wait(self.read(key)) {
            Ok(object) => Ok(Some(object)),
            Err(error) if *error.cause() == Cause::NoObject => Ok(None),
            Err(error) => Err(self.fault("read", key, error)),
        }
    }

    fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        let blob = match ObjectBlob::open(self.s3.clone(), &self.address(key), DIGESTED) {
            Ok(blob) => blob,
            Err(error) if *error.cause() == Cause::NoObject => return Ok(Found::Nothing),
            Err(error) => return Err(self.fault("read", key, error)),
        };
        let fault = |source| StoreError::io("read", &self.address(key), source);
        self.written.holds(key, &blob, expected).map_err(fault)
    }

    fn create(&self, key: &Key, bytes: &[u8]) -> Result<Version, StoreError> {
        let put = self.put(key, Bytes::copy_from_slice(bytes), Condition::Absent);
        match self.s3.wait(put) {
            Ok(tag) => Ok(Version::new(tag)),
            Err(error) if *error.cause() == Cause::Condition => {
                Err(StoreError::Exists { key: key.clone() })
            }
            Err(error) => Err(self.fault("create", key, error)),
        }
    }

    fn replace(&self, key: &Key, bytes: &[u8], expected: &Version) -> Result<Version, StoreError> {
        let tag = expected.to_string();
        let put = self.put(key, Bytes::copy_from_slice(bytes), Condition::Tag(&tag));
        match self.s3.wait(put) {
            Ok(tag) => Ok(Version::new(tag)),
            // What was read is not there any more, be it that nothing is.
            Err(error) if matches!(error.cause(), Cause::Condition | Cause::NoObject) => {
                Err(StoreError::Changed { key: key.clone(), expected: expected.clone() })
            }
            Err(error) => Err(self.fault("replace", key, error)),
        }
    }

    fn delete(&self, key: &Key) -> Result<(), StoreError> {
        match self.s3.wait(self.remove(key)) {
            Err(error) if *error.cause() != Cause::NoObject => {
                Err(self.fault("delete", key, error))
            }
            _ => Ok(()),
        }
    }

    fn memory(&self) -> usize {
        (UPLOADS + self.s3.inner.settings.memory.parts) * PART
    }

    fn url(&self, key: &Key) -> String {
        self.address(key).to_string()
    }

    fn cleaning(&self) -> Option<&dyn Cleaning> {
        Some(self)
    }
}
