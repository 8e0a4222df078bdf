//! One request of a case, and its expected answer.

use std::collections::BTreeMap;

use crate::conformance::client::{Answer, Client, Sent};
use crate::rights::Keys;

/// Request body that makes a bucket keep versions.
pub(super) const VERSIONING: &[u8] = b"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";

/// The client that sends the request.
#[derive(Debug, Clone, Copy)]
enum Who {
    Owner,
    WrongSecret,
    Stranger,
}

/// A part of the answer to compare.
#[derive(Debug)]
enum Look {
    /// Value of a header, or `None` if it must be absent.
    Header(&'static str, Option<String>),
    Body(String),
    /// Texts of all elements with a name, separated by blanks.
    Elements(&'static str, String),
}

/// A request and its expected answer. `{name}` stands for a value kept from an earlier answer.
#[derive(Debug)]
pub(super) struct Step {
    method: &'static str,
    /// Key in the case's bucket; empty for the bucket itself.
    key: String,
    query: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    who: Who,
    status: u16,
    code: Option<&'static str>,
    looks: Vec<Look>,
    /// Headers or elements, and the names under which they are kept.
    keeps: Vec<(&'static str, &'static str)>,
}

/// Values kept from answers.
#[derive(Debug)]
pub(super) struct Kept {
    bucket: String,
    values: BTreeMap<&'static str, String>,
}

impl Kept {
    pub(super) fn new(bucket: String) -> Self {
        Self { values: BTreeMap::from([("bucket", bucket.clone())]), bucket }
    }

    /// Replaces names in a text by the kept values.
    pub(super) fn filled(&self, text: &str) -> String {
        let fill = |text: String, (name, value): (&&str, &String)| {
            text.replace(&format!("{{{name}}}"), value)
        };
        self.values.iter().fold(text.to_owned(), fill)
    }

    /// Replaces names in a query by the kept values, percent-encoded.
    fn filled_into_query(&self, query: &str) -> String {
        let encoded = |value: &String| -> String {
            let each = value.bytes().map(|byte| {
                let plain = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
                if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
            });
            each.collect()
        };
        self.values.iter().fold(query.to_owned(), |query, (name, value)| {
            query.replace(&format!("{{{name}}}"), &encoded(value))
        })
    }
}

impl Step {
    /// A request that must be answered with 200.
    pub(super) fn new(method: &'static str, key: &str) -> Self {
        Self {
            method,
            key: key.to_owned(),
            query: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
            who: Who::Owner,
            status: 200,
            code: None,
            looks: Vec::new(),
            keeps: Vec::new(),
        }
    }

    pub(super) fn query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.query);
        self
    }

    pub(super) fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_owned()));
        self
    }

    pub(super) fn sends(mut self, body: &str) -> Self {
        self.body = body.into();
        self
    }

    /// Sends a body of this many bytes.
    pub(super) fn sends_many(mut self, bytes: usize) -> Self {
        self.body = vec![b'x'; bytes];
        self
    }

    pub(super) fn with_wrong_secret(mut self) -> Self {
        self.who = Who::WrongSecret;
        self
    }

    pub(super) fn by_a_stranger(mut self) -> Self {
        self.who = Who::Stranger;
        self
    }

    pub(super) fn gives(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Expects an error, with its code in the body.
    pub(super) fn fails(mut self, status: u16, code: &'static str) -> Self {
        (self.status, self.code) = (status, Some(code));
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.looks.push(Look::Header(name, Some(value.to_owned())));
        self
    }

    pub(super) fn no_header(mut self, name: &'static str) -> Self {
        self.looks.push(Look::Header(name, None));
        self
    }

    pub(super) fn body(mut self, body: &str) -> Self {
        self.looks.push(Look::Body(body.to_owned()));
        self
    }

    pub(super) fn elements(mut self, name: &'static str, texts: &str) -> Self {
        self.looks.push(Look::Elements(name, texts.to_owned()));
        self
    }

    /// Keeps a header, or an element of the body, for later steps.
    pub(super) fn keeps(mut self, header: &'static str, name: &'static str) -> Self {
        self.keeps.push((header, name));
        self
    }

    /// The expected answer, in the form returned by [`Step::take`].
    pub(super) fn expected(&self) -> String {
        let mut said = vec![self.status.to_string()];
        said.extend(self.code.map(str::to_owned));
        said.extend(self.looks.iter().map(|look| match look {
            Look::Header(name, value) => said_of(name, value.as_deref()),
            Look::Body(body) => said_of("body", Some(body)),
            Look::Elements(name, texts) => said_of(name, Some(texts)),
        }));
        said.join(", ")
    }

    /// The request, for people.
    pub(super) fn sent(&self) -> String {
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        format!("{} {}{query} {}", self.method, self.key, headers.join(" "))
    }

    /// Sends the request, and returns the relevant parts of the answer.
    pub(super) fn take(&self, endpoint: &str, keys: &Keys, kept: &mut Kept) -> String {
        let mut keys = keys.clone();
        match self.who {
            Who::Owner => {}
            Who::WrongSecret => keys.secret_key.push('x'),
            Who::Stranger => "NOBODYWHOISKNOWN0000".clone_into(&mut keys.access_key),
        }
        let slash = if self.key.is_empty() { "" } else { "/" };
        let path = format!("/{}{slash}{}", kept.bucket, self.key);
        let query = kept.filled_into_query(&self.query);
        let headers: Vec<(&str, String)> =
            self.headers.iter().map(|(name, value)| (*name, kept.filled(value))).collect();
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // Only text bodies can contain names; large bodies do not.
        let filled;
        let body = match std::str::from_utf8(&self.body) {
            Ok(text) if text.contains('{') => {
                filled = kept.filled(text).into_bytes();
                &filled
            }
            _ => &self.body,
        };
        let sent =
            Sent { method: self.method, path: &path, query: &query, headers: &headers, body };
        let answer = match Client::new(endpoint, keys).send(sent) {
            Ok(answer) => answer,
            Err(error) => return error.to_string(),
        };
        for (header, name) in &self.keeps {
            let value = answer.header(header).map(str::to_owned).or_else(|| answer.element(header));
            kept.values.insert(name, value.unwrap_or_default());
        }
        self.says(&answer)
    }

    fn says(&self, answer: &Answer) -> String {
        let mut said = vec![answer.status.to_string()];
        if self.code.is_some() || (answer.status >= 400 && self.method != "HEAD") {
            said.extend(answer.element("Code"));
        }
        // The rest of an unexpected answer does not matter and may vary between runs.
        let looks = self.looks.iter().filter(|_| answer.status == self.status);
        said.extend(looks.map(|look| match look {
            Look::Header(name, _) => said_of(name, answer.header(name)),
            Look::Body(_) => said_of("body", Some(&String::from_utf8_lossy(&answer.body))),
            Look::Elements(name, _) => said_of(name, Some(&elements(answer, name))),
        }));
        said.join(", ")
    }
}

fn said_of(name: &str, value: Option<&str>) -> String {
    value.map_or_else(|| format!("no {name}"), |value| format!("{name} `{value}`"))
}

fn elements(answer: &Answer, name: &str) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    let texts = text.split(&begin).skip(1);
    let texts: Vec<&str> = texts.filter_map(|text| Some(text.split_once(&end)?.0)).collect();
    texts.join(" ")
}
