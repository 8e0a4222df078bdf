//! Starts the image with bubblewrap, unpacked and as its configuration says, or with docker.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::engine::Built;
use crate::shell;

/// The id of the program's user and group, as in the Containerfile; no host uses it.
const USER: &str = "10001";

/// How the image is started.
pub(super) enum Start {
    /// With bubblewrap, as a container engine would start it.
    Unpacked(Unpacked),
    /// With docker, which has the image with this id.
    Loaded(String),
}

/// An unpacked image, and values from its configuration.
pub(super) struct Unpacked {
    root: PathBuf,
    environment: Vec<(String, String)>,
    entry: Vec<String>,
}

/// What a command in the image can reach.
#[derive(Clone, Copy)]
enum Network {
    Nothing,
    ThisMachine,
}

impl Start {
    /// A command in the image without a network; `data` is mounted at `/data`.
    pub(super) fn command(&self, data: &Path, words: &[&str]) -> Command {
        self.started(data, Network::Nothing, &[], words)
    }

    /// A command in the image that can reach servers on this machine, with variables added to the image's own.
    pub(super) fn networked(
        &self,
        data: &Path,
        variables: &[(&str, String)],
        words: &[&str],
    ) -> Command {
        self.started(data, Network::ThisMachine, variables, words)
    }

    fn started(
        &self,
        data: &Path,
        network: Network,
        variables: &[(&str, String)],
        words: &[&str],
    ) -> Command {
        let mut command;
        match self {
            Self::Unpacked(image) => {
                command = Command::new("bwrap");
                command.args(["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]);
                if matches!(network, Network::ThisMachine) {
                    command.arg("--share-net");
                }
                command.args(["--uid", USER, "--gid", USER]);
                command.arg("--ro-bind").arg(&image.root).arg("/").arg("--bind").arg(data);
                command.args(["/data", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
                for (name, value) in &image.environment {
                    command.args(["--setenv", name, value]);
                }
                for (name, value) in variables {
                    command.args(["--setenv", name, value]);
                }
                command.args(&image.entry);
            }
            Self::Loaded(id) => {
                command = Command::new("docker");
                let network = match network {
                    Network::Nothing => "none",
                    Network::ThisMachine => "host",
                };
                command.args(["run", "--rm", "--network", network, "--read-only", "--volume"]);
                command.arg(format!("{}:/data", data.display()));
                for (name, value) in variables {
                    command.args(["--env", &format!("{name}={value}")]);
                }
                command.arg(id);
            }
        }
        command.args(words);
        command
    }
}

/// Unpacks the image that buildah built, and reads from its configuration how to start it.
pub(super) fn unpack(built: &Built, home: &Path) -> Result<Unpacked> {
    let root = home.join("root");
    remake(&root)?;
    fs::remove_dir(&root).context("cannot clear the folder for the image's files")?;
    let mut umoci = Command::new("umoci");
    umoci.args(["raw", "unpack", "--rootless", "--image"]);
    umoci.arg(format!("{}:{}", built.archive.display(), built.tag)).arg(&root);
    shell::run(&mut umoci)?;
    // A volume there is writable by everyone only if the image kept the folder's permissions; some ways of copying lose them.
    let tmp =
        shell::output_of(Command::new("stat").args(["--format", "%a"]).arg(root.join("tmp")))?;
    if tmp.trim() != "1777" {
        bail!("the image's `/tmp` has permissions {}; expected 1777", tmp.trim());
    }
    // Engines create their mount points.
    for place in ["data", "proc", "dev"] {
        fs::create_dir_all(root.join(place)).with_context(|| format!("cannot create `{place}`"))?;
    }
    let config = config(built)?;
    let (environment, entry) = wants(&config)?;
    Ok(Unpacked { root, environment, entry })
}

/// The configuration of the only image in a folder in OCI layout. Its digest is the image's id.
fn config(built: &Built) -> Result<Value> {
    let index = fs::read_to_string(built.archive.join("index.json"))
        .context("buildah left no image in OCI layout")?;
    let index: Value = serde_json::from_str(&index).context("`index.json` is not JSON")?;
    let manifest = blob(built, &index["manifests"][0]["digest"])?;
    if manifest["config"]["digest"].as_str().map(plain) != Some(plain(&built.id)) {
        bail!(
            "the image in `{}` has configuration `{}`; expected `{}`",
            built.archive.display(),
            manifest["config"]["digest"],
            built.id
        );
    }
    blob(built, &manifest["config"]["digest"])
}

fn blob(built: &Built, digest: &Value) -> Result<Value> {
    let digest = digest.as_str().context("a digest is missing in the image")?;
    let path = built.archive.join("blobs/sha256").join(plain(digest));
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is not JSON", path.display()))
}

/// A digest without its algorithm, which buildah omits.
fn plain(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest)
}

/// Names and values of variables.
type Environment = Vec<(String, String)>;

/// Environment and entry point of a configuration, which must not run as root.
fn wants(config: &Value) -> Result<(Environment, Vec<String>)> {
    let config = &config["config"];
    let user = config["User"].as_str().unwrap_or_default();
    if user != format!("{USER}:{USER}") {
        bail!("the image runs as `{user}`; expected `{USER}:{USER}`");
    }
    let texts = |key: &str| {
        let list = config[key].as_array().into_iter().flatten();
        list.filter_map(|one| one.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    for label in [
        "org.opencontainers.image.version",
        "org.opencontainers.image.revision",
        "assay.source.digest",
    ] {
        if config["Labels"][label].as_str().is_none_or(str::is_empty) {
            bail!("the image has no label `{label}`");
        }
    }
    let entry = texts("Entrypoint");
    if entry.is_empty() {
        bail!("the image has no entry point, which ECS tasks start");
    }
    let environment = texts("Env")
        .iter()
        .filter_map(|one| one.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Ok((environment, entry))
}

/// Recreates a folder, empty.
pub(super) fn remake(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create `{}`", folder.display()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_image_says_who_it_is_and_how_it_starts() {
        let labels = json!({
            "org.opencontainers.image.version": "1", "org.opencontainers.image.revision": "2", "assay.source.digest": "3"
        });
        let check = |user: &str, entry: Value, labels: Value, expected: &str| {
            let config = json!({ "config": { "User": user, "Entrypoint": entry, "Labels": labels, "Env": ["PATH=/usr/bin"] } });
            let found = match wants(&config) {
                Ok((environment, entry)) => format!("{environment:?} {entry:?}"),
                Err(error) => error.to_string(),
            };
            assert_eq!(found, expected);
        };
        let entry = json!(["/usr/bin/assay"]);
        check(
            "10001:10001",
            entry.clone(),
            labels.clone(),
            r#"[("PATH", "/usr/bin")] ["/usr/bin/assay"]"#,
        );
        check("", entry.clone(), labels.clone(), "the image runs as ``; expected `10001:10001`");
        check("0", entry.clone(), labels.clone(), "the image runs as `0`; expected `10001:10001`");
        check(
            "10001:10001",
            Value::Null,
            labels,
            "the image has no entry point, which ECS tasks start",
        );
        check(
            "10001:10001",
            entry,
            json!({}),
            "the image has no label `org.opencontainers.image.version`",
        );
    }
}
