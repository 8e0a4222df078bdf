//! Faults: what goes wrong, and when.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::StatusCode;

use crate::operation::Operation;

/// How a request fails. Numbers of bytes refer to the answer's body; if the body is shorter or missing, the answer is the same as without
/// the fault.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// 503 `SlowDown`; the request is not carried out.
    SlowDown,
    /// 500 `InternalError`; the request is not carried out.
    InternalError,
    /// 429 `TooManyRequests`, as sent by stores other than AWS's; the request is not carried out.
    TooManyRequests,
    /// 409 `ConditionalRequestConflict`; the request is not carried out.
    Conflict,
    /// The same answer, but the request is carried out: what a client sees that retries while its first request is still under way.
    ConflictDone,
    /// The same answer; the request is not carried out, and multipart uploads to its key are ended. AWS requires a new upload after a 409
    /// and does not say what becomes of the old one (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>,
    /// `If-None-Match`).
    ConflictGone,
    /// 400 `ExpiredToken`, whatever the keys.
    ExpiredToken,
    /// 403 `RequestTimeTooSkewed`: a clock is wrong.
    ClockSkew,
    /// 301 `PermanentRedirect`: the bucket is in another region, `eu-west-1`.
    Elsewhere,
    /// 200 with an `InternalError` in the body; the request is not carried out. AWS documents this for completing an upload.
    ErrorInside,
    /// No answer until the client gives up; the request is not carried out.
    Silent,
    /// The connection is reset after this many bytes of the request's body; the request is not carried out.
    RefusedBody(usize),
    /// The body stops after this many bytes, and the connection stays open.
    StalledBody(u64),
    /// The body arrives at this many bytes per second; must be above 0.
    SlowBody(u64),
    /// The connection is reset after this many bytes of the body.
    Reset(u64),
    /// The connection is closed normally after this many bytes of the body.
    Truncated(u64),
    /// `Content-Length` differs from the body's length by this much. A longer body is cut off; a shorter one ends with its connection.
    WrongLength(i64),
    /// `Content-Range` gives a range of the same length, shifted by one byte.
    WrongRange,
    /// `ETag` is that of another state of the object.
    StaleEtag,
    /// The object is replaced by these bytes just before the request.
    Replaced(Bytes),
    /// The object is removed just before the request.
    Deleted,
    /// The request is carried out, and the connection closed without an answer.
    LostReply,
    /// The request is carried out twice, and the second answer is sent: what a client sees whose first answer was lost and whose library
    /// retried.
    Repeated,
    /// The answer is sent twice.
    SentTwice,
    /// The connection is closed after the answer, without announcing it.
    Closed,
}

impl Fault {
    /// Status, code and message of the answer, if it replaces the real one.
    pub(crate) fn refusal(&self) -> Option<(StatusCode, &'static str, &'static str)> {
        Some(match self {
            Self::SlowDown => {
                (StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate.")
            }
            Self::InternalError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                "We encountered an internal error. Please try again.",
            ),
            Self::ErrorInside => (
                StatusCode::OK,
                "InternalError",
                "We encountered an internal error. Please try again.",
            ),
            Self::TooManyRequests => (
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequests",
                "Please reduce your request rate.",
            ),
            Self::Conflict | Self::ConflictGone => (
                StatusCode::CONFLICT,
                "ConditionalRequestConflict",
                "The conditional request cannot succeed due to a conflicting operation against this resource.",
            ),
            Self::ExpiredToken => {
                (StatusCode::BAD_REQUEST, "ExpiredToken", "The provided token has expired.")
            }
            Self::ClockSkew => (
                StatusCode::FORBIDDEN,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            ),
            Self::Elsewhere => (
                StatusCode::MOVED_PERMANENTLY,
                "PermanentRedirect",
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
            ),
            _ => return None,
        })
    }
}

/// Which requests fail, and how. Each call counts requests from 0, starting when it is made. Run something once with `at` out of reach to
/// learn how many requests it makes ([`Faults::requests`]), then once for each of them.
///
/// If several calls match a request, the first wins.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Script>);

#[derive(Debug, Default)]
struct Script {
    rules: Vec<Rule>,
    /// With `(n, faults)`, the last of every `n` requests fails, with these faults in turn.
    every: Option<(u64, Vec<Fault>)>,
    requests: u64,
    struck: u64,
}

#[derive(Debug)]
struct Rule {
    operation: Option<Operation>,
    key: Option<String>,
    first: u64,
    /// Whether later requests fail too.
    lasting: bool,
    fault: Fault,
    /// Number of requests that have matched so far.
    seen: u64,
}

impl Rule {
    fn of_key(key: &str, first: u64, lasting: bool, fault: Fault) -> Self {
        Self { operation: None, key: Some(key.to_owned()), first, lasting, fault, seen: 0 }
    }

    /// Whether the request is one that should fail; counts it if it matches.
    fn means(&mut self, operation: Operation, key: &str) -> bool {
        let is_other = self.operation.is_some_and(|wanted| wanted != operation);
        if is_other || self.key.as_ref().is_some_and(|wanted| wanted != key) {
            return false;
        }
        let number = self.seen;
        self.seen += 1;
        number == self.first || (self.lasting && number > self.first)
    }
}

impl Faults {
    /// Request `number` fails.
    pub fn at(&self, number: u64, fault: Fault) {
        self.add(None, number, false, fault);
    }

    /// Request `number` and all later ones fail.
    pub fn from(&self, number: u64, fault: Fault) {
        self.add(None, number, true, fault);
    }

    /// Request `number` of an operation fails.
    pub fn at_operation(&self, operation: Operation, number: u64, fault: Fault) {
        self.add(Some(operation), number, false, fault);
    }

    /// Request `number` of an operation and all later ones of it fail.
    pub fn from_operation(&self, operation: Operation, number: u64, fault: Fault) {
        self.add(Some(operation), number, true, fault);
    }

    /// Request `number` for a key fails, whatever its operation.
    pub fn at_key(&self, key: &str, number: u64, fault: Fault) {
        self.push(Rule::of_key(key, number, false, fault));
    }

    /// Request `number` for a key and all later ones for it fail.
    pub fn from_key(&self, key: &str, number: u64, fault: Fault) {
        self.push(Rule::of_key(key, number, true, fault));
    }

    /// The last of every `number` requests fails, whatever its operation, with these faults in turn; there must be at least one. Other
    /// calls take precedence.
    pub fn every(&self, number: u64, faults: impl Into<Vec<Fault>>) {
        let mut script = self.script();
        script.every = Some((number.max(1), faults.into()));
        (script.requests, script.struck) = (0, 0);
    }

    /// Ends all faults.
    pub fn clear(&self) {
        *self.script() = Script::default();
    }

    /// Number of requests since the last call that set or cleared a fault.
    pub fn requests(&self) -> u64 {
        self.script().requests
    }

    /// How many of them were made to fail.
    pub fn struck(&self) -> u64 {
        self.script().struck
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, operation: Option<Operation>, first: u64, lasting: bool, fault: Fault) {
        self.push(Rule { operation, key: None, first, lasting, fault, seen: 0 });
    }

    fn push(&self, rule: Rule) {
        let mut script = self.script();
        script.rules.push(rule);
        (script.requests, script.struck) = (0, 0);
    }

    /// The fault of the next request, if any.
    pub(crate) fn next(&self, operation: Operation, key: &str) -> Option<Fault> {
        let mut script = self.script();
        script.requests += 1;
        let mut fault = None;
        for rule in &mut script.rules {
            // Every rule counts the request, even if another one has already matched.
            if rule.means(operation, key) && fault.is_none() {
                fault = Some(rule.fault.clone());
            }
        }
        if let Some((number, faults)) = &script.every
            && fault.is_none()
            && script.requests.is_multiple_of(*number)
        {
            let turn = (script.requests / number - 1) % faults.len() as u64;
            fault = usize::try_from(turn).ok().and_then(|turn| faults.get(turn)).cloned();
        }
        script.struck += u64::from(fault.is_some());
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation::{GetObject, HeadObject, PutObject};

    #[test]
    fn rules_mean_what_they_say() {
        let check = |set: &dyn Fn(&Faults), expected: &str| {
            let faults = Faults::default();
            set(&faults);
            let asked = [HeadObject, GetObject, PutObject, GetObject, GetObject];
            let struck = asked.map(|operation| match faults.next(operation, "a") {
                None => '.',
                Some(Fault::SlowDown) => 's',
                Some(_) => 'x',
            });
            assert_eq!(String::from_iter(struck), expected);
            assert_eq!(faults.requests(), 5);
            assert_eq!(faults.struck(), expected.replace('.', "").len() as u64);
        };
        check(&|_| {}, ".....");
        check(&|faults| faults.at(9, Fault::SlowDown), ".....");
        check(&|faults| faults.at(2, Fault::SlowDown), "..s..");
        check(&|faults| faults.from(3, Fault::SlowDown), "...ss");
        check(&|faults| faults.at_operation(GetObject, 1, Fault::SlowDown), "...s.");
        check(&|faults| faults.from_operation(GetObject, 1, Fault::SlowDown), "...ss");
        check(&|faults| faults.at_key("a", 1, Fault::SlowDown), ".s...");
        check(&|faults| faults.at_key("b", 1, Fault::SlowDown), ".....");
        check(&|faults| faults.from_key("a", 3, Fault::SlowDown), "...ss");
        let every = |faults: &Faults| {
            faults.every(2, [Fault::SlowDown, Fault::Silent]);
            faults.at(4, Fault::Silent);
        };
        check(&every, ".s.xx");
        let both = |faults: &Faults| {
            faults.at(3, Fault::Silent);
            faults.from(2, Fault::SlowDown);
        };
        check(&both, "..sxs");
    }
}
