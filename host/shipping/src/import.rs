//! `assay import`: installs a bundle in a rules folder, completely or not at all.
//!
//! The new folder is built next to the old one, checked as a whole, and then exchanged with it atomically.

use std::fs;
use std::path::{Path, PathBuf};

use assay_model::shown;
use assay_packs::{Catalogue, LOCK_FILE, Lock, Pack};
use assay_signing::{PublicKey, verify_beside};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::bundle::Bundle;
use crate::error::ShippingError;
use crate::export::trusted_keys;

/// What to import.
#[derive(Debug)]
pub struct ImportRequest<'a> {
    /// Path of the bundle.
    pub bundle: &'a Path,
    /// The rules folder; created if missing.
    pub rules: &'a Path,
    /// Trusted keys, one of which must have signed the bundle; if empty, its signature is not checked.
    pub keys: &'a [PublicKey],
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Path of the pack in the rules folder.
    pub pack: PathBuf,
    /// Files that did not exist before.
    pub added: Vec<String>,
    /// Files whose content changed.
    pub replaced: Vec<String>,
    /// Number of files that did not change.
    pub unchanged: usize,
}

/// Imports a bundle. Fails, leaving the folder unchanged, if the bundle is damaged, not signed as required, or incompatible with the rules
/// there.
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
    // If the folder is a symbolic link, the link stays and its target changes.
    let rules = request.rules.canonicalize().unwrap_or_else(|_| request.rules.to_owned());
    let parent = match rules.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(ShippingError::file("create", parent))?;
    // On the same file system, so that it can be exchanged with the folder; removed again if anything fails.
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
    // The other packs must still be valid: a new layout may not fit an old pack.
    Catalogue::open(&merged)?;
    exchange(&merged, &rules)?;
    imported.pack = request.rules.join(&bundle.pack);
    Ok(imported)
}

/// Path of an entry in a rules folder.
fn place(folder: &Path, entry: &str) -> PathBuf {
    // `plugins/` is inside the rules folder, so that both change atomically.
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

/// Checks the content of a bundle: the pack is the one that was exported, the lock pins its plugins, and keys that it trusts signed them.
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

/// Compares a bundle with the folder it will change.
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

/// Merges the locks: the bundle's entries replace existing ones.
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

/// Copies a folder; links stay links.
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

/// Replaces the old folder by the new one atomically.
fn exchange(new: &Path, rules: &Path) -> Result<(), ShippingError> {
    let flags = if rules.is_dir() { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
    renameat_with(CWD, new, CWD, rules, flags)
        .map_err(|errno| ShippingError::Exchange { path: rules.to_owned(), reason: errno.into() })
}
