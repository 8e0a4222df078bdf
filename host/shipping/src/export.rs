//! `assay export`: writes a pack from a rules folder into a bundle.

use std::fs;
use std::path::{Path, PathBuf};

use assay_model::Digest;
use assay_packs::{Discovery, Lock, Pack};
use assay_signing::{PublicKey, signature_path, verify_beside};

use crate::bundle::{Bundle, Entry};
use crate::error::ShippingError;
use crate::whole::write_whole;

/// The result of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Digest of the bundle.
    pub digest: Digest,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its files, with their sizes in bytes.
    pub files: Vec<(String, usize)>,
    /// Its plugins, and whether each comes with a signature.
    pub plugins: Vec<(String, bool)>,
}

/// Writes a pack and everything it needs into a bundle. Fails if the pack has mistakes, a plugin is not the pinned one or not signed as the
/// pack requires, or a file cannot be read or written.
pub fn export(
    pack: &Path,
    discovery: &Discovery,
    output: &Path,
) -> Result<Exported, ShippingError> {
    let opened = Pack::open(pack)?;
    let rules = absolute(discovery.rules())?;
    let mut entries = Vec::new();
    for file in Pack::files(pack)? {
        entries
            .push(Entry { path: format!("rules/{}", inside(&rules, &file)?), bytes: read(&file)? });
    }
    let lock = Lock::read(&discovery.lock())?;
    let keys = trusted_keys(&opened)?;
    let mut own = Lock::empty(&discovery.lock());
    let mut plugins: Vec<(String, bool)> = Vec::new();
    for used in opened.plugins() {
        let component = used.component();
        if plugins.iter().any(|(name, _)| name == component) {
            continue;
        }
        let file = discovery.plugin(component)?;
        let bytes = read(&file)?;
        let digest = Lock::digest_of(&bytes);
        lock.verify(component, digest)?;
        let version = lock.plugins().find(|(name, _)| *name == component);
        own.insert(component, version.map_or("", |(_, locked)| &locked.version), digest);
        if !keys.is_empty() {
            verify_beside(&file, &bytes, &keys).map_err(|reason| ShippingError::Untrusted {
                what: format!("plugin `{component}`"),
                reason,
            })?;
        }
        let signature = signature_path(&file);
        let signed = signature.is_file();
        if signed {
            let path = format!("plugins/{component}.wasm.sig");
            entries.push(Entry { path, bytes: read(&signature)? });
        }
        entries.push(Entry { path: format!("plugins/{component}.wasm"), bytes });
        plugins.push((component.to_owned(), signed));
    }
    let lock = own.to_toml().into_bytes();
    entries.push(Entry { path: format!("rules/{}", assay_packs::LOCK_FILE), bytes: lock });
    let mut files: Vec<(String, usize)> =
        entries.iter().map(|entry| (entry.path.clone(), entry.bytes.len())).collect();
    files.sort();
    let pack = inside(&rules, pack)?;
    let bundle = Bundle { pack, pack_digest: opened.digest(), entries };
    let bytes = bundle.pack().map_err(ShippingError::file("pack", output))?;
    write_whole(output, &bytes)?;
    Ok(Exported { digest: Lock::digest_of(&bytes), bytes: bytes.len(), files, plugins })
}

pub(crate) fn trusted_keys(pack: &Pack) -> Result<Vec<PublicKey>, ShippingError> {
    let keys = pack.trusted_keys().iter().map(|line| line.parse());
    keys.collect::<Result<_, _>>()
        .map_err(|reason| ShippingError::TrustedKey { pack: pack.path().to_owned(), reason })
}

fn read(path: &Path) -> Result<Vec<u8>, ShippingError> {
    fs::read(path).map_err(ShippingError::file("read", path))
}

fn absolute(path: &Path) -> Result<PathBuf, ShippingError> {
    path.canonicalize().map_err(ShippingError::file("use", path))
}

/// Path of a file relative to the rules folder, with slashes.
fn inside(rules: &Path, file: &Path) -> Result<String, ShippingError> {
    let real = absolute(file)?;
    let inside = real
        .strip_prefix(rules)
        .map_err(|_| ShippingError::Outside { file: file.to_owned(), rules: rules.to_owned() })?;
    let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
    Ok(parts.collect::<Vec<_>>().join("/"))
}
