//! Errors of requests, with what the user can do about them.

use std::fmt;
use std::io;
use std::ops::Range;

use assay_model::shown;
use assay_store::Stopped;

use crate::address::Address;
use crate::fault::{Cause, Fault};
use crate::halt::Grace;
use crate::operation::Operation;

/// The subject of a request.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) operation: Operation,
    pub(crate) address: Address,
    /// Byte range of the object, if only part of it was requested.
    pub(crate) range: Option<Range<u64>>,
    /// How long the request may continue after a stop request.
    pub(crate) grace: Grace,
}

impl Target {
    /// A request about a document, or one that takes something back.
    pub(crate) fn new(operation: Operation, address: &Address) -> Self {
        Self { operation, address: address.clone(), range: None, grace: Grace::Closing }
    }

    /// A request about data, which the next run repeats.
    pub(crate) fn data(operation: Operation, address: &Address) -> Self {
        Self { grace: Grace::None, ..Self::new(operation, address) }
    }
}

/// Advice for an upload that S3 did not complete: the data of its parts is no longer in memory.
const ANEW: &str = "its parts are not kept; try again: the next run uploads them again under new names, and nothing that was published has changed";

/// Why S3 did not carry out a request, after all attempts.
#[derive(Debug)]
pub struct S3Error(Box<Failure>);

#[derive(Debug)]
struct Failure {
    target: Target,
    fault: Fault,
    attempts: u32,
}

impl std::error::Error for S3Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        (*self.cause() == Cause::Stopped).then_some(&Stopped)
    }
}

impl S3Error {
    pub(crate) fn new(target: &Target, fault: Fault, attempts: u32) -> Self {
        Self(Box::new(Failure { target: target.clone(), fault, attempts }))
    }

    pub(crate) fn cause(&self) -> &Cause {
        &self.0.fault.cause
    }

    /// Whether S3 refused without giving a reason.
    pub(crate) fn is_unexplained(&self) -> bool {
        let Fault { code, status, .. } = &self.0.fault;
        code.is_none() && matches!(status, Some(301 | 400 | 403))
    }

    /// Converts to an I/O error. Its kind says whether another attempt may help.
    pub fn into_io(self) -> io::Error {
        let kind = match self.0.fault.cause {
            Cause::NoObject | Cause::NoBucket => io::ErrorKind::NotFound,
            Cause::Denied
            | Cause::Refused
            | Cause::Clock
            | Cause::NoKeys { .. }
            | Cause::Untrusted => io::ErrorKind::PermissionDenied,
            Cause::Region(_) | Cause::Range | Cause::Other => io::ErrorKind::InvalidInput,
            Cause::Throttled => io::ErrorKind::ResourceBusy,
            Cause::TimedOut => io::ErrorKind::TimedOut,
            Cause::Unreachable => io::ErrorKind::NotConnected,
            Cause::Body => io::ErrorKind::ConnectionAborted,
            // These may pass: a conflicting request finishes; an orchestrator gets new keys; a proxy that garbled one answer may not garble
            // the next.
            Cause::NoUpload
            | Cause::Expired
            | Cause::Condition
            | Cause::Conflict
            | Cause::Contradiction
            | Cause::Stopped
            | Cause::Server => io::ErrorKind::Other,
        };
        io::Error::new(kind, self)
    }

    /// Advice for the user.
    fn help(&self) -> String {
        let Target { operation, address, .. } = &self.0.target;
        let bucket = address.bucket();
        match &self.0.fault.cause {
            Cause::NoObject if *operation == Operation::HeadObject => format!("there is no such object, or no bucket `{bucket}` at this endpoint: check the key, letter by letter"),
            Cause::NoObject => "there is no such object: check the key, letter by letter".to_owned(),
            Cause::NoBucket => format!("there is no bucket `{bucket}` at this endpoint: check AWS_ENDPOINT_URL_S3 and the profile"),
            Cause::Denied => self.lacking(),
            Cause::Refused => "the server does not know these keys, or they do not match each other: `aws sts get-caller-identity` shows whose they are".to_owned(),
            Cause::Expired => "the session has expired: log in again (`aws sso login`), or have the caller provide new keys; then try again".to_owned(),
            Cause::NoKeys { metadata } => {
                let container = if *metadata {
                    "; on an instance, a container reaches its metadata only if their hop limit is 2 (`aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2`)"
                } else {
                    ""
                };
                format!("no credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the job a role{container}")
            }
            Cause::Region(Some(region)) => {
                let region = shown(region);
                format!("the bucket is in `{region}`: set AWS_REGION={region}")
            },
            Cause::Region(None) => "the bucket is not in the region that AWS_REGION or the profile names".to_owned(),
            Cause::Clock => "this machine's clock is wrong by more than 15 minutes: set it (`timedatectl`)".to_owned(),
            Cause::NoUpload => format!("the upload no longer exists: S3 dropped it after a conflict (409), or a lifecycle rule or `assay gc` aborted it; {ANEW}"),
            Cause::Conflict if *operation == Operation::CompleteMultipartUpload => format!("S3 was handling another request for the same key, and requires this upload to start again; {ANEW}"),
            Cause::Condition | Cause::Conflict => "another process is writing to the same key; try again".to_owned(),
            Cause::Throttled => format!("S3 limits the request rate: try again, with fewer concurrent tasks on `s3://{bucket}`"),
            Cause::Server | Cause::TimedOut | Cause::Body => "try again: nothing that was published has changed".to_owned(),
            Cause::Contradiction => "the server or a proxy in front of it corrupts responses: try again; if the error persists, request the object without the proxy (NO_PROXY), and with `aws s3api head-object` and `get-object`".to_owned(),
            Cause::Stopped => "run again".to_owned(),
            Cause::Unreachable => "try again; if the error persists, check AWS_ENDPOINT_URL_S3, AWS_REGION, the proxy (HTTPS_PROXY) and the network".to_owned(),
            Cause::Untrusted => "the server's certificate is from an unknown authority, or does not match the address; if the authority is yours or a proxy's, set SSL_CERT_FILE to a list (PEM) that contains it".to_owned(),
            Cause::Range | Cause::Other => {
                format!("see S3's documentation of {}", operation.name())
            }
        }
    }

    /// Names the missing permission, and other possible causes of a 403.
    fn lacking(&self) -> String {
        let Target { operation, address, .. } = &self.0.target;
        let permission = operation.permission(address.version().is_some());
        let (bucket, key) = (address.bucket(), shown(address.key()));
        if operation.is_of_bucket() {
            return format!("the role needs `{permission}` on `arn:aws:s3:::{bucket}`");
        }
        let needs = format!("the role needs `{permission}` on `arn:aws:s3:::{bucket}/{key}`");
        match operation {
            // Without this permission, S3 answers 403 for objects that do not exist.
            Operation::GetObject | Operation::HeadObject => format!(
                "{needs}; if the object may be missing, also `s3:ListBucket` on `arn:aws:s3:::{bucket}`, without which S3 answers 403 instead of 404; if it is encrypted, `kms:Decrypt` on its key"
            ),
            Operation::DeleteObject | Operation::AbortMultipartUpload => needs,
            _ => format!(
                "{needs}; for an encrypted bucket also `kms:GenerateDataKey` and `kms:Decrypt` on its key; a bucket policy may also deny it"
            ),
        }
    }
}

impl fmt::Display for S3Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Target { operation, address, range, .. } = &self.0.target;
        write!(f, "{} of `{}`", operation.name(), shown(address))?;
        if let Some(range) = range {
            write!(f, ", bytes {} to {}", range.start, range.end.saturating_sub(1))?;
        }
        let times = match self.0.attempts {
            0 | 1 => String::new(),
            times => format!(", tried {times} times"),
        };
        write!(f, "{times}: {}\nhelp: {}", self.0.fault, self.help())
    }
}
