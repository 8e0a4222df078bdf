//! The requests that arrived.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, Method, Uri};

use crate::faults::Fault;
use crate::operation::{Operation, parameter, place};

/// One request as it arrived, whatever its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The operation it requested.
    pub operation: Operation,
    /// Bucket; empty if it named none.
    pub bucket: String,
    /// Key, decoded; empty if it named none. The prefix of a list is not a key.
    pub key: String,
    /// `Range` as it was sent, such as `bytes=0-8388607`.
    pub range: Option<String>,
    /// `If-Match` as it was sent, with quotes.
    pub if_match: Option<String>,
    /// `If-None-Match` as it was sent.
    pub if_none_match: Option<String>,
    /// `versionId`.
    pub version: Option<String>,
    /// `prefix` of a list.
    pub prefix: Option<String>,
    /// `x-amz-request-payer`.
    pub payer: Option<String>,
    /// `x-amz-server-side-encryption`.
    pub encryption: Option<String>,
    /// `x-amz-server-side-encryption-aws-kms-key-id`.
    pub kms_key: Option<String>,
    /// Checksums sent with it, by name of their header or trailer, in order: `x-amz-checksum-crc32`.
    pub checksums: Vec<String>,
    /// Length of its body in bytes as sent, including the framing of `aws-chunked`.
    pub body: usize,
    /// Status of the answer; `None` if there was no answer.
    pub status: Option<u16>,
    /// The fault applied to it, if any.
    pub fault: Option<Fault>,
}

/// Requests in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    /// Number of requests removed from the front.
    forgotten: usize,
    requests: Vec<Request>,
}

impl Log {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request and returns its number.
    pub(crate) fn note(&self, request: Request) -> usize {
        let mut book = self.book();
        book.requests.push(request);
        book.forgotten + book.requests.len() - 1
    }

    /// Adds to the entry of a request, unless it has been removed.
    pub(crate) fn add(&self, number: usize, add: impl FnOnce(&mut Request)) {
        let mut book = self.book();
        let place = number.checked_sub(book.forgotten);
        if let Some(request) = place.and_then(|place| book.requests.get_mut(place)) {
            add(request);
        }
    }

    pub(crate) fn all(&self) -> Vec<Request> {
        self.book().requests.clone()
    }

    pub(crate) fn take(&self) -> Vec<Request> {
        let mut book = self.book();
        book.forgotten += book.requests.len();
        std::mem::take(&mut book.requests)
    }
}

impl Request {
    pub(crate) fn new(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            let value = headers.get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let sums = headers.keys().map(http::HeaderName::as_str).filter(|name| {
            name.starts_with("x-amz-checksum-")
                && !name.ends_with("-mode")
                && !name.ends_with("-algorithm")
        });
        let mut checksums: Vec<String> = sums.map(str::to_owned).collect();
        checksums.extend(text("x-amz-trailer"));
        let (bucket, key) = place(uri);
        Self {
            operation: Operation::of(method, uri, headers),
            bucket,
            key,
            range: text("range"),
            if_match: text("if-match"),
            if_none_match: text("if-none-match"),
            version: parameter(uri, "versionId"),
            prefix: parameter(uri, "prefix"),
            payer: text("x-amz-request-payer"),
            encryption: text("x-amz-server-side-encryption"),
            kms_key: text("x-amz-server-side-encryption-aws-kms-key-id"),
            checksums,
            body: 0,
            status: None,
            fault: None,
        }
    }
}
