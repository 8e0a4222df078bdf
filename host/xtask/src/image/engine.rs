//! What builds an image of the files that are laid out: buildah, which needs no service, or docker. Both read the same file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::source::Facts;
use crate::checkout::Checkout;
use crate::shell;

/// The file that both build.
const CONTAINERFILE: &str = "terraform/image/Containerfile";

/// A builder of images on this machine.
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
    /// Where it is: a folder in OCI's layout from buildah, an archive from docker.
    pub(super) archive: PathBuf,
    /// The version it is tagged with.
    pub(super) tag: String,
}

impl Engine {
    /// The one to use. A docker without an engine behind it builds nothing.
    pub(super) fn find() -> Option<Self> {
        if shell::succeeds(Command::new("buildah").arg("--version")) {
            return Some(Self::Buildah);
        }
        shell::succeeds(Command::new("docker").arg("info")).then_some(Self::Docker)
    }

    /// Builds into `home`, which keeps nothing of an earlier build.
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
        // The time of what docker writes; buildah is told.
        command.env("SOURCE_DATE_EPOCH", facts.time.to_string());
        shell::run(&mut command)?;
        let id = fs::read_to_string(&id_file).context("the builder did not say the image's id")?;
        let id = id.trim().to_owned();
        let tag = facts.version.clone();
        match self {
            Self::Buildah => {
                let place = format!("oci:{}:{tag}", archive.display());
                shell::run(buildah(home).args(["push", "--quiet", &id, &place]))?;
                // It is in the folder now; a copy of each build would fill the disk.
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

/// Buildah with a storage of its own, so that the user's images are left alone.
fn buildah(home: &Path) -> Command {
    let mut buildah = Command::new("buildah");
    buildah.arg("--root").arg(home.join("storage")).arg("--runroot").arg(home.join("runroot"));
    // Works everywhere, in containers too; the image is small.
    buildah.args(["--storage-driver", "vfs"]);
    buildah
}

/// How the builder is told what is in the image, and to put nothing of its own into it.
fn build_words(engine: Engine, facts: &Facts) -> Vec<String> {
    let mut words: Vec<String> = vec!["build".into(), "--no-cache".into()];
    match engine {
        Engine::Buildah => {
            // Nothing is run, so nothing has to be isolated; `chroot` works without rights that containers lack.
            words.extend(
                ["--isolation", "chroot", "--layers", "--identity-label=false"].map(Into::into),
            );
            words.extend(["--timestamp".into(), facts.time.to_string()]);
        }
        Engine::Docker => {
            // What was attested about a build would be part of the image and differs each time.
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
        "by docker  SOURCE_DATE_EPOCH={} docker {words} --file {CONTAINERFILE} {context}",
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
