//! The requests of a multipart upload.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use super::prefix::Prefix;
use crate::address::Address;
use crate::error::{S3Error, Target};
use crate::fault::{Cause, Fault};
use crate::operation::Operation;

/// Checksum algorithm of parts: CRC32, AWS's default. All requests of an upload must agree on it, or S3 refuses them.
fn checksum(client: &Client) -> Option<ChecksumAlgorithm> {
    let when = client.config().request_checksum_calculation();
    let only_if_required = when == Some(&RequestChecksumCalculation::WhenRequired);
    (!only_if_required).then_some(ChecksumAlgorithm::Crc32)
}

impl Prefix {
    /// Begins an upload and returns its id.
    pub(super) async fn begin(&self, address: &Address) -> Result<String, S3Error> {
        let target = Target::data(Operation::CreateMultipartUpload, address);
        let (encryption, kms_key) = self.s3.inner.encryption();
        let once = |client: Client| {
            let request = client
                .create_multipart_upload()
                .bucket(address.bucket())
                .key(address.key())
                .set_checksum_algorithm(checksum(&client))
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

    /// Uploads a part; `number` counts from 1.
    pub(super) async fn part(
        &self,
        address: &Address,
        id: &str,
        number: i32,
        bytes: Bytes,
    ) -> Result<CompletedPart, S3Error> {
        let target = Target::data(Operation::UploadPart, address);
        let once = |client: Client| {
            let algorithm = checksum(&client);
            let is_checked = algorithm.is_some();
            let request = client
                .upload_part()
                .set_checksum_algorithm(algorithm)
                .bucket(address.bucket())
                .key(address.key())
                .upload_id(id)
                .part_number(number)
                .body(ByteStream::from(bytes.clone()))
                .set_request_payer(self.s3.inner.payer());
            async move {
                let sent = request.send().await.map_err(|error| Fault::of(&error))?;
                let tag = sent.e_tag.ok_or_else(|| Fault::body("the answer has no entity tag"))?;
                let part = CompletedPart::builder()
                    .part_number(number)
                    .e_tag(tag)
                    // A checksum that we sent is repeated at the end; one computed only by the server is not.
                    .set_checksum_crc32(sent.checksum_crc32.filter(|_| is_checked));
                Ok(part.build())
            }
        };
        self.s3.inner.call(&target, once).await
    }

    /// Joins all parts into an object, unless one exists, and returns its tag.
    pub(super) async fn join(
        &self,
        address: &Address,
        id: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<String, S3Error> {
        let target = Target::data(Operation::CompleteMultipartUpload, address);
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

    /// Aborts an upload, if it still exists.
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
