//! Objects: reading, writing and deleting them, with and without conditions and versions.

use super::super::step::Step;
use super::{Case, delete, get, head, put};

const GET: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html";
const DELETE: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html";
const DELETE_MANY: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html";
const COPY: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html";
const RANGES: &str = "https://www.rfc-editor.org/rfc/rfc9110.html#name-range-requests";
const READS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html";
const WRITES: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html";
const DELETES: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html";
const MARKERS: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html";

/// The MD5 of an empty body, which is not the entity tag of any object here.
const OTHER: &str = "\"d41d8cd98f00b204e9800998ecf8427e\"";

pub(super) fn all() -> Vec<Case> {
    let mut all = reads();
    all.extend(writes());
    all.extend(many());
    all.extend(versions());
    all
}

fn reads() -> Vec<Case> {
    let range = |bytes: &str| get("k").with("range", bytes);
    let part = |bytes: &str, told: &str, body: &str| {
        range(bytes).gives(206).header("content-range", told).body(body)
    };
    vec![
        Case::new(
            "an object is read as it was written",
            GET,
            [
                put("k", "hello").header("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
                get("k")
                    .body("hello")
                    .header("content-length", "5")
                    .header("accept-ranges", "bytes"),
                head("k")
                    .header("content-length", "5")
                    .header("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
                put("k", "other"),
                get("k").body("other"),
                put("empty", ""),
                get("empty").body("").header("content-length", "0"),
            ],
        ),
        Case::new(
            "what is not there",
            GET,
            [
                get("k").fails(404, "NoSuchKey"),
                head("k").gives(404).body(""),
                get("k").with("range", "bytes=0-1").fails(404, "NoSuchKey"),
                get("k").with("if-match", OTHER).fails(404, "NoSuchKey"),
            ],
        ),
        Case::new(
            "ranges",
            RANGES,
            [
                put("k", "0123456789"),
                part("bytes=0-3", "bytes 0-3/10", "0123"),
                part("bytes=7-", "bytes 7-9/10", "789"),
                part("bytes=-2", "bytes 8-9/10", "89"),
                part("bytes=5-100", "bytes 5-9/10", "56789"),
                part("bytes=-100", "bytes 0-9/10", "0123456789"),
                range("bytes=10-").fails(416, "InvalidRange"),
                range("bytes=10-20").fails(416, "InvalidRange"),
                put("empty", ""),
                get("empty").with("range", "bytes=0-").fails(416, "InvalidRange"),
            ],
        ),
        Case::new(
            "conditions on reading",
            READS,
            [
                put("k", "hello").keeps("etag", "tag"),
                get("k").with("if-match", "{tag}").body("hello"),
                get("k").with("if-match", OTHER).fails(412, "PreconditionFailed"),
                head("k").with("if-match", "{tag}"),
                head("k").with("if-match", OTHER).gives(412).body(""),
                get("k").with("if-none-match", "{tag}").gives(304).body(""),
                head("k").with("if-none-match", "{tag}").gives(304),
                get("k").with("if-none-match", OTHER).body("hello"),
                range("bytes=1-2").with("if-match", "{tag}").gives(206).body("el"),
                range("bytes=1-2").with("if-match", OTHER).fails(412, "PreconditionFailed"),
            ],
        ),
    ]
}

fn writes() -> Vec<Case> {
    vec![
        Case::new(
            "what is created once",
            WRITES,
            [
                put("k", "one").with("if-none-match", "*"),
                put("k", "two").with("if-none-match", "*").fails(412, "PreconditionFailed"),
                put("k", "one").with("if-none-match", "*").fails(412, "PreconditionFailed"),
                get("k").body("one"),
                delete("k"),
                put("k", "three").with("if-none-match", "*"),
                get("k").body("three"),
            ],
        ),
        Case::new(
            "what is replaced if nobody else did",
            WRITES,
            [
                put("k", "two").with("if-match", OTHER).fails(404, "NoSuchKey"),
                put("k", "one").keeps("etag", "one"),
                put("k", "two").with("if-match", "{one}").keeps("etag", "two"),
                put("k", "three").with("if-match", "{one}").fails(412, "PreconditionFailed"),
                get("k").body("two"),
                put("k", "three").with("if-match", "{two}"),
                get("k").body("three"),
            ],
        ),
        Case::new(
            "deleting",
            DELETE,
            [
                delete("k"),
                put("k", "one"),
                delete("k").no_header("x-amz-delete-marker"),
                get("k").fails(404, "NoSuchKey"),
                delete("k"),
            ],
        ),
        Case::new(
            "conditions on deleting",
            DELETES,
            [
                put("k", "one").keeps("etag", "one"),
                delete("k").with("if-match", OTHER).fails(412, "PreconditionFailed"),
                get("k").body("one"),
                delete("k").with("if-match", "{one}"),
                get("k").fails(404, "NoSuchKey"),
                put("k", "two"),
                delete("k").with("if-match", "*"),
                get("k").fails(404, "NoSuchKey"),
            ],
        ),
    ]
}

fn many() -> Vec<Case> {
    let copy = |key: &str, from: &str| {
        let source = format!("/{{bucket}}/{from}");
        Step::new("PUT", key).with("x-amz-copy-source", &source)
    };
    let delete_all = |md5: &str, body: &str| {
        Step::new("POST", "").query("delete=").with("content-md5", md5).sends(body)
    };
    vec![
        Case::new(
            "copying",
            COPY,
            [
                put("k", "hello").with("content-type", "text/csv").with("x-amz-meta-of", "k"),
                copy("other", "k"),
                get("other")
                    .body("hello")
                    .header("content-type", "text/csv")
                    .header("etag", "\"5d41402abc4b2a76b9719d911017c592\"")
                    .header("x-amz-meta-of", "k"),
                copy("other", "k")
                    .with("x-amz-metadata-directive", "REPLACE")
                    .with("content-type", "text/plain"),
                head("other").header("content-type", "text/plain").no_header("x-amz-meta-of"),
                copy("other", "none").fails(404, "NoSuchKey"),
                copy("third", "k")
                    .with("x-amz-copy-source-if-match", OTHER)
                    .fails(412, "PreconditionFailed"),
                get("third").fails(404, "NoSuchKey"),
            ],
        ),
        Case::new(
            "deleting many",
            DELETE_MANY,
            [
                put("a", "1"),
                put("b", "2"),
                delete_all(
                    "GL6SfCZ6sFOMR2q83hQmlw==",
                    "<Delete><Object><Key>a</Key></Object><Object><Key>none</Key></Object></Delete>",
                )
                .elements("Key", "a none"),
                get("a").fails(404, "NoSuchKey"),
                get("b").body("2"),
                delete_all(
                    "w9cwNxEUhkYY1n3AAmKhXg==",
                    "<Delete><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>",
                )
                .elements("Key", ""),
                get("b").fails(404, "NoSuchKey"),
            ],
        ),
    ]
}

fn versions() -> Vec<Case> {
    let version = |name: &str| get("k").query(&format!("versionId={{{name}}}"));
    vec![
        Case::new(
            "each version is kept",
            GET,
            [
                put("k", "one").keeps("x-amz-version-id", "one"),
                put("k", "two").keeps("x-amz-version-id", "two"),
                get("k").body("two").header("x-amz-version-id", "{two}"),
                version("one").body("one").header("x-amz-version-id", "{one}"),
                head("k").query("versionId={one}").header("content-length", "3"),
                delete("k").query("versionId={two}").header("x-amz-version-id", "{two}"),
                get("k").body("one"),
                version("two").fails(404, "NoSuchVersion"),
            ],
        )
        .versioned(),
        Case::new(
            "delete markers",
            MARKERS,
            [
                put("k", "one").keeps("x-amz-version-id", "one"),
                delete("k")
                    .header("x-amz-delete-marker", "true")
                    .keeps("x-amz-version-id", "marker"),
                get("k").fails(404, "NoSuchKey").header("x-amz-delete-marker", "true"),
                head("k").gives(404).header("x-amz-delete-marker", "true"),
                version("one").body("one"),
                version("marker")
                    .fails(405, "MethodNotAllowed")
                    .header("x-amz-delete-marker", "true"),
                delete("k").query("versionId={marker}").header("x-amz-delete-marker", "true"),
                get("k").body("one"),
            ],
        )
        .versioned(),
        Case::new(
            "conditions on what was deleted",
            WRITES,
            [
                put("k", "one").keeps("etag", "one"),
                delete("k"),
                put("k", "two").with("if-match", "{one}").fails(404, "NoSuchKey"),
                put("k", "two").with("if-none-match", "*"),
                put("k", "three").with("if-none-match", "*").fails(412, "PreconditionFailed"),
                get("k").body("two"),
            ],
        )
        .versioned(),
    ]
}
