//! Lists, names, checksums and signatures.

use super::super::step::Step;
use super::{Case, get, list, put};

const LIST: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html";
const NAMES: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html";
const SUMS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html";
const CHUNKS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html";
const ERRORS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html";

/// The CRC32 of `hello` in base64.
const HELLO: &str = "NhCmhg==";

/// `hello` in chunks, followed by its CRC32.
fn chunked(key: &str, sum: &str) -> Step {
    put(key, &format!("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:{sum}\r\n\r\n"))
        .with("content-encoding", "aws-chunked")
        .with("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .with("x-amz-decoded-content-length", "5")
        .with("x-amz-trailer", "x-amz-checksum-crc32")
}

pub(super) fn all() -> Vec<Case> {
    let mut all = lists();
    all.extend(sums());
    all
}

fn lists() -> Vec<Case> {
    vec![
        Case::new(
            "listing objects",
            LIST,
            [
                put("b", ""),
                put("a/1", "one"),
                put("a/2", ""),
                put("A", ""),
                put("ab", ""),
                list("list-type=2")
                    .elements("Key", "A a/1 a/2 ab b")
                    .elements("IsTruncated", "false")
                    .elements("KeyCount", "5")
                    .elements("Size", "0 3 0 0 0"),
                list("list-type=2&prefix=a%2F").elements("Key", "a/1 a/2"),
                list("list-type=2&prefix=none").elements("Key", "").elements("KeyCount", "0"),
                list("list-type=2&start-after=a%2F1").elements("Key", "a/2 ab b"),
                list("list-type=2&max-keys=2")
                    .elements("Key", "A a/1")
                    .elements("IsTruncated", "true")
                    .keeps("NextContinuationToken", "next"),
                list("continuation-token={next}&list-type=2&max-keys=2")
                    .elements("Key", "a/2 ab")
                    .elements("IsTruncated", "true")
                    .keeps("NextContinuationToken", "last"),
                list("continuation-token={last}&list-type=2&max-keys=2")
                    .elements("Key", "b")
                    .elements("IsTruncated", "false"),
                list("delimiter=%2F&list-type=2")
                    .elements("Key", "A ab b")
                    .elements("CommonPrefixes", "<Prefix>a/</Prefix>"),
            ],
        ),
        Case::new(
            "a name that another begins with",
            NAMES,
            [
                put("a/b", "below"),
                put("a", "above"),
                get("a").body("above"),
                get("a/b").body("below"),
                list("list-type=2").elements("Key", "a a/b"),
            ],
        ),
        Case::new(
            "names",
            NAMES,
            [
                put("year%3D2023/a%20b%2Bc%26d/%C3%A9", "odd"),
                get("year%3D2023/a%20b%2Bc%26d/%C3%A9").body("odd"),
                list("list-type=2").elements("Key", "year=2023/a b+c&amp;d/\u{e9}"),
                put("p/%C3%A9%283%29", ""),
                list("encoding-type=url&list-type=2&prefix=p%2F")
                    .elements("Key", "p/%C3%A9%283%29"),
            ],
        ),
    ]
}

fn sums() -> Vec<Case> {
    vec![
        Case::new(
            "checksums",
            SUMS,
            [
                put("k", "hello")
                    .with("x-amz-checksum-crc32", HELLO)
                    .header("x-amz-checksum-crc32", HELLO),
                get("k")
                    .with("x-amz-checksum-mode", "ENABLED")
                    .body("hello")
                    .header("x-amz-checksum-crc32", HELLO),
                put("bad", "hellO").with("x-amz-checksum-crc32", HELLO).fails(400, "BadDigest"),
                put("bad", "hellO")
                    .with("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")
                    .fails(400, "BadDigest"),
                get("bad").fails(404, "NoSuchKey"),
                put("k", "hello").with("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
            ],
        ),
        Case::new(
            "checksums behind the body",
            CHUNKS,
            [
                chunked("k", HELLO),
                get("k").body("hello").header("content-length", "5"),
                chunked("bad", "AAAAAA==").fails(400, "BadDigest"),
                get("bad").fails(404, "NoSuchKey"),
            ],
        ),
        Case::new(
            "signatures",
            ERRORS,
            [
                put("k", "one"),
                get("k").with_wrong_secret().fails(403, "SignatureDoesNotMatch"),
                get("k").by_a_stranger().fails(403, "InvalidAccessKeyId"),
                put("k", "two").with_wrong_secret().fails(403, "SignatureDoesNotMatch"),
                put("k", "two")
                    .with(
                        "x-amz-content-sha256",
                        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
                    )
                    .fails(400, "XAmzContentSHA256Mismatch"),
                get("k").body("one"),
            ],
        ),
    ]
}
