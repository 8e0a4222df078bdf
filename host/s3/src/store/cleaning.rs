//! Requests that list objects, used only by `assay gc`.

use std::time::{Duration, SystemTime};

use assay_store::{Cleaning, Key, Listed, StoreError};
use aws_sdk_s3::types::MultipartUpload;

use super::prefix::Prefix;
use crate::error::{S3Error, Target};
use crate::fault::Fault;
use crate::operation::Operation;

impl Prefix {
    async fn listed(&self, folder: &Key) -> Result<Vec<Listed>, S3Error> {
        let address = self.address(folder);
        let target = Target::new(Operation::ListObjects, &address);
        let (mut listed, mut next) = (Vec::new(), None::<String>);
        loop {
            let once = |client: aws_sdk_s3::Client| {
                let request = client
                    .list_objects_v2()
                    .bucket(address.bucket())
                    .prefix(format!("{}/", address.key()))
                    .set_continuation_token(next.clone())
                    .set_request_payer(self.s3.inner.payer());
                async { request.send().await.map_err(|error| Fault::of(&error)) }
            };
            let page = self.s3.inner.call(&target, once).await?;
            for object in page.contents() {
                // Names that are not keys were not written here, such as the empty objects that consoles create to show a folder.
                let relative = object.key().and_then(|key| self.root.relative(key));
                let key = relative.and_then(|relative| Key::new(relative).ok());
                let bytes = object.size().and_then(|size| u64::try_from(size).ok());
                if let (Some(key), Some(bytes)) = (key, bytes) {
                    listed.push(Listed { key, bytes });
                }
            }
            next = page.next_continuation_token().map(str::to_owned);
            if next.is_none() {
                listed.sort_by(|one, other| one.key.cmp(&other.key));
                return Ok(listed);
            }
        }
    }

    /// Uploads below a folder that were begun but neither completed nor aborted.
    async fn unfinished(&self, folder: &Key) -> Result<Vec<MultipartUpload>, S3Error> {
        let address = self.address(folder);
        let target = Target::new(Operation::ListMultipartUploads, &address);
        let (mut uploads, mut next) = (Vec::new(), (None::<String>, None::<String>));
        loop {
            let once = |client: aws_sdk_s3::Client| {
                let request = client
                    .list_multipart_uploads()
                    .bucket(address.bucket())
                    .prefix(format!("{}/", address.key()))
                    .set_key_marker(next.0.clone())
                    .set_upload_id_marker(next.1.clone())
                    .set_request_payer(self.s3.inner.payer());
                async { request.send().await.map_err(|error| Fault::of(&error)) }
            };
            let page = self.s3.inner.call(&target, once).await?;
            uploads.extend_from_slice(page.uploads());
            if !page.is_truncated().unwrap_or_default() {
                return Ok(uploads);
            }
            next = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    async fn swept(&self, folder: &Key, grace: Duration) -> Result<usize, S3Error> {
        let mut swept = 0;
        for upload in self.unfinished(folder).await? {
            let (Some(key), Some(id)) = (upload.key(), upload.upload_id()) else { continue };
            let began = upload.initiated().and_then(|at| SystemTime::try_from(*at).ok());
            let age = began.and_then(|began| began.elapsed().ok());
            let Some(relative) = self.root.relative(key) else { continue };
            if age.is_some_and(|age| age >= grace) {
                self.abort(&self.root.below(relative), id).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

impl Cleaning for Prefix {
    fn list(&self, folder: &Key) -> Result<Vec<Listed>, StoreError> {
        let listed = self.s3.wait(self.listed(folder));
        listed.map_err(|error| self.fault("list", folder, error))
    }

    fn prune(&self, _: &Key) -> Result<(), StoreError> {
        // Buckets have no folders.
        Ok(())
    }

    fn sweep(&self, folder: &Key, grace: Duration) -> Result<usize, StoreError> {
        let swept = self.s3.wait(self.swept(folder, grace));
        swept.map_err(|error| self.fault("sweep", folder, error))
    }
}
