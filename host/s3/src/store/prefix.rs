//! A prefix and the requests about objects below it.

use assay_store::{Expected, Found, Key, Object, StoreError, Version};
use bytes::Bytes;

use super::written::Written;
use crate::address::Address;
use crate::connection::Connection;
use crate::error::{S3Error, Target};
use crate::fault::{Cause, Fault};
use crate::halt::Grace;
use crate::object::ObjectBlob;
use crate::operation::Operation;
use crate::put::Condition;
use crate::settings::Memory;

/// Ranges in memory while an object is digested: one being read and two on their way.
const DIGESTED: usize = 3;

/// An address, and the objects written below it.
#[derive(Debug, Clone)]
pub(super) struct Prefix {
    pub(super) s3: Connection,
    pub(super) root: Address,
    pub(super) written: Written,
}

impl Prefix {
    pub(super) fn new(s3: Connection, root: Address) -> Self {
        Self { s3, root, written: Written::default() }
    }

    /// The address of an object.
    pub(super) fn address(&self, key: &Key) -> Address {
        self.root.below(key.as_str())
    }

    /// Writes a document and returns its tag.
    pub(super) async fn put(
        &self,
        key: &Key,
        bytes: Bytes,
        condition: Condition<'_>,
    ) -> Result<String, S3Error> {
        self.s3.inner.put(&self.address(key), bytes, condition, Grace::Closing).await
    }

    /// Reads a whole object.
    pub(super) async fn read(&self, key: &Key) -> Result<Object, S3Error> {
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

    pub(super) async fn remove(&self, key: &Key) -> Result<(), S3Error> {
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

    pub(super) fn fault(&self, doing: &'static str, key: &Key, error: S3Error) -> StoreError {
        StoreError::io(doing, &self.address(key), error.into_io())
    }

    /// Checks whether an object is as expected.
    pub(super) fn verify(&self, key: &Key, expected: &Expected) -> Result<Found, StoreError> {
        let memory = Memory { ranges: DIGESTED, ..self.s3.inner.settings.memory };
        let (s3, address, bytes) = (self.s3.clone(), self.address(key), expected.bytes);
        let blob = match ObjectBlob::open_expecting(bytes, s3, &address, memory) {
            Ok(blob) => blob,
            Err(error) if *error.cause() == Cause::NoObject => return Ok(Found::Nothing),
            Err(error) => return Err(self.fault("read", key, error)),
        };
        let fault = |source| StoreError::io("read", &self.address(key), source);
        self.written.holds(key, &blob, expected).map_err(fault)
    }
}
