//! The image's files, arranged as in the image, with one folder per layer.

use std::fs::{self, Permissions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{archive, dist};

/// The certificate authorities that TLS trusts, at Debian's path, where most programs look.
pub(super) const ROOTS: &str = "base/etc/ssl/certs/ca-certificates.crt";

/// Writable by everyone, as usual.
const TMP: &str = "base/tmp";
const BINARY: &str = "program/usr/bin/assay";
/// Where `assay` looks for its rules, beside its own folder.
const RULES: &str = "judges/usr/share/assay/rules";
const PLUGINS: &str = "judges/usr/share/assay/plugins";
const LICENSE: &str = "program/usr/share/doc/assay/LICENSE";
/// The bill of materials.
pub(super) const BILL: &str = "program/usr/share/doc/assay/bom.cdx.json";

/// All paths in the context.
#[cfg(test)]
pub(super) const PLACES: [&str; 7] = [ROOTS, TMP, BINARY, RULES, PLUGINS, LICENSE, BILL];

/// The parts of the image.
#[derive(Debug)]
pub(super) struct Parts {
    /// A file. `rules` and `plugins` are folders, and `license` is a file.
    pub(super) binary: PathBuf,
    pub(super) rules: PathBuf,
    pub(super) plugins: PathBuf,
    pub(super) license: PathBuf,
    /// The bill of materials, as text.
    pub(super) bill: String,
    /// Certificates, as text.
    pub(super) roots: String,
}

/// Replaces the folder with these parts.
pub(super) fn lay_out(folder: &Path, parts: &Parts) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    let copied = [
        (&parts.binary, BINARY),
        (&parts.rules, RULES),
        (&parts.plugins, PLUGINS),
        (&parts.license, LICENSE),
    ];
    for (from, to) in copied {
        dist::copy(from, &folder.join(to))?;
    }
    for (text, to) in [(&parts.bill, BILL), (&parts.roots, ROOTS)] {
        let path = folder.join(to);
        let parent = path.parent().context("a file to write has no parent folder")?;
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    settle(folder)?;
    fs::create_dir_all(folder.join(TMP)).context("cannot create the folder for spilled data")?;
    permit(&folder.join(BINARY), 0o755)?;
    permit(&folder.join(TMP), 0o1777)
}

/// Gives all files and folders fixed permissions, whatever they are in the checkout, because an image's id depends on them.
fn settle(folder: &Path) -> Result<()> {
    for file in archive::files_below(folder)? {
        permit(&file, 0o644)?;
        let folders = file.ancestors().skip(1).take_while(|above| above.starts_with(folder));
        for above in folders {
            permit(above, 0o755)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, Permissions::from_mode(mode))
        .with_context(|| format!("cannot set the permissions of `{}`", path.display()))
}

#[cfg(not(unix))]
fn permit(path: &Path, _mode: u32) -> Result<()> {
    anyhow::bail!("cannot set the permissions of `{}`: images are built on Linux", path.display())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn rights_are_the_images_not_the_checkouts() {
        let place = tempfile::tempdir().unwrap();
        let from = |name: &str, mode| {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "text").unwrap();
            permit(&path, mode).unwrap();
            path
        };
        let parts = Parts {
            binary: from("assay", 0o700),
            rules: from("rules/assay.lock", 0o600).parent().unwrap().to_owned(),
            plugins: from("plugins/checks.wasm", 0o777).parent().unwrap().to_owned(),
            license: from("LICENSE", 0o640),
            bill: "{}\n".to_owned(),
            roots: String::new(),
        };
        let folder = place.path().join("context");
        // A file left from before is removed.
        from("context/base/etc/passwd", 0o644);
        lay_out(&folder, &parts).unwrap();
        for (path, expected) in [
            (ROOTS, 0o644),
            (TMP, 0o1777),
            (BINARY, 0o755),
            ("judges/usr/share/assay/rules/assay.lock", 0o644),
            ("judges/usr/share/assay/plugins/checks.wasm", 0o644),
            (LICENSE, 0o644),
            (BILL, 0o644),
            ("judges/usr/share", 0o755),
        ] {
            let mode = fs::metadata(folder.join(path)).unwrap().permissions().mode();
            assert_eq!(mode & 0o7777, expected, "{path}");
        }
        assert!(!folder.join("base/etc/passwd").exists());
    }
}
