//! An object as an input.

mod ahead;
mod head;
mod ranges;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use assay_store::blob::{Blob, Changed, State};
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;

use self::head::Head;
use self::ranges::Ranges;
use crate::address::Address;
use crate::client::Inner;
use crate::connection::Connection;
use crate::error::{S3Error, Target};
use crate::fault::{Cause, Fault};
use crate::operation::Operation;
use crate::settings::Memory;

/// One state of an object. It is read in ranges of 8 MiB: each is fetched whole before any of its bytes are seen, and ranges are fetched
/// ahead for sequential readers.
#[derive(Debug)]
pub(crate) struct ObjectBlob {
    s3: Connection,
    pinned: Arc<Pinned>,
    ranges: Arc<Ranges>,
}

/// Identifies one state of an object.
#[derive(Debug)]
pub(crate) struct Pinned {
    address: Address,
    len: u64,
    tag: String,
    /// Size of a range in bytes.
    range: u64,
}

impl ObjectBlob {
    /// Opens the object at `address`; `memory` limits how much of it is held in memory.
    pub(crate) fn open(s3: Connection, address: &Address, memory: Memory) -> Result<Self, S3Error> {
        let now = s3.wait(Head::opened(&s3.inner, address))?;
        Ok(Self::of(now, s3, address, memory))
    }

    /// Like [`Self::open`], for an object that should have `bytes` bytes. Another length is believed only if two answers agree on it.
    pub(crate) fn open_expecting(
        bytes: u64,
        s3: Connection,
        address: &Address,
        memory: Memory,
    ) -> Result<Self, S3Error> {
        let now = s3.wait(Head::expecting(bytes, &s3.inner, address))?;
        Ok(Self::of(now, s3, address, memory))
    }

    fn of(now: Head, s3: Connection, address: &Address, memory: Memory) -> Self {
        let ranges = Ranges::new(now.len, memory);
        let Head { len, tag } = now;
        let pinned = Pinned { address: address.clone(), len, tag, range: memory.range_bytes };
        Self { s3, pinned: Arc::new(pinned), ranges: Arc::new(ranges) }
    }

    /// The tag of the opened state.
    pub(crate) fn tag(&self) -> &str {
        &self.pinned.tag
    }
}

impl Blob for ObjectBlob {
    fn location(&self) -> String {
        self.pinned.address.to_string()
    }

    fn len(&self) -> u64 {
        self.pinned.len
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.pinned.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let (range, mut filled) = (self.pinned.range, 0);
        while filled < wanted {
            let at = offset + filled as u64;
            let left_of_range = usize::try_from(range - at % range).expect("a range is in memory");
            let count = (wanted - filled).min(left_of_range);
            let bytes = self.range(at / range, count)?;
            let from = usize::try_from(at % range).expect("a range is in memory");
            buffer[filled..filled + count].copy_from_slice(&bytes[from..from + count]);
            filled += count;
        }
        Ok(filled)
    }

    fn state(&self) -> io::Result<State> {
        let Pinned { address, len, .. } = &*self.pinned;
        match self.s3.wait(Head::expecting(*len, &self.s3.inner, address)) {
            Ok(now) if now.tag != self.pinned.tag => Ok(State::Changed),
            Ok(now) if now.len == *len => Ok(State::Same),
            Ok(now) => {
                let target = Target::data(Operation::HeadObject, address);
                let fault = self.pinned.contradicted(&format!("now says {} bytes", now.len));
                Err(S3Error::new(&target, fault, 1).into_io())
            }
            Err(error) if *error.cause() == Cause::NoObject => Ok(State::Gone),
            Err(error) => Err(error.into_io()),
        }
    }

    fn memory(&self) -> usize {
        self.ranges.memory()
    }
}

impl ObjectBlob {
    /// Returns a range, of which `count` bytes will be read. Also requests the ranges likely to be read next.
    fn range(&self, number: u64, count: usize) -> io::Result<Arc<Vec<u8>>> {
        let taken = self.ranges.take(number, count, |number| {
            let (inner, pinned) = (Arc::clone(&self.s3.inner), Arc::clone(&self.pinned));
            let ranges = Arc::clone(&self.ranges);
            self.s3.handle().spawn(async move {
                // Dropping this reports a failure, so no reader waits forever.
                let coming = Ranges::coming(ranges, number, pinned.target(number));
                let spare = coming.spare();
                let fetched = pinned.fetch(&inner, number, spare).await;
                coming.came(fetched);
            });
        });
        taken.map_err(|error| match error.cause() {
            // The opened state no longer exists.
            Cause::Condition | Cause::NoObject => {
                io::Error::other(Changed { offset: number * self.pinned.range })
            }
            _ => error.into_io(),
        })
    }
}

impl Pinned {
    /// Bounds of a range in bytes.
    fn bounds(&self, number: u64) -> Range<u64> {
        let start = number * self.range;
        start..self.len.min(start + self.range)
    }

    /// The target of the request for a range.
    fn target(&self, number: u64) -> Target {
        let range = Some(self.bounds(number));
        Target { range, ..Target::data(Operation::GetObject, &self.address) }
    }

    /// An answer about the opened state contradicts the first one.
    fn contradicted(&self, found: &str) -> Fault {
        let Self { len, tag, .. } = self;
        Fault::contradiction(format!(
            "{found}, HeadObject said {len} bytes, both of the state {tag}"
        ))
    }

    /// Fetches a whole range. `bytes` is memory to reuse for it.
    async fn fetch(&self, inner: &Inner, number: u64, bytes: Vec<u8>) -> Result<Vec<u8>, S3Error> {
        let range = self.bounds(number);
        let target = self.target(number);
        let payer = inner.payer();
        let spare = std::sync::Mutex::new(Some(bytes));
        inner
            .call(&target, |client: Client| {
                let request = client
                    .get_object()
                    .bucket(self.address.bucket())
                    .key(self.address.key())
                    .set_version_id(self.address.version().map(str::to_owned))
                    .if_match(&self.tag)
                    .range(format!("bytes={}-{}", range.start, range.end - 1))
                    .set_request_payer(payer.clone());
                let bytes = spare.lock().ok().and_then(|mut spare| spare.take());
                let range = range.clone();
                async move {
                    let answer = request.send().await.map_err(|error| match Fault::of(&error) {
                        // The tag matches, or S3 would have reported that it does not.
                        fault if fault.cause == Cause::Range => Fault {
                            code: fault.code,
                            status: fault.status,
                            request_id: fault.request_id,
                            ..self.contradicted("GetObject says that it ends before these bytes")
                        },
                        fault => fault,
                    })?;
                    self.whole(answer, &range, bytes.unwrap_or_default()).await
                }
            })
            .await
    }

    /// Reads a body to its end and checks it against the request.
    async fn whole(
        &self,
        answer: GetObjectOutput,
        range: &Range<u64>,
        mut bytes: Vec<u8>,
    ) -> Result<Vec<u8>, Fault> {
        if answer.e_tag.as_ref().is_some_and(|tag| *tag != self.tag) {
            let tag = answer.e_tag.unwrap_or_default();
            return Err(Fault::replaced(format!("entity tag {tag}, expected {}", self.tag)));
        }
        let expected = format!("bytes {}-{}/{}", range.start, range.end - 1, self.len);
        // Some servers answer a request for the full range with the whole object.
        let all = range.start == 0 && range.end == self.len;
        match &answer.content_range {
            Some(found) if *found == expected => {}
            None if all => {}
            found => {
                let total =
                    found.as_ref().and_then(|it| it.rsplit_once('/')?.1.parse::<u64>().ok());
                if let Some(total) = total.filter(|total| *total != self.len) {
                    return Err(self.contradicted(&format!("GetObject says {total} bytes")));
                }
                let found = found.as_deref().unwrap_or("none");
                return Err(Fault::body(format!("content range `{found}`, expected `{expected}`")));
            }
        }
        let wanted = usize::try_from(range.end - range.start).expect("a range is in memory");
        bytes.clear();
        bytes.reserve_exact(wanted);
        let mut body = answer.body;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| Fault::broken(&error))?;
            if bytes.len() + chunk.len() > wanted {
                return Err(Fault::body(format!(
                    "more than the {wanted} bytes that were asked for came"
                )));
            }
            bytes.extend_from_slice(&chunk);
        }
        if bytes.len() < wanted {
            return Err(Fault::body(format!("{} of {wanted} bytes came", bytes.len())));
        }
        Ok(bytes)
    }
}
