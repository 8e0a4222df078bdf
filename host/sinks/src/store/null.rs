//! A store that keeps nothing.

use std::io::{self, Write};

use super::{Key, Object, Store, Upload, Version};
use crate::SinkError;

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
    fn finish(self: Box<Self>) -> Result<(), SinkError> {
        Ok(())
    }
}

impl Store for NullStore {
    fn upload(&self, _: &Key) -> Result<Box<dyn Upload>, SinkError> {
        Ok(Box::new(NullUpload))
    }

    fn get(&self, _: &Key) -> Result<Option<Object>, SinkError> {
        Ok(None)
    }

    fn create(&self, _: &Key, _: &[u8]) -> Result<Version, SinkError> {
        Ok(Version::new("null"))
    }

    fn replace(&self, key: &Key, _: &[u8], expected: &Version) -> Result<Version, SinkError> {
        Err(SinkError::Changed { key: key.clone(), expected: expected.clone() })
    }

    fn delete(&self, _: &Key) -> Result<(), SinkError> {
        Ok(())
    }

    fn list(&self, _: &Key) -> Result<Vec<Key>, SinkError> {
        Ok(Vec::new())
    }

    fn sweep(&self, _: &Key) -> Result<usize, SinkError> {
        Ok(0)
    }

    fn url(&self, key: &Key) -> String {
        format!("null:///{key}")
    }
}
