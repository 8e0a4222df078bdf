//! The operation of a request, as named by AWS.

use std::fmt;

use http::{HeaderMap, Method, Uri};

/// Operations supported by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are documented under these names by AWS")]
pub enum Operation {
    AbortMultipartUpload,
    CompleteMultipartUpload,
    CopyObject,
    CreateBucket,
    CreateMultipartUpload,
    DeleteObject,
    DeleteObjects,
    GetObject,
    HeadBucket,
    HeadObject,
    ListMultipartUploads,
    ListObjectsV2,
    ListParts,
    PutBucketVersioning,
    PutObject,
    UploadPart,
    /// Any unsupported operation.
    Other,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The bucket and key in a request's address, decoded; either may be empty.
pub(crate) fn place(uri: &Uri) -> (String, String) {
    let path = uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (decoded(bucket), decoded(key))
}

/// The value of a query parameter, decoded; empty if it has no value.
pub(crate) fn parameter(uri: &Uri, name: &str) -> Option<String> {
    uri.query()?.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| decoded(value))
    })
}

impl Operation {
    /// Determines the operation of a request.
    pub(crate) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let (bucket, key) = place(uri);
        let has = |name| parameter(uri, name).is_some();
        if bucket.is_empty() {
            return Self::Other;
        }
        if headers.contains_key("x-amz-copy-source") {
            return if has("partNumber") { Self::Other } else { Self::CopyObject };
        }
        if key.is_empty() {
            return match *method {
                Method::PUT if has("versioning") => Self::PutBucketVersioning,
                Method::PUT if uri.query().is_none_or(|query| query.starts_with("x-id=")) => {
                    Self::CreateBucket
                }
                Method::HEAD => Self::HeadBucket,
                Method::POST if has("delete") => Self::DeleteObjects,
                Method::GET if has("uploads") => Self::ListMultipartUploads,
                Method::GET if has("list-type") => Self::ListObjectsV2,
                _ => Self::Other,
            };
        }
        match *method {
            Method::GET if has("uploadId") => Self::ListParts,
            Method::GET => Self::GetObject,
            Method::HEAD => Self::HeadObject,
            Method::PUT if has("partNumber") => Self::UploadPart,
            Method::PUT => Self::PutObject,
            Method::POST if has("uploads") => Self::CreateMultipartUpload,
            Method::POST if has("uploadId") => Self::CompleteMultipartUpload,
            Method::DELETE if has("uploadId") => Self::AbortMultipartUpload,
            Method::DELETE => Self::DeleteObject,
            _ => Self::Other,
        }
    }
}

/// Percent-decodes a text; bytes that are not UTF-8 are replaced.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(value) if first == b'%' => {
                bytes.push(value);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_named() {
        let check = |method: Method, uri: &str, expected: Operation| {
            let parsed: Uri = uri.parse().expect("a path");
            assert_eq!(Operation::of(&method, &parsed, &HeaderMap::new()), expected, "{uri}");
        };
        check(Method::GET, "/b/k?x-id=GetObject", Operation::GetObject);
        check(Method::HEAD, "/b/k?versionId=1", Operation::HeadObject);
        check(Method::HEAD, "/b", Operation::HeadBucket);
        check(Method::PUT, "/b/k?x-id=PutObject", Operation::PutObject);
        check(Method::PUT, "/b/k?partNumber=1&uploadId=u", Operation::UploadPart);
        check(Method::POST, "/b/k?uploads", Operation::CreateMultipartUpload);
        check(Method::POST, "/b/k?uploadId=u", Operation::CompleteMultipartUpload);
        check(Method::DELETE, "/b/k?uploadId=u", Operation::AbortMultipartUpload);
        check(Method::DELETE, "/b/k", Operation::DeleteObject);
        check(Method::POST, "/b?delete", Operation::DeleteObjects);
        check(Method::GET, "/b?list-type=2&prefix=a", Operation::ListObjectsV2);
        check(Method::GET, "/b/?uploads&prefix=a", Operation::ListMultipartUploads);
        check(Method::PUT, "/b", Operation::CreateBucket);
        check(Method::PUT, "/b?versioning", Operation::PutBucketVersioning);
        check(Method::GET, "/", Operation::Other);
        check(Method::GET, "/b?acl", Operation::Other);
    }

    #[test]
    fn places_are_decoded() {
        let uri: Uri = "/b/year%3D2023/%C3%A9+x%zz?prefix=a%2Fb".parse().expect("a path");
        assert_eq!(place(&uri), ("b".to_owned(), "year=2023/é+x%zz".to_owned()));
        assert_eq!(parameter(&uri, "prefix").as_deref(), Some("a/b"));
    }
}
