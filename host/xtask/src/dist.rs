//! `dist`: a folder and an archive with everything that `assay` needs, tested outside of the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{archive, plugins, shell};

/// Copied from the checkout unchanged.
const COPIED: [&str; 4] = ["README.md", "LICENSE", "rules", "schema"];

/// Builds, packs, and tests the archive.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let missing: Vec<_> =
        COPIED.iter().filter(|name| !checkout.root().join(name).exists()).copied().collect();
    if !missing.is_empty() {
        bail!("what ships is not complete: the checkout has no `{}`", missing.join("`, no `"));
    }

    // With a lock that does not match, every run from the archive would refuse.
    plugins::check(checkout)?;
    checkout.build_dist()?;

    let name = format!("assay-{}-{}", checkout.version()?, checkout.toolchain()?.host);
    let dist = checkout.output().join("dist");
    let folder = dist.join(&name);
    fill(checkout, &folder)?;
    let packed = dist.join(format!("{name}.tar.gz"));
    archive::pack(&folder, &packed)?;
    try_out(&packed, &name)?;

    let bytes = fs::read(&packed).with_context(|| format!("cannot read `{}`", packed.display()))?;
    println!("\n{}", checkout.relative(&folder));
    println!("{}   {} KiB", checkout.relative(&packed), bytes.len().div_ceil(1024));
    println!("{}", assay_digest::named(&bytes));
    Ok(())
}

/// Creates the folder's content from scratch.
fn fill(checkout: &Checkout, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    for name in COPIED {
        copy(&checkout.root().join(name), &folder.join(name))?;
    }
    copy(&checkout.plugins_dir(), &folder.join("plugins"))?;
    let binary = checkout.dist_binary();
    let file_name = binary.file_name().context("the binary has no name")?;
    copy(&binary, &folder.join("bin").join(file_name))
}

/// Copies a file, or a folder with all its content.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let files = if from.is_dir() { archive::files_below(from)? } else { vec![from.to_owned()] };
    for file in files {
        let inside = file.strip_prefix(from)?;
        let target = if inside.as_os_str().is_empty() { to.to_owned() } else { to.join(inside) };
        let parent = target.parent().context("a file to write must be in a folder")?;
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create `{}`", parent.display()))?;
        fs::copy(&file, &target).with_context(|| format!("cannot write `{}`", target.display()))?;
    }
    Ok(())
}

/// Unpacks the archive far from the checkout and runs commands that only succeed if everything is in it.
fn try_out(packed: &Path, name: &str) -> Result<()> {
    let elsewhere = tempfile::tempdir().context("cannot create a temporary folder")?;
    archive::unpack(packed, elsewhere.path())?;
    let top: PathBuf = elsewhere.path().join(name);
    let binary = top.join("bin").join(format!("assay{}", std::env::consts::EXE_SUFFIX));
    for arguments in [&["--version"][..], &["inspect", "plugins/checks.wasm"][..]] {
        let mut command = Command::new(&binary);
        command.current_dir(&top).args(arguments);
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("ASSAY_") {
                command.env_remove(variable);
            }
        }
        shell::run(&mut command)
            .context("what was packed does not work when unpacked elsewhere")?;
    }
    Ok(())
}
