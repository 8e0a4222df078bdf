//! Requests signed by AWS's signature version 4, written by hand: enough to prepare a bucket, and no library of ours or AWS's to
//! agree with itself.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use assay_digest::sha256;

/// How long one answer may take. A server on the same machine needs milliseconds, and one that is just starting seconds.
const PATIENCE: Duration = Duration::from_mins(2);

/// Who signs, and for which region.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) region: &'static str,
}

/// What is asked for. The query is written as it is sent: percent-encoded, its names in order. The path is not yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

/// A body and its length. Bodies are not signed, so that large ones need not be read twice.
pub(crate) type Body<'a> = (&'a mut dyn Read, u64);

/// An answer: its status, and its body as text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

/// Sends a request over a connection of its own.
pub(crate) fn send(
    server: SocketAddr,
    signer: &Signer,
    request: Request<'_>,
    (body, length): Body<'_>,
) -> io::Result<Answer> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
    let mut connection = TcpStream::connect(server)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let head = head(&server.to_string(), signer, request, &stamp(now.as_secs()), length);
    connection.write_all(head.as_bytes())?;
    // Larger than the standard library's 8 KiB, which take a system call each.
    let mut buffer = vec![0; 1 << 20];
    let mut sent = 0;
    loop {
        let read = body.read(&mut buffer)?;
        // Who refuses a request closes before it has all of it. Then the answer tells more than the error.
        if read == 0 || connection.write_all(&buffer[..read]).is_err() {
            break;
        }
        sent += read as u64;
    }
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).map_err(|error| {
        io::Error::other(format!("{} {}: {error} after {sent} bytes", request.method, request.path))
    })?;
    parse(&String::from_utf8_lossy(&answer))
}

fn parse(answer: &str) -> io::Result<Answer> {
    let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("not HTTP: `{answer}`")))?;
    let text = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
    Ok(Answer { status, text })
}

/// The request's lines up to its body.
fn head(host: &str, signer: &Signer, request: Request<'_>, stamp: &str, length: u64) -> String {
    const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
    const SIGNED: &str = "host;x-amz-content-sha256;x-amz-date";
    let Request { method, path, query } = request;
    let path = encoded(path);
    let canonical = format!(
        "{method}\n{path}\n{query}\nhost:{host}\nx-amz-content-sha256:{UNSIGNED}\nx-amz-date:{stamp}\n\n{SIGNED}\n{UNSIGNED}"
    );
    let date = &stamp[..8];
    let scope = format!("{date}/{}/s3/aws4_request", signer.region);
    let to_sign = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", sha256(canonical));
    let mut key = format!("AWS4{}", signer.secret).into_bytes();
    for part in [date, signer.region, "s3", "aws4_request", &to_sign] {
        key = hmac(&key, part.as_bytes()).to_vec();
    }
    let signature = hex(&key);
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nx-amz-date: {stamp}\r\nx-amz-content-sha256: {UNSIGNED}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={SIGNED}, Signature={signature}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n",
        signer.key
    )
}

/// A path as it is sent and signed: all but letters, digits and `-_.~/` percent-encoded.
fn encoded(path: &str) -> String {
    path.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// RFC 2104 with SHA-256, whose block is 64 bytes.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&sha256(key).0);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = sha256([&block.map(|byte| byte ^ 0x36), message].concat());
    sha256([&block.map(|byte| byte ^ 0x5c)[..], &inner.0].concat()).0
}

/// Seconds since 1970 as `20261128T120910Z`.
fn stamp(seconds: u64) -> String {
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from 1 March of the year 0, so that leap days come last (Hinnant, "chrono-compatible low-level date algorithms").
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    let year = year + era * 400;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_utc() {
        let check = |seconds, expected: &str| assert_eq!(stamp(seconds), expected);
        check(0, "19700101T000000Z");
        check(951_782_399, "20000228T235959Z");
        check(951_782_400, "20000229T000000Z");
        check(951_868_800, "20000301T000000Z");
        check(1_767_225_599, "20251231T235959Z");
        check(4_107_542_399, "21000228T235959Z");
        check(4_107_542_400, "21000301T000000Z");
    }

    #[test]
    fn paths_are_encoded() {
        let check = |path, expected: &str| assert_eq!(encoded(path), expected);
        check("/lake/raw/a-b_c.d~e", "/lake/raw/a-b_c.d~e");
        check("/lake/year=2023/Müll +1%", "/lake/year%3D2023/M%C3%BCll%20%2B1%25");
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        let check = |key: &[u8], message: &[u8], expected: &str| {
            assert_eq!(hex(&hmac(key, message)), expected);
        };
        // RFC 4231, cases 2 and 6.
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
    }
}
