//! Uploads of large objects.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use assay_store::{Expected, Finished, Found, Key, StoreError, Upload};
use aws_sdk_s3::types::CompletedPart;
use bytes::Bytes;
use tokio::task::JoinSet;

use super::prefix::Prefix;
use crate::address::Address;
use crate::error::S3Error;
use crate::fault::Cause;
use crate::halt::Grace;
use crate::put::Condition;

/// How long to wait for an upload to be aborted after its run has failed. The bucket's lifecycle and `assay gc` remove what is left.
const LEAVING: Duration = Duration::from_secs(10);

/// An object that is uploaded in parts while it is written. An object that fits into one part is written in a single request at the end.
pub(super) struct S3Upload {
    store: Prefix,
    key: Key,
    filling: Vec<u8>,
    /// Bytes per part.
    part: usize,
    hasher: blake3::Hasher,
    bytes: u64,
    parts: Option<Parts>,
}

/// Parts of an upload that has begun.
struct Parts {
    address: Address,
    id: Arc<str>,
    number: i32,
    under_way: JoinSet<Result<CompletedPart, S3Error>>,
    done: Vec<CompletedPart>,
}

impl S3Upload {
    pub(super) fn begin(store: Prefix, key: &Key) -> Self {
        let part = store.s3.inner.settings.memory.part_bytes;
        let (filling, hasher) = (Vec::new(), blake3::Hasher::new());
        Self { store, key: key.clone(), filling, part, hasher, bytes: 0, parts: None }
    }

    /// Uploads the filled part, once fewer parts are under way than permitted.
    fn send(&mut self) -> Result<(), S3Error> {
        let s3 = &self.store.s3;
        if self.parts.is_none() {
            let address = self.store.address(&self.key);
            let id = s3.wait(self.store.begin(&address))?.into();
            self.parts =
                Some(Parts { address, id, number: 0, under_way: JoinSet::new(), done: Vec::new() });
        }
        let parts = self.parts.as_mut().expect("it was begun");
        // A failed part fails the run before anything more is sent.
        while let Some(done) = parts.under_way.try_join_next() {
            parts.done.push(done.expect("sending does not panic")?);
        }
        let semaphore = Arc::clone(&s3.inner.parts);
        let permit = s3.wait(semaphore.acquire_owned()).expect("it is never closed");
        parts.number += 1;
        let (store, address) = (self.store.clone(), parts.address.clone());
        let (id, number) = (Arc::clone(&parts.id), parts.number);
        let bytes = Bytes::from(std::mem::take(&mut self.filling));
        let sending = async move {
            let sent = store.part(&address, &id, number, bytes).await;
            drop(permit);
            sent
        };
        parts.under_way.spawn_on(sending, s3.handle());
        Ok(())
    }

    /// Uploads the rest, joins all parts into one object, and returns its tag.
    fn complete(&mut self) -> Result<String, S3Error> {
        if self.parts.is_none() {
            let bytes = Bytes::from(std::mem::take(&mut self.filling));
            let (s3, address) = (&self.store.s3, self.store.address(&self.key));
            return s3.wait(s3.inner.put(&address, bytes, Condition::Absent, Grace::None));
        }
        if !self.filling.is_empty() {
            self.send()?;
        }
        let (store, parts) = (&self.store, self.parts.as_mut().expect("it was begun"));
        store.s3.wait(async {
            while let Some(done) = parts.under_way.join_next().await {
                parts.done.push(done.expect("sending does not panic")?);
            }
            parts.done.sort_by_key(|part| part.part_number);
            store.join(&parts.address, &parts.id, parts.done.clone()).await
        })
    }

    fn what(&self) -> Expected {
        Expected { bytes: self.bytes, digest: self.hasher.finalize() }
    }
}

impl Write for S3Upload {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.filling.len() == self.part {
            self.send().map_err(S3Error::into_io)?;
        }
        let taken = buffer.len().min(self.part - self.filling.len());
        self.filling.extend_from_slice(&buffer[..taken]);
        self.hasher.update(&buffer[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Upload for S3Upload {
    fn finish(mut self: Box<Self>) -> Result<Finished, StoreError> {
        let completed = self.complete();
        let (store, key, what) = (self.store.clone(), self.key.clone(), self.what());
        let error = match completed {
            Ok(tag) => {
                self.parts = None;
                store.written.note(&key, tag, what);
                return Ok(Finished::Created);
            }
            Err(error) => error,
        };
        // On any error: the reply may have been lost, or a repetition may have found the object created by the first attempt. The object
        // there now decides; if it cannot be checked, the first error is more informative.
        match store.verify(&key, &what) {
            Ok(Found::Same) => Ok(Finished::AlreadyThere),
            Ok(Found::Other { bytes })
                if matches!(
                    error.cause(),
                    Cause::Condition | Cause::Conflict | Cause::NoUpload
                ) =>
            {
                Err(StoreError::Differs { key, found: bytes, written: what.bytes })
            }
            _ => Err(store.fault("write", &key, error)),
        }
    }
}

impl Drop for S3Upload {
    fn drop(&mut self) {
        let Some(Parts { address, id, mut under_way, .. }) = self.parts.take() else { return };
        let store = &self.store;
        let leaving = async {
            // A part that arrives after its upload was aborted would stay and cost money.
            under_way.shutdown().await;
            store.abort(&address, &id).await
        };
        // If the abort fails, the upload is removed later, and nobody reads it: so this is not a second failure.
        let _ = store.s3.wait(async { tokio::time::timeout(LEAVING, leaving).await });
    }
}
