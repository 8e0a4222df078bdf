//! Builds the image from its files, with buildah, which needs no daemon, or docker. Both read the same Containerfile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::source::Facts;
use crate::checkout::Checkout;
use crate::shell;

/// The file that both read.
const CONTAINERFILE: &str = "terraform/image/Containerfile";

/// An image builder on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    Buildah,
    Docker,
}

/// A finished image.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) engine: Engine,
    /// `sha256:…` of its configuration, which names all its layers.
    pub(super) id: String,
    /// A folder in OCI layout if buildah built it, an archive if docker did.
    pub(super) archive: PathBuf,
    /// The version it is tagged with.
    pub(super) tag: String,
}

impl Engine {
    /// The builder to use. Docker without a running daemon cannot build.
    pub(super) fn find() -> Option<Self> {
        if shell::succeeds(Command::new("buildah").arg("--version")) {
            return Some(Self::Buildah);
        }
        shell::succeeds(Command::new("docker").arg("info")).then_some(Self::Docker)
    }

    /// Builds into `home`, replacing any earlier build.
    pub(super) fn build(
        self,
        checkout: &Checkout,
        home: &Path,
        context: &Path,
        facts: &Facts,
    ) -> Result<Built> {
        let archive = home.join(if self == Self::Buildah { "oci" } else { "assay.tar" });
        let gone = if archive.is_dir() {
            fs::remove_dir_all(&archive)
        } else if archive.exists() {
            fs::remove_file(&archive)
        } else {
            Ok(())
        };
        gone.with_context(|| format!("cannot remove `{}`", archive.display()))?;
        let id_file = home.join("id");
        let mut command = match self {
            Self::Buildah => buildah(home),
            Self::Docker => Command::new("docker"),
        };
        command.args(build_words(self, facts)).arg("--iidfile").arg(&id_file);
        command.arg("--file").arg(checkout.root().join(CONTAINERFILE)).arg(context);
        // The timestamp for docker; buildah gets it as an argument.
        command.env("SOURCE_DATE_EPOCH", facts.time.to_string());
        shell::run(&mut command)?;
        let id = fs::read_to_string(&id_file).context("the builder wrote no image id")?;
        let id = id.trim().to_owned();
        let tag = facts.version.clone();
        match self {
            Self::Buildah => {
                let place = format!("oci:{}:{tag}", archive.display());
                shell::run(buildah(home).args(["push", "--quiet", &id, &place]))?;
                // The image is in the folder now; a second copy of each build would fill the disk.
                shell::run(buildah(home).args(["rmi", "--force", &id]))?;
            }
            Self::Docker => {
                let mut save = Command::new("docker");
                shell::run(save.args(["save", "--output"]).arg(&archive).arg(&id))?;
            }
        }
        Ok(Built { engine: self, id, archive, tag })
    }
}

/// Buildah with its own storage, so that the user's images are left alone.
fn buildah(home: &Path) -> Command {
    let mut buildah = Command::new("buildah");
    buildah.arg("--root").arg(home.join("storage")).arg("--runroot").arg(home.join("runroot"));
    // Works everywhere, even in containers; the image is small enough for it.
    buildah.args(["--storage-driver", "vfs"]);
    buildah
}

/// Arguments that tell the builder what the image contains, and to add nothing of its own.
fn build_words(engine: Engine, facts: &Facts) -> Vec<String> {
    let mut words: Vec<String> = vec!["build".into(), "--no-cache".into()];
    match engine {
        Engine::Buildah => {
            // Nothing is run, so nothing needs isolation; `chroot` works without privileges that containers lack.
            words.extend(
                ["--isolation", "chroot", "--layers", "--identity-label=false"].map(Into::into),
            );
            words.extend(["--timestamp".into(), facts.time.to_string()]);
        }
        Engine::Docker => {
            // Attestations about a build would be part of the image and differ each time.
            words.extend([
                "--provenance=false".into(),
                "--tag".into(),
                format!("assay:{}", facts.version),
            ]);
            words.extend(["--output".into(), "type=docker,rewrite-timestamp=true".into()]);
        }
    }
    let arguments = [
        ("VERSION", &facts.version),
        ("REVISION", &facts.revision),
        ("SOURCE_DIGEST", &facts.digest),
    ];
    for (name, value) in arguments {
        words.extend(["--build-arg".to_owned(), format!("{name}={value}")]);
    }
    words
}

/// The command that builds the same image on a machine with docker.
pub(super) fn by_docker(checkout: &Checkout, context: &Path, facts: &Facts) -> String {
    let words = build_words(Engine::Docker, facts).join(" ");
    let context = checkout.relative(context);
    format!(
        "docker     SOURCE_DATE_EPOCH={} docker {words} --file {CONTAINERFILE} {context}",
        facts.time
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_times_come_from_the_source() {
        let facts = Facts {
            version: "1.2.3".to_owned(),
            revision: "abc".to_owned(),
            digest: "sha256:00".to_owned(),
            time: 7,
        };
        for (engine, own) in [
            (Engine::Buildah, "--isolation chroot --layers --identity-label=false --timestamp 7"),
            (
                Engine::Docker,
                "--provenance=false --tag assay:1.2.3 --output type=docker,rewrite-timestamp=true",
            ),
        ] {
            let expected = format!(
                "build --no-cache {own} --build-arg VERSION=1.2.3 --build-arg REVISION=abc --build-arg SOURCE_DIGEST=sha256:00"
            );
            assert_eq!(build_words(engine, &facts).join(" "), expected);
        }
    }
}
