//! Multipart uploads.

use std::fmt::Write as _;

use super::super::step::Step;
use super::{Case, delete, get, head, list, put};

const COMPLETE: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html";
const ABORT: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html";
const UPLOADS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html";
const WRITES: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html";

/// Minimum size in bytes of every part but the last.
const LEAST: usize = 5 << 20;

const OTHER: &str = "\"d41d8cd98f00b204e9800998ecf8427e\"";

fn begin(key: &str) -> Step {
    Step::new("POST", key).query("uploads=").keeps("UploadId", "id")
}

fn part(number: u32, name: &'static str) -> Step {
    Step::new("PUT", "k").query(&format!("partNumber={number}&uploadId={{id}}")).keeps("etag", name)
}

/// Completes an upload from parts, given by number and by the name under which the entity tag was kept.
fn complete(parts: &[(u32, &str)]) -> Step {
    let mut body =
        String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (number, name) in parts {
        write!(body, "<Part><PartNumber>{number}</PartNumber><ETag>{{{name}}}</ETag></Part>")
            .expect("strings grow");
    }
    body.push_str("</CompleteMultipartUpload>");
    Step::new("POST", "k").query("uploadId={id}").sends(&body)
}

fn abort() -> Step {
    delete("k").query("uploadId={id}")
}

pub(super) fn all() -> Vec<Case> {
    let mut all = completions();
    all.extend(conditions());
    all.push(Case::new(
        "ending an upload",
        ABORT,
        [
            begin("k"),
            part(1, "one").sends("one"),
            abort(),
            part(2, "two").sends("two").fails(404, "NoSuchUpload"),
            complete(&[(1, "one")]).fails(404, "NoSuchUpload"),
            abort().fails(404, "NoSuchUpload"),
            list("uploads=").elements("Key", ""),
            get("k").fails(404, "NoSuchKey"),
        ],
    ));
    all.push(Case::new(
        "listing uploads",
        UPLOADS,
        [
            begin("b/1"),
            begin("a/1"),
            begin("a/2"),
            list("uploads=").elements("Key", "a/1 a/2 b/1").elements("IsTruncated", "false"),
            list("prefix=a%2F&uploads=").elements("Key", "a/1 a/2"),
            list("max-uploads=2&uploads=")
                .elements("Key", "a/1 a/2")
                .elements("IsTruncated", "true")
                .elements("NextKeyMarker", "a/2")
                .keeps("NextUploadIdMarker", "next"),
            list("key-marker=a%2F2&upload-id-marker={next}&uploads=")
                .elements("Key", "b/1")
                .elements("IsTruncated", "false"),
            list("key-marker=a%2F1&uploads=").elements("Key", "a/2 b/1"),
        ],
    ));
    all
}

fn completions() -> Vec<Case> {
    vec![
        Case::new(
            "parts make an object",
            COMPLETE,
            [
                begin("k").with("content-type", "text/csv"),
                part(2, "two").sends("0123456789"),
                part(1, "one").sends_many(LEAST),
                get("k").fails(404, "NoSuchKey"),
                complete(&[(1, "one"), (2, "two")]).keeps("ETag", "tag"),
                head("k")
                    .header("content-length", "5242890")
                    .header("etag", "{tag}")
                    .header("content-type", "text/csv"),
                get("k").with("range", "bytes=5242878-5242883").gives(206).body("xx0123"),
                list("uploads=").elements("Key", ""),
                part(3, "three").sends("late").fails(404, "NoSuchUpload"),
            ],
        ),
        Case::new(
            "a part is replaced by its number",
            COMPLETE,
            [
                begin("k"),
                part(7, "before").sends("before"),
                part(7, "after").sends("after"),
                complete(&[(7, "before")]).fails(400, "InvalidPart"),
                complete(&[(7, "after")]),
                get("k").body("after"),
            ],
        ),
        Case::new(
            "parts that are too small",
            COMPLETE,
            [
                begin("k"),
                part(1, "one").sends("one"),
                part(2, "two").sends("two"),
                complete(&[(1, "one"), (2, "two")]).fails(400, "EntityTooSmall"),
                get("k").fails(404, "NoSuchKey"),
                complete(&[(2, "two")]),
                get("k").body("two"),
            ],
        ),
        Case::new(
            "parts that cannot be put together",
            COMPLETE,
            [
                begin("k"),
                part(1, "one").sends_many(LEAST),
                part(2, "two").sends_many(LEAST + 1),
                complete(&[(2, "two"), (1, "one")]).fails(400, "InvalidPartOrder"),
                complete(&[(1, "one"), (3, "two")]).fails(400, "InvalidPart"),
                complete(&[(1, "two")]).fails(400, "InvalidPart"),
                complete(&[]).fails(400, "MalformedXML"),
                list("uploads=").elements("Key", "k"),
            ],
        ),
    ]
}

fn conditions() -> Vec<Case> {
    vec![
        Case::new(
            "an upload that creates once",
            WRITES,
            [
                begin("k"),
                part(1, "one").sends("one"),
                complete(&[(1, "one")]).with("if-none-match", "*"),
                begin("k"),
                part(1, "two").sends("two"),
                complete(&[(1, "two")]).with("if-none-match", "*").fails(412, "PreconditionFailed"),
                get("k").body("one"),
                // A refused upload is still open.
                list("uploads=").elements("Key", "k"),
                abort(),
                list("uploads=").elements("Key", ""),
            ],
        ),
        Case::new(
            "an upload that replaces",
            WRITES,
            [
                begin("k"),
                part(1, "one").sends("one"),
                complete(&[(1, "one")]).with("if-match", OTHER).fails(404, "NoSuchKey"),
                put("k", "there").keeps("etag", "there"),
                complete(&[(1, "one")]).with("if-match", OTHER).fails(412, "PreconditionFailed"),
                get("k").body("there"),
                complete(&[(1, "one")]).with("if-match", "{there}"),
                get("k").body("one"),
            ],
        ),
    ]
}
