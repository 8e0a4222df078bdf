//! Why one attempt at a request failed.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use assay_model::{causes, shown};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::{RequestId, RequestIdExt};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::byte_stream::error::Error as StreamError;

use crate::answers::CameBefore;
use crate::halt::Grace;

/// Prefix of every certificate error from rustls.
const BAD_CERTIFICATE: &str = "invalid peer certificate";

/// What went wrong, as far as it affects what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// There is no object with this key, or no such version of it.
    NoObject,
    NoBucket,
    /// The upload has ended, or never existed.
    NoUpload,
    Denied,
    /// The keys are unknown or do not match.
    Refused,
    /// Temporary keys have expired.
    Expired,
    /// No keys were found, or none could be obtained.
    NoKeys {
        /// Whether the instance metadata was queried and did not answer.
        metadata: bool,
    },
    /// `If-Match` or `If-None-Match` was not met.
    Condition,
    /// Another request is writing the same key right now.
    Conflict,
    /// The bucket is in another region.
    Region(Option<String>),
    Clock,
    /// The range starts beyond the end of the object.
    Range,
    /// Too many requests.
    Throttled,
    /// The server's own fault.
    Server,
    Unreachable,
    /// The server's certificate is not trusted.
    Untrusted,
    TimedOut,
    /// The body broke off, or was not what was announced.
    Body,
    /// Two answers about the same state of an object disagree.
    Contradiction,
    /// The run was told to stop.
    Stopped,
    /// Anything else.
    Other,
}

/// The failure of one attempt.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) cause: Cause,
    /// S3's error code, such as `SlowDown`.
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    /// Second id that AWS support asks for.
    pub(crate) host_id: Option<String>,
}

impl Cause {
    /// Whether the same request may succeed in a moment.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Throttled
                | Self::Server
                | Self::Unreachable
                | Self::TimedOut
                | Self::Body
                | Self::Conflict
        )
    }
}

impl Fault {
    fn new(cause: Cause, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { cause, code: None, message, status: None, request_id: None, host_id: None }
    }

    /// Whether new keys might help.
    pub(crate) fn wants_keys(&self) -> bool {
        // A HEAD refused because of old keys gets only a bare 400.
        let is_unexplained = self.code.is_none() && self.status == Some(400);
        self.cause == Cause::Expired || is_unexplained
    }

    /// An attempt took too long; `after` is its limit.
    pub(crate) fn timed_out(after: Duration) -> Self {
        Self::new(Cause::TimedOut, format!("no answer within {after:?}"))
    }

    /// A body that does not match the request.
    pub(crate) fn body(message: impl Into<String>) -> Self {
        Self::new(Cause::Body, message)
    }

    /// A body that broke off.
    pub(crate) fn broken(error: &StreamError) -> Self {
        Self::new(Cause::Body, format!("the connection broke off: {}", chain(error)))
    }

    /// The run was told to stop; `grace` is how long this request could continue.
    pub(crate) fn stopped(grace: Grace) -> Self {
        Self::new(
            Cause::Stopped,
            match grace {
                Grace::None => "stopped by a signal",
                Grace::Closing => "stopped by a signal, and S3 does not answer",
            },
        )
    }

    /// An answer contradicts an earlier one.
    pub(crate) fn contradiction(message: impl Into<String>) -> Self {
        Self::new(Cause::Contradiction, message)
    }

    /// The object is not the one that was opened.
    pub(crate) fn replaced(message: impl Into<String>) -> Self {
        Self::new(Cause::Condition, message)
    }

    /// Classifies the SDK's error.
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let (code, said) = (error.code().map(str::to_owned), error.message().map(str::to_owned));
        let response = error.raw_response();
        let status = response.map(|response| response.status().as_u16());
        let elsewhere = response.and_then(|response| response.headers().get("x-amz-bucket-region"));
        let cause = match error {
            SdkError::ResponseError(_) if CameBefore::is_in(error) => Cause::Body,
            SdkError::TimeoutError(_) => Cause::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Cause::TimedOut,
            SdkError::DispatchFailure(_) if innermost(error).starts_with(BAD_CERTIFICATE) => {
                Cause::Untrusted
            }
            SdkError::DispatchFailure(failure) if failure.is_io() => Cause::Unreachable,
            SdkError::ResponseError(_) if status.is_none_or(|status| status < 300) => Cause::Body,
            // A success whose body cannot be read.
            SdkError::ServiceError(_) if code.is_none() && status == Some(200) => Cause::Body,
            _ => match (no_keys(error), error) {
                (Some(metadata), _) => Cause::NoKeys { metadata },
                // Includes a connection that was closed before the answer came.
                (None, SdkError::DispatchFailure(failure)) if !failure.is_user() => {
                    Cause::Unreachable
                }
                (None, _) => cause(code.as_deref(), status, elsewhere),
            },
        };
        let message = said.unwrap_or_else(|| match (status, error) {
            (Some(status), SdkError::ServiceError(_)) => reason(status).to_owned(),
            // The outer layers only say where the error passed through.
            (None, SdkError::DispatchFailure(_))
                if matches!(cause, Cause::Unreachable | Cause::Untrusted) =>
            {
                innermost(error)
            }
            _ => chain(error),
        });
        Self {
            cause,
            code,
            message,
            status,
            request_id: error.request_id().map(str::to_owned),
            host_id: error.extended_request_id().map(str::to_owned),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(f, "{}: ", shown(code))?;
        }
        write!(f, "{}", shown(self.message.trim_end_matches('.')))?;
        let named = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("{name} {}", shown(value)))
        };
        let status = self.status.map(|status| format!("HTTP {status}"));
        let details =
            [status, named("request id", &self.request_id), named("host id", &self.host_id)];
        let details: Vec<String> = details.into_iter().flatten().collect();
        if details.is_empty() { Ok(()) } else { write!(f, " ({})", details.join(", ")) }
    }
}

fn cause(code: Option<&str>, status: Option<u16>, elsewhere: Option<&str>) -> Cause {
    let region = || Cause::Region(elsewhere.map(str::to_owned));
    match code {
        Some("NoSuchKey" | "NoSuchVersion") => return Cause::NoObject,
        Some("NoSuchBucket") => return Cause::NoBucket,
        Some("NoSuchUpload") => return Cause::NoUpload,
        Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken") => {
            return Cause::Refused;
        }
        Some("ExpiredToken" | "TokenRefreshRequired" | "ExpiredTokenException") => {
            return Cause::Expired;
        }
        Some("PreconditionFailed") => return Cause::Condition,
        Some("ConditionalRequestConflict" | "OperationAborted") => return Cause::Conflict,
        Some(
            "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException",
        ) => return region(),
        Some("RequestTimeTooSkewed") => return Cause::Clock,
        Some("InvalidRange") => return Cause::Range,
        Some(
            "SlowDown"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequests"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded",
        ) => return Cause::Throttled,
        Some(
            "RequestTimeout" | "InternalError" | "ServiceUnavailable" | "IncompleteBody"
            | "BadDigest",
        ) => return Cause::Server,
        _ => {}
    }
    match status {
        Some(301 | 307 | 308) => region(),
        Some(403) => Cause::Denied,
        Some(404) => Cause::NoObject,
        Some(409) => Cause::Conflict,
        Some(412) => Cause::Condition,
        Some(416) => Cause::Range,
        Some(429 | 503) => Cause::Throttled,
        Some(408 | 500..=599) => Cause::Server,
        _ => Cause::Other,
    }
}

/// Whether it failed because no keys were found; if so, whether the instance metadata was queried for them.
fn no_keys(error: &(dyn Error + 'static)) -> Option<bool> {
    let keys = causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>())?;
    let told = chain(keys).to_lowercase();
    Some(told.contains("imds") || told.contains("metadata"))
}

/// An error with its causes, without repetitions.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut said = String::new();
    for cause in causes(error) {
        let text = cause.to_string();
        if !said.ends_with(&text) {
            if !said.is_empty() {
                said.push_str(": ");
            }
            said.push_str(&text);
        }
    }
    said
}

/// The innermost cause.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}

fn reason(status: u16) -> &'static str {
    match status {
        301 => "Moved Permanently",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        412 => "Precondition Failed",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "no explanation was given",
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use aws_sdk_s3::operation::head_object::HeadObjectError;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_stays_so() {
        let check = |said: &str, expected: Cause| {
            let failure = ConnectorError::io(Box::new(io::Error::other(said.to_owned())));
            let fault = Fault::of(&SdkError::<HeadObjectError, _>::dispatch_failure(failure));
            assert_eq!((fault.message.as_str(), &fault.cause), (said, &expected));
            assert_eq!(fault.cause.may_pass(), expected == Cause::Unreachable);
        };
        check("invalid peer certificate: UnknownIssuer", Cause::Untrusted);
        check("invalid peer certificate: Expired", Cause::Untrusted);
        check("Connection refused (os error 111)", Cause::Unreachable);
    }

    #[test]
    fn answers_are_taken_for_what_they_are() {
        let check = |code: &str, status: u16, expected: Cause| {
            let code = (!code.is_empty()).then_some(code);
            assert_eq!(cause(code, Some(status), Some("eu-west-1")), expected, "{code:?} {status}");
        };
        check("NoSuchKey", 404, Cause::NoObject);
        check("NoSuchBucket", 404, Cause::NoBucket);
        check("", 404, Cause::NoObject);
        check("AccessDenied", 403, Cause::Denied);
        check("", 403, Cause::Denied);
        check("AllAccessDisabled", 403, Cause::Denied);
        check("RequestTimeTooSkewed", 403, Cause::Clock);
        check("SignatureDoesNotMatch", 403, Cause::Refused);
        check("ExpiredToken", 400, Cause::Expired);
        check("PermanentRedirect", 301, Cause::Region(Some("eu-west-1".to_owned())));
        check("AuthorizationHeaderMalformed", 400, Cause::Region(Some("eu-west-1".to_owned())));
        check("", 301, Cause::Region(Some("eu-west-1".to_owned())));
        check("SlowDown", 503, Cause::Throttled);
        check("", 503, Cause::Throttled);
        check("", 429, Cause::Throttled);
        check("InternalError", 500, Cause::Server);
        check("", 502, Cause::Server);
        check("RequestTimeout", 400, Cause::Server);
        check("ConditionalRequestConflict", 409, Cause::Conflict);
        check("PreconditionFailed", 412, Cause::Condition);
        check("InvalidRange", 416, Cause::Range);
        check("InvalidArgument", 400, Cause::Other);
    }
}
