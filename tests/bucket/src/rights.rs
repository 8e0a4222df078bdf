//! Permissions: keys, sessions that expire, and denied actions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

/// Permissions as named by IAM. Some cover several operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// GET and HEAD of the current version.
    GetObject,
    /// GET and HEAD with a `versionId`.
    GetObjectVersion,
    /// PUT, and every step of a multipart upload except aborting it.
    PutObject,
    /// DELETE of the current version.
    DeleteObject,
    /// DELETE with a `versionId`.
    DeleteObjectVersion,
    /// Listing, and learning that a key does not exist.
    ListBucket,
    /// Aborting an upload.
    AbortMultipartUpload,
    /// Listing the parts of an upload.
    ListMultipartUploadParts,
    /// Listing uploads.
    ListBucketMultipartUploads,
    /// Creating a bucket.
    CreateBucket,
    /// Making a bucket keep versions.
    PutBucketVersioning,
}

impl Action {
    /// The permission needed for an operation, given AWS's name for it.
    fn needed(operation: &str, versioned: bool) -> Option<Self> {
        Some(match operation {
            "GetObject" | "HeadObject" if versioned => Self::GetObjectVersion,
            "GetObject" | "HeadObject" => Self::GetObject,
            "PutObject"
            | "CopyObject"
            | "CreateMultipartUpload"
            | "UploadPart"
            | "CompleteMultipartUpload" => Self::PutObject,
            "DeleteObject" if versioned => Self::DeleteObjectVersion,
            "DeleteObject" | "DeleteObjects" => Self::DeleteObject,
            "ListObjects" | "ListObjectsV2" | "HeadBucket" => Self::ListBucket,
            "AbortMultipartUpload" => Self::AbortMultipartUpload,
            "ListParts" => Self::ListMultipartUploadParts,
            "ListMultipartUploads" => Self::ListBucketMultipartUploads,
            "CreateBucket" => Self::CreateBucket,
            "PutBucketVersioning" => Self::PutBucketVersioning,
            _ => return None,
        })
    }
}

/// The keys of a client.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: String,
    /// `AWS_SESSION_TOKEN`, if the keys are temporary.
    pub session_token: Option<String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// Shared between the server and its answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rights(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    holders: BTreeMap<String, Holder>,
    denied: BTreeSet<Action>,
}

#[derive(Debug)]
struct Holder {
    secret: String,
    session: Option<Session>,
}

#[derive(Debug)]
struct Session {
    token: String,
    /// Requests left until it expires.
    left: u64,
}

impl Rights {
    fn with<T>(&self, look: impl FnOnce(&mut Table) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Admits a client: forever, or for this many requests if the keys have a token.
    pub(crate) fn admit(&self, keys: &Keys, requests: u64) {
        let session = keys.session_token.clone().map(|token| Session { token, left: requests });
        let holder = Holder { secret: keys.secret_key.clone(), session };
        self.with(|table| table.holders.insert(keys.access_key.clone(), holder));
    }

    pub(crate) fn deny(&self, action: Action) {
        self.with(|table| table.denied.insert(action));
    }

    pub(crate) fn allow_all(&self) {
        self.with(|table| table.denied.clear());
    }

    pub(crate) fn may(&self, action: Action) -> bool {
        self.with(|table| !table.denied.contains(&action))
    }

    /// Checks that a session has not expired; each check uses up one request.
    fn session(&self, key: &str, token: Option<&str>) -> S3Result<()> {
        self.with(|table| {
            let holder = table.holders.get_mut(key);
            let session = holder.and_then(|holder| holder.session.as_mut());
            match (session, token) {
                (None, None) => Ok(()),
                (Some(session), Some(token)) if session.token == token => {
                    if session.left == 0 {
                        return Err(s3_error!(ExpiredToken, "The provided token has expired."));
                    }
                    session.left -= 1;
                    Ok(())
                }
                (Some(_), None) => Err(s3_error!(
                    InvalidAccessKeyId,
                    "The AWS Access Key Id you provided does not exist in our records."
                )),
                _ => Err(s3_error!(
                    InvalidToken,
                    "The provided token is malformed or otherwise invalid."
                )),
            }
        })
    }
}

#[async_trait::async_trait]
impl S3Auth for Rights {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let secret = self.with(|table| {
            table.holders.get(access_key).map(|holder| SecretKey::from(holder.secret.as_str()))
        });
        secret.ok_or_else(|| {
            s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )
        })
    }
}

#[async_trait::async_trait]
impl S3Access for Rights {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(credentials) = cx.credentials() else {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        };
        let token = cx.headers().get("x-amz-security-token").and_then(|value| value.to_str().ok());
        self.session(&credentials.access_key, token)?;
        let versioned = crate::operation::parameter(cx.uri(), "versionId").is_some();
        let action = Action::needed(cx.s3_op().name(), versioned);
        match action {
            Some(action) if !self.may(action) => Err(s3_error!(AccessDenied, "Access Denied")),
            _ => Ok(()),
        }
    }
}
