//! A prefix as a store.

use crate::address::Address;
use crate::connection::S3;

/// Objects below a prefix.
#[derive(Debug)]
pub struct S3Store(S3, Address);

impl S3Store {
    pub(crate) fn new(s3: S3, root: Address) -> Self {
        Self(s3, root)
    }
}
