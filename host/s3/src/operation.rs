//! Requests of S3's API.

/// A request of S3's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are S3's, and its documentation says what they are")]
pub enum Operation {
    GetObject,
    HeadObject,
    PutObject,
    CreateMultipartUpload,
    UploadPart,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    DeleteObject,
    ListObjects,
    ListMultipartUploads,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::GetObject,
        Self::HeadObject,
        Self::PutObject,
        Self::CreateMultipartUpload,
        Self::UploadPart,
        Self::CompleteMultipartUpload,
        Self::AbortMultipartUpload,
        Self::DeleteObject,
        Self::ListObjects,
        Self::ListMultipartUploads,
    ];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::GetObject => "GetObject",
            Self::HeadObject => "HeadObject",
            Self::PutObject => "PutObject",
            Self::CreateMultipartUpload => "CreateMultipartUpload",
            Self::UploadPart => "UploadPart",
            Self::CompleteMultipartUpload => "CompleteMultipartUpload",
            Self::AbortMultipartUpload => "AbortMultipartUpload",
            Self::DeleteObject => "DeleteObject",
            Self::ListObjects => "ListObjectsV2",
            Self::ListMultipartUploads => "ListMultipartUploads",
        }
    }

    /// The permission it needs, as named in a policy.
    pub fn permission(self, versioned: bool) -> &'static str {
        match self {
            Self::GetObject | Self::HeadObject if versioned => "s3:GetObjectVersion",
            Self::GetObject | Self::HeadObject => "s3:GetObject",
            Self::PutObject
            | Self::CreateMultipartUpload
            | Self::UploadPart
            | Self::CompleteMultipartUpload => "s3:PutObject",
            Self::AbortMultipartUpload => "s3:AbortMultipartUpload",
            Self::DeleteObject => "s3:DeleteObject",
            Self::ListObjects => "s3:ListBucket",
            Self::ListMultipartUploads => "s3:ListBucketMultipartUploads",
        }
    }

    /// Factor by which it may take longer than other requests.
    pub(crate) fn patience(self) -> u32 {
        match self {
            // S3 assembles the parts before it answers, which takes minutes if there are many.
            Self::CompleteMultipartUpload => 10,
            _ => 1,
        }
    }

    /// Whether that permission is granted on the bucket rather than on its objects.
    pub(crate) fn is_of_bucket(self) -> bool {
        matches!(self, Self::ListObjects | Self::ListMultipartUploads)
    }
}
