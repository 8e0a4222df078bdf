//! A store that keeps nothing.

use std::io::{self, Write};

use crate::StoreError;
use crate::{Expected, Finished, Found, Key, Object, Store, Upload, Version};

/// Takes everything and keeps nothing: for judging a file without writing. It is always empty.
#[derive(Debug, Clone, Copy)]
pub struct NullStore;

struct NullUpload;

impl Write for NullUpload {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Upload for NullUpload {
    fn finish(self: Box<Self>) -> Result<Finished, StoreError> {
        Ok(Finished::Created)
    }
}

impl Store for NullStore {
    fn upload(&self, _: &Key) -> Result<Box<dyn Upload>, StoreError> {
        Ok(Box::new(NullUpload))
    }

    fn get(&self, _: &Key) -> Result<Option<Object>, StoreError> {
        Ok(None)
    }

    fn verify(&self, _: &Key, _: &Expected) -> Result<Found, StoreError> {
        Ok(Found::Nothing)
    }

    fn create(&self, _: &Key, _: &[u8]) -> Result<Version, StoreError> {
        Ok(Version::new("null"))
    }

    fn replace(&self, key: &Key, _: &[u8], expected: &Version) -> Result<Version, StoreError> {
        Err(StoreError::Changed { key: key.clone(), expected: expected.clone() })
    }

    fn delete(&self, _: &Key) -> Result<(), StoreError> {
        Ok(())
    }

    fn url(&self, key: &Key) -> String {
        format!("null:///{key}")
    }
}
