//! `If-Match` and `If-None-Match`.
//!
//! Reads: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html>, writes:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>, deletes:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html>.

use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::dto::ETagCondition;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

fn fits(condition: &ETagCondition, etag: &str) -> bool {
    condition.as_etag().is_none_or(|wanted| wanted.value() == etag)
}

fn failed(name: &'static str) -> S3Error {
    s3_error!(
        PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold: {name}"
    )
}

/// Checks whether an object may be read.
pub(crate) fn read(
    etag: &str,
    matches: Option<&ETagCondition>,
    none_matches: Option<&ETagCondition>,
) -> S3Result<()> {
    if matches.is_some_and(|wanted| !fits(wanted, etag)) {
        return Err(failed("If-Match"));
    }
    if none_matches.is_some_and(|known| fits(known, etag)) {
        let mut error = S3Error::new(S3ErrorCode::NotModified);
        error.set_status_code(StatusCode::NOT_MODIFIED);
        let value = HeaderValue::from_str(&format!("\"{etag}\"")).expect("hex digits");
        error.set_headers(HeaderMap::from_iter([(http::header::ETAG, value)]));
        return Err(error);
    }
    Ok(())
}

/// Checks whether a key may be written; `etag` is the tag of its current object, if any.
pub(crate) fn write(
    etag: Option<&str>,
    matches: Option<&ETagCondition>,
    none_matches: Option<&ETagCondition>,
) -> S3Result<()> {
    if none_matches.is_some_and(|condition| !condition.is_any())
        || matches.is_some_and(ETagCondition::is_any)
    {
        return Err(s3_error!(
            NotImplemented,
            "A header you provided implies functionality that is not implemented"
        ));
    }
    if none_matches.is_some() && etag.is_some() {
        return Err(failed("If-None-Match"));
    }
    match (matches, etag) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        (Some(wanted), Some(etag)) if fits(wanted, etag) => Ok(()),
        (Some(_), Some(_)) => Err(failed("If-Match")),
    }
}

/// Checks whether an object may be deleted.
pub(crate) fn delete(etag: Option<&str>, matches: Option<&ETagCondition>) -> S3Result<()> {
    match (matches, etag) {
        (Some(wanted), Some(etag)) if !fits(wanted, etag) => Err(failed("If-Match")),
        (Some(_), None) => Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
        _ => Ok(()),
    }
}
