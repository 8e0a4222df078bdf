//! GET and HEAD of objects.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use s3s::dto::{
    ETagCondition, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range,
    StreamingBlob, Timestamp, TimestampFormat,
};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, s3_error};

use super::{etag, length};
use crate::rights::{Action, Rights};
use crate::state::{Bucket, Object, State, Version};

/// The requested object and the conditions.
struct Asked<'a> {
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
    payer: bool,
    matches: Option<&'a ETagCondition>,
    none_matches: Option<&'a ETagCondition>,
}

/// The object that was found; its version id if the bucket keeps versions.
struct Found {
    version: Option<String>,
    written: Version,
    object: Object,
}

pub(crate) fn get(
    state: &mut State,
    rights: &Rights,
    input: &GetObjectInput,
) -> S3Result<GetObjectOutput> {
    let asked = Asked {
        bucket: &input.bucket,
        key: &input.key,
        version: input.version_id.as_deref(),
        payer: input.request_payer.is_some(),
        matches: input.if_match.as_ref(),
        none_matches: input.if_none_match.as_ref(),
    };
    let Found { version, written, object } = find(state, rights, &asked)?;
    let whole = object.content.len();
    let range = range(input.range.as_ref(), whole)?;
    let content = match &range {
        Some(range) => object.content.slice(range.clone()),
        None => object.content.clone(),
    };
    let crc32 = object.crc32.clone().filter(|_| range.is_none() && input.checksum_mode.is_some());
    Ok(GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(length(content.len())),
        body: Some(StreamingBlob::from(Body::http_body(content.body()))),
        content_range: range
            .map(|range| format!("bytes {}-{}/{whole}", range.start, range.end - 1)),
        e_tag: Some(etag(&object.etag)),
        last_modified: Some(written.modified.into()),
        version_id: version,
        content_type: Some(content_type(&object)),
        metadata: object.about.metadata,
        server_side_encryption: object.about.encryption.map(Into::into),
        ssekms_key_id: object.about.kms_key,
        checksum_crc32: crc32,
        ..GetObjectOutput::default()
    })
}

pub(crate) fn head(
    state: &mut State,
    rights: &Rights,
    input: &HeadObjectInput,
) -> S3Result<HeadObjectOutput> {
    let asked = Asked {
        bucket: &input.bucket,
        key: &input.key,
        version: input.version_id.as_deref(),
        payer: input.request_payer.is_some(),
        matches: input.if_match.as_ref(),
        none_matches: input.if_none_match.as_ref(),
    };
    let Found { version, written, object } = find(state, rights, &asked)?;
    let whole = object.content.len();
    let range = range(input.range.as_ref(), whole)?;
    let crc32 = object.crc32.clone().filter(|_| range.is_none() && input.checksum_mode.is_some());
    Ok(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: Some(length(range.as_ref().map_or(whole, ExactSizeIterator::len))),
        content_range: range
            .map(|range| format!("bytes {}-{}/{whole}", range.start, range.end - 1)),
        e_tag: Some(etag(&object.etag)),
        last_modified: Some(written.modified.into()),
        version_id: version,
        content_type: Some(content_type(&object)),
        metadata: object.about.metadata,
        server_side_encryption: object.about.encryption.map(Into::into),
        ssekms_key_id: object.about.kms_key,
        checksum_crc32: crc32,
        ..HeadObjectOutput::default()
    })
}

/// Finds the source of a copy, with its version if the bucket keeps versions.
pub(super) fn source(
    state: &mut State,
    rights: &Rights,
    (bucket, key, version): (&str, &str, Option<&str>),
    (matches, none_matches): (Option<&ETagCondition>, Option<&ETagCondition>),
) -> S3Result<(Option<String>, Object)> {
    let asked = Asked { bucket, key, version, payer: true, matches, none_matches };
    // For a source, every unmet condition is an error, including that it was not modified.
    let found = find(state, rights, &asked).map_err(|error| match error.status_code() {
        Some(StatusCode::NOT_MODIFIED) => {
            s3_error!(PreconditionFailed, "At least one of the pre-conditions did not hold")
        }
        _ => error,
    })?;
    Ok((found.version, found.object))
}

fn content_type(object: &Object) -> String {
    // AWS's default content type.
    object.about.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}

fn find(state: &mut State, rights: &Rights, asked: &Asked<'_>) -> S3Result<Found> {
    let bucket = state.bucket(asked.bucket)?;
    may_pay(bucket, asked.payer)?;
    let (written, object) = match asked.version {
        None => current(bucket, rights, asked.key)?,
        Some(id) => version(bucket, asked.key, id)?,
    };
    let id = bucket.versioned.then(|| written.id.clone());
    crate::condition::read(&object.etag, asked.matches, asked.none_matches)?;
    Ok(Found { version: id, written, object })
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html>
pub(super) fn may_pay(bucket: &Bucket, payer: bool) -> S3Result<()> {
    if bucket.requester_pays && !payer {
        return Err(s3_error!(AccessDenied, "Access Denied"));
    }
    Ok(())
}

/// Only clients that may list are told that a key does not exist.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>, "Permissions".
fn current(bucket: &Bucket, rights: &Rights, key: &str) -> S3Result<(Version, Object)> {
    let latest = bucket.latest(key);
    if let Some(found) = latest
        && let Some(object) = &found.object
    {
        return Ok((found.clone(), object.clone()));
    }
    if !rights.may(Action::ListBucket) {
        return Err(s3_error!(AccessDenied, "Access Denied"));
    }
    let mut error = s3_error!(NoSuchKey, "The specified key does not exist.");
    if let Some(marker) = latest {
        error.set_headers(marked(&marker.id));
    }
    Err(error)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html>
fn version(bucket: &Bucket, key: &str, id: &str) -> S3Result<(Version, Object)> {
    let versions = bucket.objects.get(key).map(Vec::as_slice).unwrap_or_default();
    let Some(found) = versions.iter().find(|version| version.id == id) else {
        return Err(s3_error!(NoSuchVersion, "The specified version does not exist."));
    };
    let Some(object) = &found.object else {
        let mut error = s3_error!(
            MethodNotAllowed,
            "The specified method is not allowed against this resource."
        );
        let mut headers = marked(&found.id);
        headers.insert(http::header::LAST_MODIFIED, http_date(found.modified));
        error.set_headers(headers);
        return Err(error);
    };
    Ok((found.clone(), object.clone()))
}

fn marked(id: &str) -> HeaderMap {
    let id = HeaderValue::from_str(id).expect("ids are plain");
    HeaderMap::from_iter([
        (HeaderName::from_static("x-amz-delete-marker"), HeaderValue::from_static("true")),
        (HeaderName::from_static("x-amz-version-id"), id),
    ])
}

fn http_date(time: SystemTime) -> HeaderValue {
    let mut text = Vec::new();
    let written = Timestamp::from(time).format(TimestampFormat::HttpDate, &mut text);
    written.expect("times have dates");
    HeaderValue::from_bytes(&text).expect("dates are plain")
}

/// The requested part of an object; `None` if all of it was requested.
fn range(range: Option<&Range>, whole: usize) -> S3Result<Option<std::ops::Range<usize>>> {
    let Some(range) = range else { return Ok(None) };
    let checked = range.check(whole as u64);
    let usable = |end: u64| usize::try_from(end).expect("it is within memory");
    match checked {
        Ok(range) if !range.is_empty() => Ok(Some(usable(range.start)..usable(range.end))),
        _ => {
            let mut error = S3Error::with_message(
                S3ErrorCode::InvalidRange,
                "The requested range is not satisfiable",
            );
            error.set_status_code(StatusCode::RANGE_NOT_SATISFIABLE);
            let of = HeaderValue::from_str(&format!("bytes */{whole}")).expect("digits");
            error.set_headers(HeaderMap::from_iter([(http::header::CONTENT_RANGE, of)]));
            Err(error)
        }
    }
}
