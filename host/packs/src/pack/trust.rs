//! `[trust]`: the keys of which one must have signed each plugin.

use crate::diagnostic::{Mistake, Report};
use crate::fields::Fields;
use crate::tree::Node;

/// Beginning and length of the single line of every Ed25519 public key (the base64 of `SubjectPublicKeyInfo`).
const BEGIN: &str = "MCowBQYDK2VwAyEA";
const LENGTH: usize = 60;

/// Reads the keys. Only their form is checked here; whether a key is usable is decided when signatures are checked.
pub(super) fn read_trust(node: &Node, report: &Report) -> Vec<String> {
    let Some(mut fields) = Fields::of(node, "`trust`", report) else { return Vec::new() };
    fields.why();
    let present = fields.need("keys", "[\"MCowBQYDK2VwAyEA…\"]").is_some();
    let texts = fields.texts("keys");
    fields.finish();
    if present && texts.is_empty() {
        report.add(
            Mistake::new(&node.place, "an empty list of trusted keys would refuse every plugin")
                .help("list the keys to trust, or leave the table out"),
        );
    }
    let mut keys: Vec<String> = Vec::new();
    for (text, place) in texts {
        if !is_key(text) {
            report.add(
                Mistake::new(place, "this is not a public Ed25519 key").help(
                    "write the line that `assay keygen` prints: the text between `BEGIN PUBLIC KEY` and `END PUBLIC KEY`",
                ),
            );
        } else if !keys.iter().any(|key| key == text) {
            keys.push(text.to_owned());
        }
    }
    keys
}

fn is_key(text: &str) -> bool {
    let body = text.strip_suffix('=').unwrap_or(text);
    text.len() == LENGTH
        && text.starts_with(BEGIN)
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}
