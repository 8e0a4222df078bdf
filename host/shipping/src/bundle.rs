//! Bundles: a pack with everything it needs in one file, for hosts that cannot reach a registry.
//!
//! A bundle is a zstd-compressed tar. Its first entry, `bundle.json`, lists all others with their digests. It contains nothing that depends
//! on time, so the same pack and plugins give the same bytes, and a bundle's signature can be compared with one made elsewhere.

use std::io::Read;
use std::path::{Component, Path};

use assay_digest::sha256;
use assay_model::Digest;
use serde::{Deserialize, Serialize};

use crate::error::ShippingError;

/// The table of contents; always the first entry.
const CONTENTS: &str = "bundle.json";

/// Version of the bundle format that is written and read.
const FORMAT: u32 = 1;

/// Maximum unpacked size in bytes. 1 GiB: plugins have at most 64 MiB, and a pack uses a handful.
const MOST_BYTES: u64 = 1 << 30;

/// Maximum number of files in a bundle: a dataset has tens of layouts, not thousands.
const MOST_FILES: usize = 10_000;

/// Compression level of zstd. 12: higher levels make components a few percent smaller and bundling several times slower.
const LEVEL: i32 = 12;

/// A file in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Path with slashes: `rules/…` or `plugins/…`.
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

/// Content of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bundle {
    /// Path of the pack, relative to the rules folder.
    pub(crate) pack: String,
    /// Digest of the pack's effect.
    pub(crate) pack_digest: Digest,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    format: u32,
    pack: String,
    pack_digest: String,
    files: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    bytes: u64,
    sha256: String,
}

impl Bundle {
    /// Returns the bytes of the bundle.
    pub(crate) fn pack(mut self) -> std::io::Result<Vec<u8>> {
        self.entries.sort_by(|a, b| a.path.cmp(&b.path));
        let files = self.entries.iter().map(|entry| Listed {
            path: entry.path.clone(),
            bytes: entry.bytes.len() as u64,
            sha256: sha256(&entry.bytes).to_string(),
        });
        let contents = Contents {
            format: FORMAT,
            pack: self.pack,
            pack_digest: self.pack_digest.to_string(),
            files: files.collect(),
        };
        let mut text = serde_json::to_vec_pretty(&contents)?;
        text.push(b'\n');
        let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), LEVEL)?);
        let mut add = |path: &str, bytes: &[u8]| {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            tar.append_data(&mut header, path, bytes)
        };
        add(CONTENTS, &text)?;
        for entry in &self.entries {
            add(&entry.path, &entry.bytes)?;
        }
        tar.into_inner()?.finish()
    }

    /// Reads a bundle and checks that it contains exactly what it lists.
    pub(crate) fn unpack(path: &Path, bytes: &[u8]) -> Result<Self, ShippingError> {
        let wrong = |detail: String| ShippingError::Bundle { path: path.to_owned(), detail };
        let unreadable = |error: std::io::Error| wrong(format!("it cannot be unpacked: {error}"));
        // One byte more than allowed, to detect a bundle that is too large.
        let stream = zstd::Decoder::new(bytes).map_err(unreadable)?.take(MOST_BYTES + 1);
        let mut archive = tar::Archive::new(stream);
        let mut contents: Option<Contents> = None;
        let mut entries: Vec<Entry> = Vec::new();
        let mut total = 0;
        for entry in archive.entries().map_err(unreadable)? {
            let mut entry = entry.map_err(unreadable)?;
            let name = entry.path().map_err(unreadable)?.to_string_lossy().into_owned();
            if entry.header().entry_type() != tar::EntryType::Regular {
                return Err(wrong(format!("`{name}` is not a regular file")));
            }
            total += entry.size();
            if total > MOST_BYTES || entries.len() > MOST_FILES {
                return Err(wrong(format!(
                    "it has more than {MOST_FILES} files or {MOST_BYTES} bytes"
                )));
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(unreadable)?;
            match &contents {
                None if name == CONTENTS => {
                    let read: Contents = serde_json::from_slice(&bytes)
                        .map_err(|error| wrong(format!("its `{CONTENTS}` is damaged: {error}")))?;
                    if read.format != FORMAT {
                        return Err(wrong(format!(
                            "it is of format {}, and this version reads {FORMAT}",
                            read.format
                        )));
                    }
                    contents = Some(read);
                }
                None => return Err(wrong(format!("it does not begin with `{CONTENTS}`"))),
                Some(contents) => {
                    check(contents.files.get(entries.len()), &name, &bytes).map_err(wrong)?;
                    entries.push(Entry { path: name, bytes });
                }
            }
        }
        let Some(contents) = contents else { return Err(wrong("it is empty".to_owned())) };
        if let Some(missing) = contents.files.get(entries.len()) {
            return Err(wrong(format!("`{}` is missing", missing.path)));
        }
        let pack_digest = contents.pack_digest.parse();
        let pack_digest = pack_digest.map_err(|_| wrong("its pack's digest is none".to_owned()))?;
        if !is_inside(&contents.pack) {
            return Err(wrong(format!("`{}` is not the path of a pack", contents.pack)));
        }
        Ok(Self { pack: contents.pack, pack_digest, entries })
    }
}

/// Checks an entry against its line in the contents.
fn check(listed: Option<&Listed>, name: &str, bytes: &[u8]) -> Result<(), String> {
    let Some(listed) = listed.filter(|listed| listed.path == name) else {
        return Err(format!("`{name}` is not listed, or stands in another place than listed"));
    };
    let found = sha256(bytes);
    if listed.sha256 != found.to_string() || listed.bytes != bytes.len() as u64 {
        return Err(format!(
            "`{name}` is not what was packed: expected sha256:{}, found sha256:{found}",
            listed.sha256
        ));
    }
    let place = name.strip_prefix("rules/").or_else(|| name.strip_prefix("plugins/"));
    if !place.is_some_and(is_inside) {
        return Err(format!("`{name}` would be written outside of the rules"));
    }
    Ok(())
}

/// Whether a path stays inside its folder: no `..`, no root.
fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}
