//! Lists of objects and uploads, page by page.

use s3s::dto::{
    CommonPrefix, EncodingType, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListObjectsV2Input, ListObjectsV2Output, MultipartUpload, Object as Listed,
};
use s3s::{S3Result, s3_error};

use super::read::may_pay;
use super::{etag, length};
use crate::state::State;

/// Maximum number of entries in a page of AWS.
const PAGE: usize = 1_000;

/// The size of a page: as requested, within the server's limit.
fn page(state: &State, asked: Option<i32>) -> S3Result<(usize, i32)> {
    let asked = match asked {
        None => PAGE,
        Some(number) => usize::try_from(number)
            .map_err(|_| s3_error!(InvalidArgument, "Argument max-keys must be positive"))?,
    };
    let page = asked.min(PAGE).min(state.page.unwrap_or(PAGE));
    Ok((page, i32::try_from(asked.min(PAGE)).expect("1,000 at most")))
}

/// The key up to the first delimiter after the prefix, if there is one.
fn common<'a>(key: &'a str, prefix: &str, delimiter: Option<&str>) -> Option<&'a str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let end = key[prefix.len()..].find(delimiter)?;
    Some(&key[..prefix.len() + end + delimiter.len()])
}

/// Encodes a text, if requested, because XML cannot contain every character.
fn written(text: &str, encoding: Option<&EncodingType>) -> String {
    if encoding.is_none() {
        return text.to_owned();
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.*/".contains(byte);
    let each = text.bytes().map(|byte| {
        if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    });
    each.collect()
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>: keys in the order of their bytes in UTF-8.
pub(crate) fn objects(
    state: &mut State,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    let (most, max_keys) = page(state, input.max_keys)?;
    let bucket = state.bucket(&input.bucket)?;
    may_pay(bucket, input.request_payer.is_some())?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = match &input.continuation_token {
        None => input.start_after.clone(),
        Some(token) => Some(token.strip_prefix(TOKEN).map(str::to_owned).ok_or_else(|| {
            s3_error!(InvalidArgument, "The continuation token provided is incorrect")
        })?),
    };
    let encoding = input.encoding_type.as_ref();
    let delimiter = input.delimiter.as_deref();
    let (mut contents, mut prefixes) = (Vec::new(), Vec::<String>::new());
    let (mut last, mut truncated) = (None, false);
    for (key, versions) in &bucket.objects {
        let Some((version, object)) =
            versions.last().and_then(|version| Some((version, version.object.as_ref()?)))
        else {
            continue;
        };
        // A common prefix listed in an earlier page covers all keys that begin with it.
        let passed = |after: &String| {
            key <= after
                || (delimiter.is_some_and(|end| after.ends_with(end)) && key.starts_with(after))
        };
        if !key.starts_with(&prefix) || after.as_ref().is_some_and(passed) {
            continue;
        }
        let common = common(key, &prefix, delimiter);
        if common.is_some() && prefixes.last().map(String::as_str) == common {
            continue;
        }
        if contents.len() + prefixes.len() == most {
            truncated = most > 0;
            break;
        }
        last = Some(common.unwrap_or(key).to_owned());
        match common {
            Some(common) => prefixes.push(common.to_owned()),
            None => contents.push(Listed {
                key: Some(written(key, encoding)),
                size: Some(length(object.content.len())),
                e_tag: Some(etag(&object.etag)),
                last_modified: Some(version.modified.into()),
                ..Listed::default()
            }),
        }
    }
    let count = i32::try_from(contents.len() + prefixes.len()).expect("1,000 at most");
    let common_prefixes =
        prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(written(prefix, encoding)) });
    Ok(ListObjectsV2Output {
        key_count: Some(count),
        contents: Some(contents),
        common_prefixes: Some(common_prefixes.collect()),
        is_truncated: Some(truncated),
        next_continuation_token: last.filter(|_| truncated).map(|last| format!("{TOKEN}{last}")),
        max_keys: Some(max_keys),
        name: Some(input.bucket),
        prefix: Some(written(&prefix, encoding)),
        delimiter: input.delimiter,
        start_after: input.start_after,
        continuation_token: input.continuation_token,
        encoding_type: input.encoding_type,
        ..ListObjectsV2Output::default()
    })
}

/// Makes tokens look different from keys, so that clients do not confuse them.
const TOKEN: &str = "1~";

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>
pub(crate) fn uploads(
    state: &mut State,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    let (most, max_uploads) = page(state, input.max_uploads)?;
    let bucket = state.bucket(&input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.key_marker.clone().unwrap_or_default();
    let id_after = input.upload_id_marker.clone().unwrap_or_default();
    let encoding = input.encoding_type.as_ref();
    let left = bucket.uploads.iter().filter(|((key, id), _)| {
        let passed =
            if id_after.is_empty() { *key <= after } else { (key, id) <= (&after, &id_after) };
        key.starts_with(&prefix) && (after.is_empty() || !passed)
    });
    let mut left = left.peekable();
    let mut uploads = Vec::new();
    let mut last = None;
    while uploads.len() < most
        && let Some(((key, id), upload)) = left.next()
    {
        last = Some((written(key, encoding), id.clone()));
        uploads.push(MultipartUpload {
            key: Some(written(key, encoding)),
            upload_id: Some(id.clone()),
            initiated: Some(upload.initiated.into()),
            ..MultipartUpload::default()
        });
    }
    let truncated = most > 0 && left.peek().is_some();
    let (next_key, next_id) = last.filter(|_| truncated).unzip();
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        uploads: Some(uploads),
        is_truncated: Some(truncated),
        next_key_marker: next_key,
        next_upload_id_marker: next_id,
        max_uploads: Some(max_uploads),
        prefix: Some(written(&prefix, encoding)),
        key_marker: input.key_marker,
        upload_id_marker: input.upload_id_marker,
        encoding_type: input.encoding_type,
        ..ListMultipartUploadsOutput::default()
    })
}
