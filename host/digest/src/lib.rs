//! SHA-256 digests, which identify plugins, packs, layouts and keys, and which every machine can compute.

use std::io::{self, Read};

use assay_model::Digest;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of bytes.
pub fn sha256(bytes: impl AsRef<[u8]>) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// The SHA-256 of everything that a reader yields, for files that may not fit into memory.
pub fn sha256_of(mut reader: impl Read) -> io::Result<Digest> {
    let mut digest = Sha256::new();
    // As large as reads from a disk get; a larger block is not faster.
    let mut block = vec![0; 1 << 17];
    loop {
        match reader.read(&mut block)? {
            0 => return Ok(Digest(digest.finalize().into())),
            length => digest.update(&block[..length]),
        }
    }
}

/// The SHA-256 of bytes in the form used by locks and registries: `sha256:` and 64 lower-case hexadecimal
/// digits.
pub fn named(bytes: impl AsRef<[u8]>) -> String {
    format!("sha256:{}", sha256(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        let check = |input: &str, expected: &str| {
            assert_eq!(named(input), expected);
            let read = sha256_of(input.as_bytes()).expect("bytes can be read");
            assert_eq!(format!("sha256:{read}"), expected);
        };
        check("", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        check("abc", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
