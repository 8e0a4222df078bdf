//! PUT of objects.

use bytes::Bytes;
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, MetadataDirective,
    PutObjectInput, PutObjectOutput,
};
use s3s::{S3Result, TrailingHeaders, s3_error};

use super::read::{may_pay, source};
use super::{etag, verify};
use crate::condition;
use crate::rights::Rights;
use crate::state::{About, Object, State};

/// The metadata that a writer sets on an object.
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
    let mut object = Object::new(bytes, about.clone(), state.naming);
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

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
pub(crate) fn copy(
    state: &mut State,
    rights: &Rights,
    input: CopyObjectInput,
) -> S3Result<CopyObjectOutput> {
    let CopySource::Bucket { bucket, key, version_id } = &input.copy_source else {
        return Err(s3_error!(NotImplemented, "only objects of buckets are copied"));
    };
    let (matches, none_matches) =
        (input.copy_source_if_match.as_ref(), input.copy_source_if_none_match.as_ref());
    let (from, mut object) =
        source(state, rights, (bucket, key, version_id.as_deref()), (matches, none_matches))?;
    may_pay(state.bucket(&input.bucket)?, input.request_payer.is_some())?;
    let replaces = input.metadata_directive.as_ref().map(MetadataDirective::as_str);
    let given = about(
        input.content_type,
        input.metadata,
        input.server_side_encryption,
        input.ssekms_key_id,
    );
    let kept = std::mem::take(&mut object.about);
    object.about = if replaces == Some(MetadataDirective::REPLACE) {
        given
    } else {
        About { encryption: given.encryption, kms_key: given.kms_key, ..kept }
    };
    // A copy is a single piece, however its source was uploaded.
    let bytes = object.content.whole();
    let copy = Object { crc32: object.crc32, ..Object::new(bytes, object.about, state.naming) };
    let (tag, about) = (copy.etag.clone(), copy.about.clone());
    let version_id = state.write(&input.bucket, &input.key, Some(copy))?;
    let modified = state.bucket(&input.bucket)?.latest(&input.key).map(|it| it.modified.into());
    Ok(CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            e_tag: Some(etag(&tag)),
            last_modified: modified,
            ..CopyObjectResult::default()
        }),
        copy_source_version_id: from,
        version_id,
        server_side_encryption: about.encryption.map(Into::into),
        ssekms_key_id: about.kms_key,
        ..CopyObjectOutput::default()
    })
}
