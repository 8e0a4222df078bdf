//! How to talk to S3.

use std::time::Duration;

use crate::halt::Halt;

/// What differs from what the environment and the profile say, and what they do not say.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Another server than AWS's: `http://127.0.0.1:9000`. Objects are then addressed by path, as such servers want it.
    pub endpoint: Option<String>,
    /// The region, if not the environment's.
    pub region: Option<String>,
    /// Keys, if not the environment's.
    pub keys: Option<Keys>,
    /// Who reads pays, where a bucket's owner asks for that.
    pub requester_pays: bool,
    /// The KMS key that what is written is encrypted with, if not the bucket's own way of encryption: its id, alias or ARN.
    pub kms_key: Option<String>,
    /// Bytes that may be in memory, about half each for what is read ahead and for what is to be written.
    pub memory: Memory,
    /// How long it is tried.
    pub patience: Patience,
    /// By which whoever gave it asks for the end.
    pub halt: Halt,
}

/// Keys to an account, for tests and programs that have them from elsewhere.
#[derive(Clone)]
pub struct Keys {
    /// The public half.
    pub access_key: String,
    /// The other half.
    pub secret_key: String,
    /// Of temporary ones, what they came with.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// How much is kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Ranges of an input, read and being read.
    pub ranges: usize,
    /// Bytes of a range. 8 MiB: of the sizes that reach S3's full rate a connection the smallest, and what AWS advises (8 to 16 MB); its first byte takes
    /// some 20 to 100 ms, its last some 100 more.
    pub range_bytes: u64,
    /// Parts of outputs on their way.
    pub parts: usize,
    /// Bytes of a part. 5 MiB, the least that S3 takes: an output is a tenth of its input, so that its requests do not count, and its memory does.
    pub part_bytes: usize,
}

const RANGE: usize = 8 << 20;
const PART: usize = 5 << 20;

impl Memory {
    /// For a run that may have so many bytes in all: a quarter goes to ranges, from 4 to 16 of them (at 100 MB/s a connection 8 fill 5 Gbit/s, and more than
    /// 16 nobody reads faster than); a part on its way for each 64 MiB, from 2 to 8.
    pub fn of(limit: usize) -> Self {
        Self {
            ranges: (limit / 4 / RANGE).clamp(4, 16),
            range_bytes: RANGE as u64,
            parts: (limit >> 26).clamp(2, 8),
            part_bytes: PART,
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::of(256 << 20)
    }
}

/// How long it is tried, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Times a request is sent at most. 8: with the pauses between them about a minute, as long as S3 takes to scale up a prefix that it slows down.
    pub attempts: u32,
    /// The longest first pause; each further one is twice as long. Half a second, and what is paused is anything between nothing and that, so that many clients do not come back at once.
    pub pause: Duration,
    /// The longest pause of all. 20 seconds, as AWS's own clients have it.
    pub longest_pause: Duration,
    /// How long one attempt may take, its body included. 30 seconds for 8 MiB: a connection that is slower than 280 KB/s is better dropped.
    pub attempt: Duration,
    /// How long it takes to connect at most. 3 seconds: an address that does not answer is another's turn.
    pub connect: Duration,
    /// Repetitions in all, however many requests there are. 500: a run of some thousand requests may have every tenth refused, and one that is refused altogether ends.
    pub budget: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 8,
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(20),
            attempt: Duration::from_secs(30),
            connect: Duration::from_secs(3),
            budget: 500,
        }
    }
}
