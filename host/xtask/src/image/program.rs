//! The program, compiled for the image, and as one would compile it otherwise to compare.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{plugins, setup, shell};

/// Linked to nothing, so that an image needs nothing else.
const MUSL: &str = "x86_64-unknown-linux-musl";

/// Linked to the C library of the machine, as programs are that no image holds.
const GLIBC: &str = "x86_64-unknown-linux-gnu";

/// A way to compile `assay`. All have the same profile and what a run needs, and buckets. Authors' tools and the client of registries
/// stay out: fewer libraries to look after, and plugins are in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// What the image holds: static, with `assay-musl`: mimalloc, and fast functions for memory.
    Image,
    /// Static, with all of it from musl.
    Plain,
    /// With the C library of the machine, and its allocator.
    Usual,
}

impl Program {
    /// Short, for tables.
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

    /// The words that cargo is told which features to build with.
    pub(super) fn features(self) -> &'static [&'static str] {
        match self {
            Self::Image => &["--no-default-features", "--features", "s3,musl"],
            Self::Plain | Self::Usual => &["--no-default-features", "--features", "s3"],
        }
    }

    /// Variables that it is started with in the image, or would be.
    pub(super) fn variables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // As the Containerfile says, where the reason is.
            Self::Image => &[("MIMALLOC_PURGE_DELAY", "0")],
            Self::Plain | Self::Usual => &[],
        }
    }

    /// Compiles it, and says which file it is. The next program for the same target takes its place.
    pub(super) fn build(self, checkout: &Checkout) -> Result<PathBuf> {
        if self.target() == MUSL {
            setup::musl(checkout, MUSL)?;
        }
        let mut cargo = checkout.cargo();
        cargo.args(["build", "--locked", "--profile", "image", "--target", self.target()]);
        cargo.args(["--package", "assay"]).args(self.features());
        // Nothing of this machine is in the program: the same source gives the same bytes wherever it lies.
        let flags: OsString = plugins::remapped_paths(checkout, &checkout.toolchain()?)?;
        cargo.env("CARGO_ENCODED_RUSTFLAGS", flags).env_remove("RUSTFLAGS");
        // mimalloc's C names the day of its compilation. Not the commit's: what was compiled for an earlier one would keep that.
        cargo.env("SOURCE_DATE_EPOCH", "0");
        shell::run(&mut cargo)?;
        let binary = checkout.built_for(self.target(), "image");
        let bytes =
            fs::read(&binary).with_context(|| format!("cannot read `{}`", binary.display()))?;
        for path in [checkout.root().to_owned(), plugins::cargo_home()?] {
            if names(&bytes, &path) {
                bail!(
                    "the program names `{}`, a path of this machine; elsewhere another image would come of the same source",
                    path.display()
                );
            }
        }
        Ok(binary)
    }
}

/// Whether a program has a path in it, and not only the beginning of a longer name.
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
