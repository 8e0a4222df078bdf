//! Length and state of an object, before any byte of it is read.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;

use crate::address::Address;
use crate::client::Inner;
use crate::error::{S3Error, Target};
use crate::fault::{Cause, Fault};
use crate::operation::Operation;

/// The answer to one request about an object.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) len: u64,
    pub(super) tag: String,
}

impl Head {
    /// The object as it is now, to be read. Length 0 is checked by a second request: some proxies report it for any answer without a body.
    pub(super) async fn opened(inner: &Arc<Inner>, address: &Address) -> Result<Self, S3Error> {
        let head = Self::now(inner, address).await?;
        if head.len > 0 {
            return Ok(head);
        }
        let decide = |found: Option<u64>, tag: String| match found {
            Some(len) if len == 0 || tag != head.tag => Ok(Self { len, tag }),
            Some(len) => Err(Box::new(Fault::contradiction(format!(
                "GetObject says {len} bytes, HeadObject said 0 bytes, both of the state {tag}"
            )))),
            None => Err(Box::new(Fault::body("the answer says no length"))),
        };
        head.held_against_reading(inner, address, decide).await
    }

    /// The object as it is now.
    pub(super) async fn now(inner: &Arc<Inner>, address: &Address) -> Result<Self, S3Error> {
        let found = Self::asked(inner, address).await;
        // The answer to HEAD has no body and so no reason; the answer to a read has one.
        match &found {
            Err(error) if error.is_unexplained() => {
                Self::reason(inner, address).await.map_or(found, Err)
            }
            _ => found,
        }
    }

    /// The object as it is now, expected to have `bytes` bytes. Another length has consequences: a run fails, or published data is written
    /// again. So one answer is not enough: a second must confirm either that length or the expected one.
    pub(super) async fn expecting(
        bytes: u64,
        inner: &Arc<Inner>,
        address: &Address,
    ) -> Result<Self, S3Error> {
        let head = Self::now(inner, address).await?;
        if head.len == bytes {
            return Ok(head);
        }
        let decide = |found: Option<u64>, tag: String| {
            let head = head.len;
            if let Some(len) = found.filter(|found| [bytes, head].contains(found)) {
                return Ok(Self { len, tag });
            }
            let found = found.map_or("no length".to_owned(), |it| format!("{it} bytes"));
            let told = format!("{found}, HeadObject said {head}, expected {bytes}");
            Err(Box::new(Fault::body(told)))
        };
        head.held_against_reading(inner, address, decide).await
    }

    /// Checks this answer against a second one, from reading the first byte; `decide` gets the length and the tag according to that one.
    async fn held_against_reading(
        &self,
        inner: &Arc<Inner>,
        address: &Address,
        decide: impl Fn(Option<u64>, String) -> Result<Self, Box<Fault>>,
    ) -> Result<Self, S3Error> {
        let target = Target { range: Some(0..1), ..Target::data(Operation::GetObject, address) };
        let once = |client: Client| {
            let request = first_byte(&client, address).set_request_payer(inner.payer());
            let decide = &decide;
            async move {
                let (found, tag) = match request.send().await {
                    Ok(answer) => (whole_length(&answer), answer.e_tag),
                    Err(error) => match Fault::of(&error) {
                        // An empty object has no first byte.
                        fault if fault.cause == Cause::Range => (Some(0), None),
                        fault => return Err(fault),
                    },
                };
                decide(found, tag.unwrap_or_else(|| self.tag.clone())).map_err(|fault| *fault)
            }
        };
        inner.call(&target, once).await
    }

    /// Finds out why an object cannot be read, by trying to read its first byte.
    async fn reason(inner: &Arc<Inner>, address: &Address) -> Option<S3Error> {
        let target = Target::data(Operation::GetObject, address);
        let asked = inner.call(&target, |client: Client| {
            let request = first_byte(&client, address).set_request_payer(inner.payer());
            async { request.send().await.map(drop).map_err(|error| Fault::of(&error)) }
        });
        asked.await.err()
    }

    async fn asked(inner: &Arc<Inner>, address: &Address) -> Result<Self, S3Error> {
        let target = Target::data(Operation::HeadObject, address);
        let payer = inner.payer();
        inner
            .call(&target, |client: Client| {
                let request = client
                    .head_object()
                    .bucket(address.bucket())
                    .key(address.key())
                    .set_version_id(address.version().map(str::to_owned))
                    .set_request_payer(payer.clone());
                async {
                    let head = request.send().await.map_err(|error| Fault::of(&error))?;
                    let len = head.content_length.and_then(|len| u64::try_from(len).ok());
                    let (Some(len), Some(tag)) = (len, head.e_tag) else {
                        return Err(Fault::body("the answer has no length or no entity tag"));
                    };
                    Ok(Self { len, tag })
                }
            })
            .await
    }
}

/// Builds a request for the first byte.
fn first_byte(client: &Client, address: &Address) -> GetObjectFluentBuilder {
    let request = client.get_object().bucket(address.bucket()).key(address.key());
    request.set_version_id(address.version().map(str::to_owned)).range("bytes=0-0")
}

/// Length of the whole object, from the answer to a request for part of it.
fn whole_length(answer: &GetObjectOutput) -> Option<u64> {
    match &answer.content_range {
        Some(range) => range.rsplit_once('/')?.1.parse().ok(),
        // Some servers answer a request for the full range with the whole object.
        None => answer.content_length.and_then(|len| u64::try_from(len).ok()),
    }
}
