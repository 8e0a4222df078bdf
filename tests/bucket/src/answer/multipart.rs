//! Multipart uploads.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Error, S3Result, TrailingHeaders, s3_error};

use super::read::may_pay;
use super::{etag, verify};
use crate::condition;
use crate::content::{self, Content, etag_of_parts};
use crate::kept::What;
use crate::state::{Completed, Object, Part, State, Upload};

/// Minimum size in bytes of every part but the last, unless a test sets a smaller one.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const LEAST: usize = 5 << 20;

/// Maximum number of parts in an upload; same page.
const MOST_PARTS: i32 = 10_000;

fn no_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
}

pub(crate) fn create(
    state: &mut State,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let id = state.issue("upload");
    let bucket = state.bucket(&input.bucket)?;
    may_pay(bucket, input.request_payer.is_some())?;
    let about = super::write::about(
        input.content_type,
        input.metadata,
        input.server_side_encryption,
        input.ssekms_key_id,
    );
    let upload =
        Upload { initiated: SystemTime::now(), about: about.clone(), parts: BTreeMap::new() };
    let initiated = upload.initiated;
    bucket.uploads.insert((input.key.clone(), id.clone()), upload);
    state.note(&input.bucket, |_| What::Begun {
        key: input.key.clone(),
        upload: id.clone(),
        initiated,
        about: about.clone(),
    });
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        server_side_encryption: about.encryption.map(Into::into),
        ssekms_key_id: about.kms_key,
        ..CreateMultipartUploadOutput::default()
    })
}

pub(crate) fn part(
    state: &mut State,
    input: UploadPartInput,
    bytes: Bytes,
    trailers: Option<&TrailingHeaders>,
) -> S3Result<UploadPartOutput> {
    if !(1..=MOST_PARTS).contains(&input.part_number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    let crc32 = verify(&bytes, input.content_md5.as_deref(), input.checksum_crc32, trailers)?;
    let sum = state.naming.sum(&bytes);
    let place = (input.key.clone(), input.upload_id.clone());
    let upload = state.bucket(&input.bucket)?.uploads.get(&place).ok_or_else(no_upload)?;
    let about = upload.about.clone();
    let number = input.part_number;
    state.note(&input.bucket, |folder| What::Part {
        key: input.key,
        upload: input.upload_id,
        number,
        sum,
        file: folder.file(&bytes),
    });
    let bucket = state.bucket(&input.bucket)?;
    let upload = bucket.uploads.get_mut(&place).ok_or_else(no_upload)?;
    upload.parts.insert(number, Part { bytes, sum });
    Ok(UploadPartOutput {
        e_tag: Some(etag(&content::etag(&sum))),
        checksum_crc32: crc32,
        server_side_encryption: about.encryption.map(Into::into),
        ssekms_key_id: about.kms_key,
        ..UploadPartOutput::default()
    })
}

/// Completes an upload. If it is refused, the upload stays as it was and can be completed differently or aborted.
///
/// Repeating the request after success succeeds: AWS does so for a while, whatever the condition
/// (<https://github.com/adobe/S3Mock/issues/2586>, <https://github.com/getmoto/moto/pull/9209>), although its documentation says that a
/// completed upload does not exist (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>, `NoSuchUpload`). A
/// forgetful server answers as documented.
pub(crate) fn complete(
    state: &mut State,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let (forgetful, least) = (state.forgetful, state.least_part.unwrap_or(LEAST));
    let bucket = state.bucket(&input.bucket)?;
    let place = (input.key.clone(), input.upload_id);
    let listed = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let parts: Vec<(i32, String)> = listed.iter().filter_map(named).collect();
    if let Some(done) =
        bucket.completed.get(&place).filter(|done| !forgetful && done.parts == parts)
    {
        return Ok(told(input.bucket, input.key, done.clone()));
    }
    let upload = bucket.uploads.get(&place).ok_or_else(no_upload)?;
    let chosen = chosen(upload, &listed, least)?;
    let there = bucket.current(&input.key).map(|object| object.etag.as_str());
    condition::write(there, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let about = upload.about.clone();
    let etag = etag_of_parts(&chosen.iter().map(|part| part.sum).collect::<Vec<_>>());
    let content = Content::new(chosen.iter().map(|part| part.bytes.clone()).collect());
    bucket.uploads.remove(&place);

    let object = Object { content, etag: etag.clone(), about: about.clone(), crc32: None };
    let version = state.write(&input.bucket, &input.key, Some(object))?;
    let done = Completed { parts, etag, version, about };
    let (of, upload) = place.clone();
    state.bucket(&input.bucket)?.completed.insert(place, done.clone());
    let completed = Some(done.clone());
    state.note(&input.bucket, |_| What::Ended { key: of, upload, completed });
    Ok(told(input.bucket, input.key, done))
}

fn told(bucket: String, key: String, done: Completed) -> CompleteMultipartUploadOutput {
    CompleteMultipartUploadOutput {
        location: Some(format!("/{bucket}/{key}")),
        bucket: Some(bucket),
        key: Some(key),
        e_tag: Some(etag(&done.etag)),
        version_id: done.version,
        server_side_encryption: done.about.encryption.map(Into::into),
        ssekms_key_id: done.about.kms_key,
        ..CompleteMultipartUploadOutput::default()
    }
}

/// The number and entity tag of a part, if both were sent.
fn named(part: &CompletedPart) -> Option<(i32, String)> {
    Some((part.part_number?, part.e_tag.as_ref()?.value().to_owned()))
}

/// Selects the parts of the object.
fn chosen<'a>(
    upload: &'a Upload,
    listed: &[CompletedPart],
    least: usize,
) -> S3Result<Vec<&'a Part>> {
    if listed.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    let numbers: Vec<i32> = listed.iter().filter_map(|part| part.part_number).collect();
    if !numbers.is_sorted_by(|one, next| one < next) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let find = |part: &CompletedPart| {
        let known = upload.parts.get(&part.part_number?)?;
        (part.e_tag.as_ref()?.value() == content::etag(&known.sum)).then_some(known)
    };
    let chosen: Option<Vec<&Part>> = listed.iter().map(find).collect();
    let Some(chosen) = chosen else {
        return Err(s3_error!(
            InvalidPart,
            "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
        ));
    };
    if chosen
        .split_last()
        .is_some_and(|(_, before)| before.iter().any(|part| part.bytes.len() < least))
    {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    Ok(chosen)
}

pub(crate) fn abort(
    state: &mut State,
    input: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    let place = (input.key, input.upload_id);
    state.bucket(&input.bucket)?.uploads.remove(&place).ok_or_else(no_upload)?;
    let (key, upload) = place;
    state.note(&input.bucket, |_| What::Ended { key, upload, completed: None });
    Ok(AbortMultipartUploadOutput::default())
}
