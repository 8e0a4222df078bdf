//! PUT of objects.

use bytes::Bytes;
use s3s::dto::{PutObjectInput, PutObjectOutput};
use s3s::{S3Result, TrailingHeaders};

use super::read::may_pay;
use super::{etag, verify};
use crate::condition;
use crate::state::{About, Object, State};

/// What a writer says of an object.
pub(super) fn about(
    content_type: Option<String>,
    metadata: Option<s3s::dto::Metadata>,
    encryption: Option<s3s::dto::ServerSideEncryption>,
    kms_key: Option<String>,
) -> About {
    let encryption = encryption.map(|kind| kind.as_str().to_owned());
    About { content_type, metadata, encryption, kms_key }
}

pub(crate) fn put(
    state: &mut State,
    input: PutObjectInput,
    bytes: Bytes,
    trailers: Option<&TrailingHeaders>,
) -> S3Result<PutObjectOutput> {
    let crc32 = verify(&bytes, input.content_md5.as_deref(), input.checksum_crc32, trailers)?;
    let bucket = state.bucket(&input.bucket)?;
    may_pay(bucket, input.request_payer.is_some())?;
    let there = bucket.current(&input.key).map(|object| object.etag.as_str());
    condition::write(there, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let about = about(
        input.content_type,
        input.metadata,
        input.server_side_encryption,
        input.ssekms_key_id,
    );
    let mut object = Object::new(bytes, about.clone());
    object.crc32.clone_from(&crc32);
    let tag = object.etag.clone();
    let version_id = state.write(&input.bucket, &input.key, Some(object))?;
    Ok(PutObjectOutput {
        e_tag: Some(etag(&tag)),
        version_id,
        checksum_crc32: crc32,
        server_side_encryption: about.encryption.map(Into::into),
        ssekms_key_id: about.kms_key,
        ..PutObjectOutput::default()
    })
}
