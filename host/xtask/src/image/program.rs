//! Compiles the program for the image, and in other ways for comparison.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{plugins, setup, shell};

/// Linked statically, so that an image needs nothing else.
const MUSL: &str = "x86_64-unknown-linux-musl";

/// Linked to the machine's C library, as programs outside images are.
const GLIBC: &str = "x86_64-unknown-linux-gnu";

/// A way to compile `assay`. All have the same profile, everything a run needs, and support for buckets. Authoring tools and the registry
/// client are left out: that means fewer libraries to maintain, and plugins are in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// The image's program: static, with `assay-musl` (mimalloc and fast memory functions).
    Image,
    /// Static, with musl's own allocator and memory functions.
    Plain,
    /// With the machine's C library and its allocator.
    Usual,
}

impl Program {
    /// A short name for tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Image => "musl, the image",
            Self::Plain => "musl",
            Self::Usual => "glibc",
        }
    }

    pub(super) fn target(self) -> &'static str {
        match self {
            Self::Image | Self::Plain => MUSL,
            Self::Usual => GLIBC,
        }
    }

    /// Cargo's arguments for the features to build.
    pub(super) fn features(self) -> &'static [&'static str] {
        match self {
            Self::Image => &["--no-default-features", "--features", "s3,musl"],
            Self::Plain | Self::Usual => &["--no-default-features", "--features", "s3"],
        }
    }

    /// Environment variables that the image sets for it, or would set.
    pub(super) fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // As in the Containerfile, which gives the reason.
            Self::Image => &[("MIMALLOC_PURGE_DELAY", "0")],
            Self::Plain | Self::Usual => &[],
        }
    }

    /// Compiles it and returns its path. The next program for the same target overwrites it.
    pub(super) fn build(self, checkout: &Checkout) -> Result<PathBuf> {
        if self.target() == MUSL {
            setup::musl(checkout, MUSL)?;
        }
        let mut cargo = checkout.cargo();
        cargo.args(["build", "--locked", "--profile", "image", "--target", self.target()]);
        cargo.args(["--package", "assay"]).args(self.features());
        // The program contains nothing of this machine: the same source gives the same bytes in any folder.
        let flags: OsString = plugins::remapped_paths(checkout, &checkout.toolchain()?)?;
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags).env_remove("RUSTFLAGS");
        // mimalloc's C code contains its build date. Not the commit's date: code compiled for an earlier commit would keep that one's.
        cargo.env("SOURCE_DATE_EPOCH", "0");
        shell::run(&mut cargo)?;
        let binary = checkout.built_for(self.target(), "image");
        let bytes =
            fs::read(&binary).with_context(|| format!("cannot read `{}`", binary.display()))?;
        for path in [checkout.root().to_owned(), plugins::cargo_home()?] {
            if names(&bytes, &path) {
                bail!(
                    "the program contains `{}`, a path of this machine; elsewhere the same source would give a different image",
                    path.display()
                );
            }
        }
        Ok(binary)
    }
}

/// Whether a program contains a path, and not only as the beginning of a longer name.
fn names(bytes: &[u8], path: &Path) -> bool {
    let path = format!("{}/", path.display());
    bytes.windows(path.len()).any(|window| window == path.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_program_is_found() {
        let check = |bytes: &str, path: &str, expected: bool| {
            assert_eq!(names(bytes.as_bytes(), Path::new(path)), expected, "{bytes} {path}");
        };
        check("\0/places/me/assay/host/cli/src/main.rs\0", "/places/me/assay", true);
        check("\0/assay/host/cli/src/main.rs\0", "/places/me/assay", false);
        check("\0/places/me/assays/host\0", "/places/me/assay", false);
        check("", "/places/me/assay", false);
    }
}
