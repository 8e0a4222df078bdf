//! How to talk to buckets, where the environment and the profile do not say it.

use clap::Args;

/// How to talk to buckets. Credentials, region and endpoint are found as AWS's own tools find them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Buckets")]
pub(crate) struct BucketArgs {
    #[cfg(feature = "s3")]
    /// Another server than AWS's, such as `http://127.0.0.1:9000` (default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` or the profile).
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    #[cfg(feature = "s3")]
    /// Pays for requests and traffic, where a bucket's owner asks readers to.
    #[arg(long, env = "ASSAY_REQUEST_PAYER")]
    pub(crate) request_payer: bool,
    #[cfg(feature = "s3")]
    /// The KMS key that what is written is encrypted with: id, alias or ARN (default: as the bucket is set up).
    #[arg(long, env = "ASSAY_SSE_KMS_KEY_ID", value_name = "KEY")]
    pub(crate) sse_kms_key_id: Option<String>,
}
