//! `assay import`: from a bundle to a rules folder, all at once or not at all.
//!
//! What is to be is made beside the folder, checked as a whole, and then takes its place in one exchange.

use std::fs;
use std::path::{Path, PathBuf};

use assay_model::shown;
use assay_packs::{Catalogue, LOCK_FILE, Lock, Pack};
use assay_signing::{PublicKey, verify_beside};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::bundle::Bundle;
use crate::error::ShippingError;
use crate::export::trusted_keys;

/// What is to be imported.
#[derive(Debug)]
pub struct ImportRequest<'a> {
    /// The bundle.
    pub bundle: &'a Path,
    /// The rules folder; made if it is not there.
    pub rules: &'a Path,
    /// Keys of which one must have signed the bundle; empty: its signature is not asked for.
    pub keys: &'a [PublicKey],
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The pack, in the rules folder.
    pub pack: PathBuf,
    /// Files that were not there.
    pub added: Vec<String>,
    /// Files that were there and are others now.
    pub replaced: Vec<String>,
    /// Files that are as they were.
    pub unchanged: usize,
}

/// Imports a bundle.
pub fn import(request: &ImportRequest<'_>) -> Result<Imported, ShippingError> {
    let path = request.bundle;
    let bytes = fs::read(path).map_err(ShippingError::file("read", path))?;
    if !request.keys.is_empty() {
        verify_beside(path, &bytes, request.keys).map_err(|reason| ShippingError::Untrusted {
            what: format!("bundle `{}`", shown(path.display())),
            reason,
        })?;
    }
    let bundle = Bundle::unpack(path, &bytes)?;
    drop(bytes);
    // A link to the folder stays, and what it points to changes.
    let rules = request.rules.canonicalize().unwrap_or_else(|_| request.rules.to_owned());
    let parent = match rules.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(ShippingError::file("create", parent))?;
    // On the same file system, so that it can take the folder's place; gone again if anything fails.
    let beside = tempfile::Builder::new().prefix(".assay-import-").tempdir_in(parent);
    let beside = beside.map_err(ShippingError::file("write in", parent))?;
    let alone = beside.path().join("alone");
    lay(&bundle, &alone)?;
    check(path, &bundle, &alone)?;
    let merged = beside.path().join("merged");
    if rules.is_dir() {
        copy(&rules, &merged)?;
    }
    let mut imported = compare(&bundle, &merged)?;
    lay(&bundle, &merged)?;
    merge_locks(&rules.join(LOCK_FILE), &alone.join(LOCK_FILE), &merged.join(LOCK_FILE))?;
    // What else is there must still be understood: a new layout may not fit an old pack.
    Catalogue::open(&merged)?;
    exchange(&merged, &rules)?;
    imported.pack = request.rules.join(&bundle.pack);
    Ok(imported)
}

/// Where an entry lies in a rules folder.
fn place(folder: &Path, entry: &str) -> PathBuf {
    // `plugins/` is a folder of the rules, so that both change in one step.
    folder.join(entry.strip_prefix("rules/").unwrap_or(entry))
}

/// Writes a bundle's files into a folder.
fn lay(bundle: &Bundle, folder: &Path) -> Result<(), ShippingError> {
    for entry in &bundle.entries {
        let path = place(folder, &entry.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(ShippingError::file("create", parent))?;
        fs::write(&path, &entry.bytes).map_err(ShippingError::file("write", &path))?;
    }
    Ok(())
}

/// Checks a bundle by what is in it: the pack is the one that was exported, the lock pins its plugins, and those whom it trusts signed them.
fn check(path: &Path, bundle: &Bundle, alone: &Path) -> Result<(), ShippingError> {
    let wrong = |detail: String| ShippingError::Bundle { path: path.to_owned(), detail };
    let pack = Pack::open(&alone.join(&bundle.pack))?;
    if pack.digest() != bundle.pack_digest {
        return Err(wrong(format!(
            "its pack is not the one that was exported: expected {}, found {}",
            bundle.pack_digest,
            pack.digest()
        )));
    }
    let lock = Lock::read(&alone.join(LOCK_FILE))?;
    let keys = trusted_keys(&pack)?;
    for used in pack.plugins() {
        let component = used.component();
        let file = alone.join("plugins").join(format!("{component}.wasm"));
        let Ok(bytes) = fs::read(&file) else {
            return Err(wrong(format!("the plugin `{component}` is missing")));
        };
        lock.verify(component, Lock::digest_of(&bytes))?;
        if !keys.is_empty() {
            verify_beside(&file, &bytes, &keys).map_err(|reason| ShippingError::Untrusted {
                what: format!("plugin `{component}`"),
                reason,
            })?;
        }
    }
    Ok(())
}

/// What an import does to a folder.
fn compare(bundle: &Bundle, merged: &Path) -> Result<Imported, ShippingError> {
    let mut imported =
        Imported { pack: PathBuf::new(), added: Vec::new(), replaced: Vec::new(), unchanged: 0 };
    let lock = format!("rules/{LOCK_FILE}");
    for entry in bundle.entries.iter().filter(|entry| entry.path != lock) {
        let path = place(merged, &entry.path);
        let shown = entry.path.strip_prefix("rules/").unwrap_or(&entry.path).to_owned();
        match fs::read(&path) {
            Ok(bytes) if bytes == entry.bytes => imported.unchanged += 1,
            Ok(_) => imported.replaced.push(shown),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                imported.added.push(shown);
            }
            Err(error) => return Err(ShippingError::file("read", path)(error)),
        }
    }
    Ok(imported)
}

/// The lock of before, and over it the bundle's.
fn merge_locks(before: &Path, new: &Path, merged: &Path) -> Result<(), ShippingError> {
    let mut lock = Lock::empty(merged);
    let before = if before.is_file() { Some(Lock::read(before)?) } else { None };
    for from in [before, Some(Lock::read(new)?)].into_iter().flatten() {
        for (name, locked) in from.plugins() {
            lock.insert(name, &locked.version, locked.digest);
        }
    }
    Ok(lock.write()?)
}

/// Copies a folder, files and links as they are.
fn copy(from: &Path, to: &Path) -> Result<(), ShippingError> {
    fs::create_dir_all(to).map_err(ShippingError::file("create", to))?;
    for entry in fs::read_dir(from).map_err(ShippingError::file("read", from))? {
        let entry = entry.map_err(ShippingError::file("read", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(ShippingError::file("look at", &source))?;
        if kind.is_dir() {
            copy(&source, &target)?;
        } else if kind.is_symlink() {
            let points = fs::read_link(&source).map_err(ShippingError::file("read", &source))?;
            std::os::unix::fs::symlink(points, &target)
                .map_err(ShippingError::file("write", &target))?;
        } else {
            fs::copy(&source, &target).map_err(ShippingError::file("copy", &source))?;
        }
    }
    Ok(())
}

/// Puts the new folder where the old one is, in one step.
fn exchange(new: &Path, rules: &Path) -> Result<(), ShippingError> {
    let flags = if rules.is_dir() { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
    renameat_with(CWD, new, CWD, rules, flags)
        .map_err(|errno| ShippingError::Exchange { path: rules.to_owned(), reason: errno.into() })
}
