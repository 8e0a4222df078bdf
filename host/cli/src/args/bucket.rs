//! How to talk to buckets, where the environment and the profile do not say it.

use clap::Args;

/// How to talk to buckets. Credentials, region and endpoint are found as AWS's own tools find them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Buckets")]
pub(crate) struct BucketArgs {
    #[cfg(feature = "s3")]
    /// URL of an S3-compatible server, such as `http://127.0.0.1:9000` (default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` or the profile).
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    #[cfg(feature = "s3")]
    /// Agree to pay for requests and traffic of requester-pays buckets.
    #[arg(long, env = "ASSAY_REQUEST_PAYER")]
    pub(crate) request_payer: bool,
    #[cfg(feature = "s3")]
    /// KMS key to encrypt written objects with: id, alias or ARN (default: as the bucket is set up).
    #[arg(long, env = "ASSAY_SSE_KMS_KEY_ID", value_name = "KEY")]
    pub(crate) sse_kms_key_id: Option<String>,
}
