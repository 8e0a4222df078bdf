//! What each operation does, and its answer.

pub(crate) mod list;
pub(crate) mod multipart;
pub(crate) mod read;
pub(crate) mod remove;
pub(crate) mod write;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Collected};
use s3s::crypto::{Checksum as _, Crc32};
use s3s::dto::{ETag, StreamingBlob};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

/// Reads the whole body of a request.
pub(crate) async fn collect(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let collected = Body::from(body).collect().await;
    collected.map(Collected::to_bytes).map_err(|error| {
        // Its type is not public, so only its text identifies it.
        let text = error.to_string();
        if text.contains("Sha256Mismatch") {
            refused(
                StatusCode::BAD_REQUEST,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
        } else if text.contains("SignatureMismatch") {
            s3_error!(SignatureDoesNotMatch, "The signature of a chunk does not match.")
        } else {
            s3_error!(IncompleteBody, "The body does not have the promised length: {text}")
        }
    })
}

/// An error that `s3s` does not define.
pub(crate) fn refused(status: StatusCode, code: &'static str, message: &'static str) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// Checks a body against `Content-MD5` and CRC32, sent in a header or in a trailer. Returns the CRC32, if one was sent.
fn verify(
    bytes: &Bytes,
    md5: Option<&str>,
    crc32: Option<String>,
    trailers: Option<&TrailingHeaders>,
) -> S3Result<Option<String>> {
    let trailer = trailers.and_then(|trailers| {
        trailers.read(|map| map.get("x-amz-checksum-crc32")?.to_str().ok().map(str::to_owned))?
    });
    let given = crc32.or(trailer);
    if let Some(given) = &given {
        let own = base64(&Crc32::checksum(bytes));
        if *given != own {
            return Err(s3_error!(
                BadDigest,
                "The CRC32 you specified did not match the calculated checksum, {own}."
            ));
        }
    }
    if md5.is_some_and(|md5| md5 != base64(&crate::content::md5(bytes))) {
        return Err(s3_error!(
            BadDigest,
            "The Content-MD5 you specified did not match what we received."
        ));
    }
    Ok(given)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let all = chunk.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        let all = all << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(all >> (18 - 6 * place) & 63) as usize];
            text.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

/// Entity tags go in quotes.
fn etag(value: &str) -> ETag {
    ETag::Strong(value.to_owned())
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).expect("memory is smaller")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(base64(bytes), expected);
        check(b"", "");
        check(b"f", "Zg==");
        check(b"fo", "Zm8=");
        check(b"foo", "Zm9v");
        check(b"foobar", "Zm9vYmFy");
    }
}
