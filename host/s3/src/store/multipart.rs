//! The requests of an upload in parts.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use super::prefix::Prefix;
use crate::address::Address;
use crate::error::{S3Error, Target};
use crate::fault::{Cause, Fault};
use crate::operation::Operation;

impl Prefix {
    /// Begins an upload, and gives its id.
    pub(super) async fn begin(&self, address: &Address) -> Result<String, S3Error> {
        let target = Target::new(Operation::CreateMultipartUpload, address);
        let (encryption, kms_key) = self.s3.inner.encryption();
        let once = |client: Client| {
            let request = client
                .create_multipart_upload()
                .bucket(address.bucket())
                .key(address.key())
                .set_server_side_encryption(encryption.clone())
                .set_ssekms_key_id(kms_key.clone())
                .set_request_payer(self.s3.inner.payer());
            async {
                let begun = request.send().await.map_err(|error| Fault::of(&error))?;
                begun.upload_id.ok_or_else(|| Fault::body("the answer has no upload's id"))
            }
        };
        self.s3.inner.call(&target, once).await
    }

    /// Sends a part; `number` counts from 1.
    pub(super) async fn part(
        &self,
        address: &Address,
        id: &str,
        number: i32,
        bytes: Bytes,
    ) -> Result<CompletedPart, S3Error> {
        let target = Target::new(Operation::UploadPart, address);
        let once = |client: Client| {
            let request = client
                .upload_part()
                .bucket(address.bucket())
                .key(address.key())
                .upload_id(id)
                .part_number(number)
                .body(ByteStream::from(bytes.clone()))
                .set_request_payer(self.s3.inner.payer());
            async move {
                let sent = request.send().await.map_err(|error| Fault::of(&error))?;
                let tag = sent.e_tag.ok_or_else(|| Fault::body("the answer has no entity tag"))?;
                // S3 wants to hear again what it was sent as checksums.
                let part = CompletedPart::builder()
                    .part_number(number)
                    .e_tag(tag)
                    .set_checksum_crc32(sent.checksum_crc32)
                    .set_checksum_crc32_c(sent.checksum_crc32_c)
                    .set_checksum_crc64_nvme(sent.checksum_crc64_nvme)
                    .set_checksum_sha1(sent.checksum_sha1)
                    .set_checksum_sha256(sent.checksum_sha256);
                Ok(part.build())
            }
        };
        self.s3.inner.call(&target, once).await
    }

    /// Makes one object of all parts, unless one is there, and gives its tag.
    pub(super) async fn join(
        &self,
        address: &Address,
        id: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<String, S3Error> {
        let target = Target::new(Operation::CompleteMultipartUpload, address);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let once = |client: Client| {
            let request = client
                .complete_multipart_upload()
                .bucket(address.bucket())
                .key(address.key())
                .upload_id(id)
                .multipart_upload(parts.clone())
                .if_none_match("*")
                .set_request_payer(self.s3.inner.payer());
            async {
                let done = request.send().await.map_err(|error| Fault::of(&error))?;
                done.e_tag.ok_or_else(|| Fault::body("the answer has no entity tag"))
            }
        };
        self.s3.inner.call(&target, once).await
    }

    /// Takes an upload back, if it is still there.
    pub(super) async fn abort(&self, address: &Address, id: &str) -> Result<(), S3Error> {
        let target = Target::new(Operation::AbortMultipartUpload, address);
        let once = |client: Client| {
            let request = client
                .abort_multipart_upload()
                .bucket(address.bucket())
                .key(address.key())
                .upload_id(id)
                .set_request_payer(self.s3.inner.payer());
            async { request.send().await.map(drop).map_err(|error| Fault::of(&error)) }
        };
        match self.s3.inner.call(&target, once).await {
            Err(error) if *error.cause() == Cause::NoUpload => Ok(()),
            aborted => aborted,
        }
    }
}
