//! Mozilla's list of certificate authorities for TLS, as the file that `host/s3` looks for.
//!
//! It comes from a crate, because `Cargo.lock` pins that by digest like everything else in the image and no build fetches it separately.
//! A distribution's package may change between builds, and Python's would need a second lock for one file.

use std::fmt::Write;

use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// Characters per line of PEM (RFC 7468).
const LINE: usize = 64;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// All certificates in PEM, one after another.
pub(super) fn bundle() -> String {
    TLS_SERVER_ROOT_CERTS.iter().map(|certificate| pem(certificate)).collect()
}

fn pem(der: &[u8]) -> String {
    let text = base64(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(LINE.min(rest.len()));
        writeln!(pem, "{line}").expect("writing to a string cannot fail");
        rest = after;
    }
    pem + "-----END CERTIFICATE-----\n"
}

/// Standard base64 with padding: a dozen lines instead of one more library to compile in a fresh checkout.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let [first, second, third] = [0, 1, 2].map(|at| three.get(at).copied().unwrap_or(0));
        let sixes = [
            first >> 2,
            (first & 0b11) << 4 | second >> 4,
            (second & 0b1111) << 2 | third >> 6,
            third & 0b11_1111,
        ];
        for (at, six) in sixes.into_iter().enumerate() {
            let used = at <= three.len();
            text.push(if used { char::from(ALPHABET[usize::from(six)]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), expected, "{bytes}");
        }
    }

    #[test]
    fn amazon_is_trusted_and_every_line_is_of_pem() {
        let bundle = bundle();
        // The root of S3's certificates.
        assert!(
            TLS_SERVER_ROOT_CERTS
                .iter()
                .any(|der| der.windows(16).any(|window| window == b"Amazon Root CA 1"))
        );
        let begun = bundle.lines().filter(|line| *line == "-----BEGIN CERTIFICATE-----").count();
        assert_eq!(begun, TLS_SERVER_ROOT_CERTS.len());
        assert!(bundle.lines().all(|line| line.len() <= LINE));
    }
}
