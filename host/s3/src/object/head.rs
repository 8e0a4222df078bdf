//! What an object is before a byte of it is read: how long, and in which state.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;

use crate::address::Address;
use crate::client::Inner;
use crate::error::{S3Error, Target};
use crate::fault::{Cause, Fault};
use crate::operation::Operation;

/// What one request tells of an object.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) len: u64,
    pub(super) tag: String,
}

impl Head {
    /// The object as it is now, to be read. That nothing is in it is not believed at once: of an answer that has no body some proxies say that its length is 0.
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
        // An answer to HEAD has no body, and so no reason. A reader's answer has.
        match &found {
            Err(error) if error.is_unexplained() => {
                Self::reason(inner, address).await.map_or(found, Err)
            }
            _ => found,
        }
    }

    /// The object as it is now, of which so many bytes are expected. Much is done because of another length: a run fails, or what is published is written
    /// anew. So one answer is not enough for it, and a second one decides that says the same, or what was expected.
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

    /// What a second answer makes of this one, that to a reader of the first byte: `decide` is told how long that says the object is, and which state it is of.
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
                        // Of nothing there is no first byte.
                        fault if fault.cause == Cause::Range => (Some(0), None),
                        fault => return Err(fault),
                    },
                };
                decide(found, tag.unwrap_or_else(|| self.tag.clone())).map_err(|fault| *fault)
            }
        };
        inner.call(&target, once).await
    }

    /// Why an object cannot be read, as an attempt to read its first byte tells.
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

/// A request for the first byte.
fn first_byte(client: &Client, address: &Address) -> GetObjectFluentBuilder {
    let request = client.get_object().bucket(address.bucket()).key(address.key());
    request.set_version_id(address.version().map(str::to_owned)).range("bytes=0-0")
}

/// How long the object is of which a part was asked for.
fn whole_length(answer: &GetObjectOutput) -> Option<u64> {
    match &answer.content_range {
        Some(range) => range.rsplit_once('/')?.1.parse().ok(),
        // Some servers answer with the whole object where all of it is asked for.
        None => answer.content_length.and_then(|len| u64::try_from(len).ok()),
    }
}
