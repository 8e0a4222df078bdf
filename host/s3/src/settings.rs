//! How to connect to S3.

use std::time::Duration;

use crate::halt::Halt;

/// Settings that override or supplement the environment and the profile.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// A server other than AWS's, such as `http://127.0.0.1:9000`. Objects are then addressed by path, as such servers expect.
    pub endpoint: Option<String>,
    /// Region; overrides the environment's.
    pub region: Option<String>,
    /// Keys; override the environment's.
    pub keys: Option<Keys>,
    /// Whether the requester pays, for buckets whose owner requires it.
    pub requester_pays: bool,
    /// Id, alias or ARN of the KMS key that encrypts written objects, instead of the bucket's default encryption.
    pub kms_key: Option<String>,
    /// Memory budget, about half each for read-ahead and for output.
    pub memory: Memory,
    /// Timeouts and retries.
    pub patience: Patience,
    /// Used by the caller to request a stop.
    pub halt: Halt,
}

/// Account keys, for tests and for programs that get them from elsewhere.
#[derive(Clone)]
pub struct Keys {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: String,
    /// Session token of temporary keys.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// Memory budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Ranges of an input in memory, including those being fetched.
    pub ranges: usize,
    /// Bytes per range. 8 MiB: the smallest size that reaches S3's full rate per connection, and within AWS's advice (8 to 16 MB); the
    /// first byte takes some 20 to 100 ms, the last some 100 ms more.
    pub range_bytes: u64,
    /// Parts of outputs being uploaded.
    pub parts: usize,
    /// Bytes per part. 5 MiB, the minimum in S3: an output is a tenth of its input, so its memory matters and its number of requests does
    /// not.
    pub part_bytes: usize,
}

const RANGE: usize = 8 << 20;
const PART: usize = 5 << 20;

impl Memory {
    /// Divides up a run's memory limit in bytes: a quarter for ranges, 4 to 16 of them (at 100 MB/s per connection, 8 fill 5 Gbit/s, and no
    /// reader is faster than 16); one part under way per 64 MiB, 2 to 8 of them.
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

/// Timeouts and retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Maximum attempts per request. 8: with the pauses about a minute, the time S3 takes to scale up a prefix that it throttles.
    pub attempts: u32,
    /// Longest first pause, which doubles with each attempt. 500 ms. The actual pause is random between zero and this, so that many clients
    /// do not return at once.
    pub pause: Duration,
    /// Longest pause of all. 20 seconds, as in AWS's own clients.
    pub longest_pause: Duration,
    /// Time limit of one attempt, including the body. 30 seconds for 8 MiB: a connection slower than 280 KB/s is better dropped.
    pub attempt: Duration,
    /// Time limit for connecting. 3 seconds: if an address does not answer, it is time to try another.
    pub connect: Duration,
    /// Maximum repetitions over all requests. 500: a run of some thousand requests may have one in ten refused, but one refused altogether
    /// ends.
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
