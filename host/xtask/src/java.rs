//! Java, and artifacts fetched by Maven: stored in Maven's own folder, and checked against the digests below.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{shell, turn};

/// The message if Java 17 is missing.
pub(crate) const MISSING_17: &str = "Java 17 is not on this machine\n  help: `apt-get install openjdk-17-jre-headless`, or name its folder in `JAVA_HOME`";

/// A Maven artifact, by coordinates and SHA-256.
#[derive(Debug)]
pub(crate) struct Artifact {
    group: &'static str,
    name: &'static str,
    version: &'static str,
    kind: &'static str,
    sha256: &'static str,
}

/// Spark's support for writing Iceberg tables.
pub(crate) const ICEBERG: Artifact = Artifact {
    group: "org.apache.iceberg",
    name: "iceberg-spark-runtime-3.5_2.12",
    version: "1.10.0",
    kind: "jar",
    sha256: "70f9471870b2d456167d703c829f098a446b86bb1379eee338c0efa03a341026",
};

/// Spark's support for buckets, as on Glue.
pub(crate) const BUCKETS: [Artifact; 3] = [
    Artifact {
        group: "org.apache.iceberg",
        name: "iceberg-aws-bundle",
        version: "1.10.0",
        kind: "jar",
        sha256: "172370cfc32a5f1ae5399b210e86fc04a366dc29a112d97ac8ffc74df7525596",
    },
    Artifact {
        group: "org.apache.hadoop",
        name: "hadoop-aws",
        version: "3.3.4",
        kind: "jar",
        sha256: "53f9ae03c681a30a50aa17524bd9790ab596b28481858e54efd989a826ed3a4a",
    },
    Artifact {
        group: "com.amazonaws",
        name: "aws-java-sdk-bundle",
        version: "1.12.262",
        kind: "jar",
        sha256: "873fe7cf495126619997bec21c44de5d992544aea7e632fdc77adb1a0915bae5",
    },
];

/// Trino, in place of Athena: the newest server on Maven Central.
pub(crate) const TRINO: Artifact = Artifact {
    group: "io.trino",
    name: "trino-server",
    version: "476",
    kind: "tar.gz",
    sha256: "cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f",
};

impl Artifact {
    /// The file, fetched if it is missing.
    pub(crate) fn file(&self) -> Result<PathBuf> {
        let Self { group, name, version, kind, sha256 } = self;
        let path = repository()?
            .join(group.replace('.', "/"))
            .join(name)
            .join(version)
            .join(format!("{name}-{version}.{kind}"));
        // Maven does not expect another Maven in its folder.
        let turn = turn::take(&repository()?.join("assay.lock"))?;
        if !path.is_file() {
            let coordinates = format!("{group}:{name}:{version}:{kind}");
            eprintln!("fetching `{coordinates}` by Maven");
            let mut maven = Command::new("mvn");
            maven.args(["--batch-mode", "--quiet", "dependency:get", "-Dtransitive=false"]);
            maven.arg(format!("-Dartifact={coordinates}"));
            shell::run_on_stderr(&mut maven).with_context(|| {
                format!("`{coordinates}` could not be fetched\n  help: `apt-get install maven`")
            })?;
        }
        drop(turn);
        // Anybody who can write into that folder could have made the file, so it is checked each time.
        let unread = || format!("cannot read `{}`", path.display());
        let file = fs::File::open(&path).with_context(unread)?;
        let found = assay_digest::sha256_of(file).with_context(unread)?.to_string();
        if found != *sha256 {
            bail!(
                "`{}` has SHA-256 {found}, and {sha256} is pinned\n  help: remove it, and it is fetched again",
                path.display()
            );
        }
        Ok(path)
    }

    /// The name of the archive and of its folder.
    pub(crate) fn stem(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

/// The folder of a Java of the wanted version, if the machine has one: named by a variable, the default one, or one beside it.
pub(crate) fn home(variable: &str, wanted: impl Fn(u32) -> bool) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let on_path = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("java"))
        .find(|program| program.is_file());
    let default = on_path
        .and_then(|program| Some(fs::canonicalize(program).ok()?.parent()?.parent()?.to_owned()));
    let beside = default.as_deref().and_then(Path::parent).map_or_else(Vec::new, folders);
    let mut all = named.into_iter().chain(default).chain(beside);
    all.find(|home| version(home).is_some_and(&wanted))
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// The feature release: 17 for `openjdk version "17.0.15"`.
fn version(home: &Path) -> Option<u32> {
    let answer = Command::new(home.join("bin/java")).arg("-version").output().ok()?;
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    let (_, quoted) = said.split_once('"')?;
    quoted.split(['.', '"']).next()?.parse().ok()
}

fn repository() -> Result<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).context("HOME is not set")?;
    Ok(home.join(".m2/repository"))
}
