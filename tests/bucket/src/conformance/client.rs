//! Requests signed with AWS Signature Version 4 and sent without an S3 library, so that the table determines every byte and nothing is
//! retried or corrected.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::crypto::{Checksum as _, Sha256};

use crate::rights::Keys;

/// Time limit for each piece of an answer; servers on the same machine need milliseconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// Address of a server, and the client's keys.
#[derive(Debug, Clone)]
pub struct Client {
    host: String,
    keys: Keys,
    patience: Duration,
}

/// A request. The path begins with `/`; path and query are percent-encoded. The query's names are in order, each followed by `=`.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Method, such as `GET`.
    pub method: &'a str,
    /// Path: `/bucket/key`.
    pub path: &'a str,
    /// Query, without `?`.
    pub query: &'a str,
    /// Headers, with names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
    /// Body.
    pub body: &'a [u8],
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, as far as it arrived, and everything after it.
    pub body: Vec<u8>,
    /// How the connection broke, if it did.
    pub broken: Option<io::ErrorKind>,
}

impl Answer {
    /// The value of a header, if present.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }

    /// The text of the first element with this name, if present.
    pub fn element(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let (_, after) = text.split_once(&format!("<{name}>"))?;
        Some(after.split_once("</")?.0.replace("&quot;", "\"").replace("&#34;", "\""))
    }
}

impl Client {
    /// Creates a client of the server at `endpoint` (`http://host:port`).
    pub fn new(endpoint: &str, keys: Keys) -> Self {
        let host = endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { host, keys, patience: PATIENCE }
    }

    /// Changes the time limit for each piece of an answer.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sends a request over a new connection, and reads until the server closes it. Fails if the server cannot be reached or sends no valid
    /// head.
    pub fn send(&self, request: Sent<'_>) -> io::Result<Answer> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
        let mut connection = TcpStream::connect(&self.host)?;
        connection.set_read_timeout(Some(self.patience))?;
        connection.write_all(self.head(request, &stamp(now.as_secs())).as_bytes())?;
        // A server that refuses a request may close before reading all of it; its answer is more informative than this error.
        let _ = connection.write_all(request.body);
        let mut all = Vec::new();
        let end = connection.read_to_end(&mut all).map(drop);
        if all.is_empty() {
            end?;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Answer { broken: end.err().map(|error| error.kind()), ..parse(&all)? })
    }

    fn head(&self, request: Sent<'_>, stamp: &str) -> String {
        let Sent { method, path, query, headers, body } = request;
        let given = headers.iter().find(|(name, _)| *name == "x-amz-content-sha256");
        let sum = given
            .map_or_else(|| hex(Sha256::checksum(body).as_ref()), |(_, sum)| (*sum).to_owned());
        let mut all = vec![("host", self.host.as_str()), ("x-amz-date", stamp)];
        if given.is_none() {
            all.push(("x-amz-content-sha256", &sum));
        }
        all.extend(self.keys.session_token.as_deref().map(|token| ("x-amz-security-token", token)));
        all.extend(headers);
        all.sort_unstable();
        let lines: Vec<String> =
            all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let lines = lines.concat();
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{sum}");
        let day = stamp.split_once('T').map_or("", |(day, _)| day);
        let scope = format!("{day}/us-east-1/s3/aws4_request");
        let digest = hex(Sha256::checksum(canonical.as_bytes()).as_ref());
        let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}");
        let secret = format!("AWS4{}", self.keys.secret_key);
        let key = [day, "us-east-1", "s3", "aws4_request"]
            .iter()
            .fold(secret.into_bytes(), |key, part| hmac(&key, part.as_bytes()));
        let signature = hex(&hmac(&key, text.as_bytes()));
        let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let mut head = format!("{method} {target} HTTP/1.1\r\n");
        for (name, value) in all {
            write!(head, "{name}: {value}\r\n").expect("strings grow");
        }
        let key = &self.keys.access_key;
        write!(head, "authorization: AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}\r\n").expect("strings grow");
        let stays = headers.iter().any(|(name, _)| *name == "connection");
        let connection = if stays { "" } else { "connection: close\r\n" };
        write!(head, "content-length: {}\r\n{connection}\r\n", body.len()).expect("strings grow");
        head
    }
}

fn parse(all: &[u8]) -> io::Result<Answer> {
    let wrong = || io::Error::other(format!("not HTTP: `{}`", String::from_utf8_lossy(all)));
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(wrong)?;
    let head = String::from_utf8_lossy(&all[..end]);
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status =
        first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(wrong)?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers: Vec<_> =
        headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    let mut answer = Answer { status, headers, body: all[end + 4..].to_vec(), broken: None };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = unchunked(&answer.body);
    }
    Ok(answer)
}

/// The data in chunks, as far as they arrived.
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok();
        let size = size.and_then(|size| usize::from_str_radix(size, 16).ok()).unwrap_or(0);
        rest = &rest[end + 2..];
        let size = size.min(rest.len());
        if size == 0 {
            break;
        }
        data.extend_from_slice(&rest[..size]);
        rest = rest.get(size + 2..).unwrap_or_default();
    }
    data
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // All our keys are shorter than a block.
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let (inner, outer) = (block.map(|byte| byte ^ 0x36), block.map(|byte| byte ^ 0x5c));
    let inner = Sha256::checksum(&[inner.as_slice(), text].concat());
    Sha256::checksum(&[outer.as_slice(), inner.as_ref()].concat()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Formats seconds since 1970 as `20261128T125000Z`.
fn stamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days are counted from March 1st of the year 0, so that leap days come last.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month < 3);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        let check = |seconds: u64, expected: &str| assert_eq!(stamp(seconds), expected);
        check(0, "19700101T000000Z");
        check(951_782_399, "20000228T235959Z");
        check(951_782_400, "20000229T000000Z");
        check(1_440_938_160, "20150830T123600Z");
        check(4_107_542_400, "21000301T000000Z");
    }

    #[test]
    fn a_secret_is_that_of_the_example() {
        // RFC 4231, test case 2.
        let sum = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&sum), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(unchunked(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), b"abcde");
    }
}
