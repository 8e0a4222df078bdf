//! Applies faults to answers.

use std::sync::Arc;

use http::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG};
use http::{HeaderMap, HeaderValue, Response};
use http_body::Body as _;
use s3s::{Body, HttpError};

use super::line::Fate;
use super::spoiled::{End, Spoiled};
use crate::answer::refused;
use crate::faults::Fault;

/// The entity tag sent by [`Fault::StaleEtag`]; no object has it.
const STALE: HeaderValue = HeaderValue::from_static("\"00000000000000000000000000000000\"");

/// The answer that replaces the real one, if the fault has one.
pub(super) fn refusal(fault: &Fault, id: &str) -> Option<Result<Response<Body>, HttpError>> {
    let (status, code, message) = fault.refusal()?;
    let mut error = refused(status, code, message);
    error.set_request_id(id);
    if *fault == Fault::Elsewhere {
        let region = HeaderValue::from_static("eu-west-1");
        error.set_headers(HeaderMap::from_iter([(
            http::HeaderName::from_static("x-amz-bucket-region"),
            region,
        )]));
    }
    Some(error.to_http_response().map_err(|error| HttpError::new(Box::new(error))))
}

/// Applies a fault to an answer.
pub(super) fn spoil(
    fault: Option<&Fault>,
    answer: Response<Body>,
    fate: &Arc<Fate>,
) -> Response<Spoiled> {
    // Before the body is inspected: an empty one is complete at once.
    match fault {
        Some(Fault::SentTwice) => fate.repeat(),
        Some(Fault::Closed) => fate.close(),
        _ => {}
    }
    fate.busy();
    let (mut head, body) = answer.into_parts();
    let length = body.size_hint().exact();
    let body = Spoiled::new(body, Arc::clone(fate));
    let body = match fault {
        Some(Fault::StalledBody(bytes)) => body.ending(*bytes, End::Stalls),
        Some(Fault::SlowBody(rate)) => body.slow(*rate),
        Some(Fault::Reset(bytes)) => body.ending(*bytes, End::Resets),
        Some(Fault::Truncated(bytes)) => body.ending(*bytes, End::Breaks),
        Some(Fault::WrongLength(by)) => {
            let told = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
            let told = told.and_then(|value| value.parse().ok()).or(length).unwrap_or(0);
            let wrong = told.saturating_add_signed(*by);
            head.headers.insert(CONTENT_LENGTH, wrong.into());
            body.of_unknown_length()
        }
        _ => body,
    };
    match fault {
        Some(Fault::WrongRange) => shift(&mut head.headers),
        Some(Fault::StaleEtag) if head.headers.contains_key(ETAG) => {
            head.headers.insert(ETAG, STALE);
        }
        _ => {}
    }
    Response::from_parts(head, body)
}

/// Shifts the range by one byte.
fn shift(headers: &mut HeaderMap) {
    let Some(told) = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok()) else {
        return;
    };
    let Some(wrong) = shifted(told) else { return };
    headers.insert(CONTENT_RANGE, HeaderValue::from_str(&wrong).expect("digits"));
}

fn shifted(range: &str) -> Option<String> {
    let (span, whole) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = span.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    Some(format!("bytes {}-{}/{whole}", first + 1, last + 1))
}
