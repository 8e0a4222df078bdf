//! Writes a whole object in one request.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{RequestPayer, ServerSideEncryption};
use bytes::Bytes;

use crate::address::Address;
use crate::client::Inner;
use crate::error::{S3Error, Target};
use crate::fault::Fault;
use crate::halt::Grace;
use crate::operation::Operation;

/// Condition for writing an object.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Condition<'a> {
    /// None: any existing object is overwritten.
    Always,
    /// No object exists.
    Absent,
    /// The existing object has this tag.
    Tag(&'a str),
}

impl Inner {
    /// Says that the requester pays, if so configured.
    pub(crate) fn payer(&self) -> Option<RequestPayer> {
        self.settings.requester_pays.then_some(RequestPayer::Requester)
    }

    /// Encryption of written objects and its key, unless the bucket's default applies.
    pub(crate) fn encryption(&self) -> (Option<ServerSideEncryption>, Option<String>) {
        let key = self.settings.kms_key.clone();
        (key.as_ref().map(|_| ServerSideEncryption::AwsKms), key)
    }

    /// Writes an object and returns its tag.
    pub(crate) async fn put(
        &self,
        address: &Address,
        bytes: Bytes,
        condition: Condition<'_>,
        grace: Grace,
    ) -> Result<String, S3Error> {
        let target = Target { grace, ..Target::new(Operation::PutObject, address) };
        let (none_match, matches) = match condition {
            Condition::Always => (None, None),
            Condition::Absent => (Some("*".to_owned()), None),
            Condition::Tag(tag) => (None, Some(tag.to_owned())),
        };
        let (encryption, kms_key) = self.encryption();
        let once = |client: Client| {
            let request = client
                .put_object()
                .bucket(address.bucket())
                .key(address.key())
                .body(ByteStream::from(bytes.clone()))
                .set_if_none_match(none_match.clone())
                .set_if_match(matches.clone())
                .set_server_side_encryption(encryption.clone())
                .set_ssekms_key_id(kms_key.clone())
                .set_request_payer(self.payer());
            async {
                let done = request.send().await.map_err(|error| Fault::of(&error))?;
                done.e_tag.ok_or_else(|| Fault::body("the answer has no entity tag"))
            }
        };
        self.call(&target, once).await
    }
}
