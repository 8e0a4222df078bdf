//! The checkout: its folders, its crates, and the toolchain that builds it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use crate::shell;

/// Prefix of the crate names of plugins.
const PLUGIN_PREFIX: &str = "assay-plugin-";

/// A checkout, read once per command.
#[derive(Debug)]
pub(crate) struct Checkout {
    metadata: Metadata,
    cargo: PathBuf,
}

/// A crate under `plugins/` that is built as a component.
#[derive(Debug)]
pub(crate) struct Plugin {
    /// Its name in packs and the lock: the crate's name without `assay-plugin-`.
    pub(crate) name: String,
    /// The crate's name.
    pub(crate) package: String,
    /// The file the compiler writes.
    pub(crate) artifact: String,
    /// The crate's version.
    pub(crate) version: String,
}

/// The Rust compiler in use.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// The host triple, such as `x86_64-unknown-linux-gnu`.
    pub(crate) host: String,
    /// Its version, such as `1.95.0`.
    pub(crate) release: String,
    /// The commit it was built from, which is part of the standard library's paths.
    pub(crate) commit: String,
    /// Where it is installed.
    pub(crate) sysroot: PathBuf,
}

impl Checkout {
    /// Reads the workspace in which `cargo xtask` was called. Needs no network.
    pub(crate) fn open() -> Result<Self> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("start it as `cargo xtask`, which tells it where the checkout is")?;
        let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let metadata = MetadataCommand::new()
            .cargo_path(&cargo)
            .manifest_path(Path::new(&here).join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cannot read the workspace's manifests")?;
        Ok(Self { metadata, cargo })
    }

    /// The root folder.
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The folder for xtask's own output. Always inside the checkout, because `assay` looks for `target/plugins` beside `rules`, wherever
    /// native code is built.
    pub(crate) fn output(&self) -> PathBuf {
        self.root().join("target")
    }

    /// Cargo's target folder for guests. It is separate, so that builds of guests and of native code never wait for each other's lock.
    /// `ASSAY_GUESTS_DIR` moves it; tests that build guests respect the same variable.
    pub(crate) fn guests(&self) -> PathBuf {
        match std::env::var_os("ASSAY_GUESTS_DIR") {
            Some(elsewhere) => self.root().join(elsewhere),
            None => self.output().join("guests"),
        }
    }

    /// The folder of the finished components.
    pub(crate) fn plugins_dir(&self) -> PathBuf {
        self.output().join("plugins")
    }

    /// The `assay` binary built by `cargo build`. It is optimised: `Cargo.toml` explains the unusual profile `dev`.
    pub(crate) fn binary(&self) -> PathBuf {
        self.built("debug")
    }

    /// The release build of `assay`, which only measurements need.
    pub(crate) fn release_binary(&self) -> PathBuf {
        self.built("release")
    }

    /// The `assay` binary as it ships.
    pub(crate) fn dist_binary(&self) -> PathBuf {
        self.built("dist")
    }

    /// The `assay` binary of a profile that was built for another target.
    pub(crate) fn built_for(&self, target: &str, profile: &str) -> PathBuf {
        self.metadata.target_directory.as_std_path().join(target).join(profile).join("assay")
    }

    /// The `assay` binary that cargo builds, in a folder for each profile.
    fn built(&self, profile: &str) -> PathBuf {
        self.program("assay", profile)
    }

    /// A program of the workspace as cargo builds it.
    pub(crate) fn program(&self, name: &str, profile: &str) -> PathBuf {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.metadata.target_directory.as_std_path().join(profile).join(name)
    }

    /// [`Self::binary`], run in the root folder, so that a command line that we print can be typed again.
    pub(crate) fn assay(&self) -> Command {
        let mut command = Command::new(self.binary());
        command.current_dir(self.root());
        command
    }

    /// Builds `assay` with all features, together with the whole workspace: built alone, it would enable fewer features of its libraries
    /// than the tests do, and they would be compiled again.
    pub(crate) fn build_assay(&self) -> Result<()> {
        shell::run(self.cargo().args(["build", "--workspace", "--bin", "assay"]))
    }

    /// Builds our own S3 server as a program.
    pub(crate) fn build_bucket_server(&self) -> Result<()> {
        shell::run(self.cargo().args(["build", "--workspace", "--bin", "bucket-server"]))
    }

    /// Builds `assay` with only what judging a file needs, which leaves out two hundred crates. The crates in `unoptimised` are compiled
    /// without optimisation.
    pub(crate) fn build_slim(&self, unoptimised: &[&str]) -> Result<()> {
        let words = ["build", "--workspace", "--bin", "assay", "--no-default-features"];
        let mut command = self.cargo();
        command.args(words);
        for package in unoptimised {
            command.args(["--config", &format!("profile.dev.package.{package}.opt-level=0")]);
        }
        shell::run(&mut command)
    }

    /// Builds `assay` as it ships: with cross-crate optimisation, which would be too slow for other builds.
    pub(crate) fn build_dist(&self) -> Result<()> {
        shell::run(self.cargo().args(["build", "--profile", "dist", "--package", "assay"]))
    }

    /// The folder beside the checkout with samples of real data, on machines that have them.
    pub(crate) fn samples(&self) -> PathBuf {
        self.root().join("../shared/open-payments/samples")
    }

    /// Cargo, run in the root folder.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(self.root());
        command
    }

    /// The crates of the workspace.
    pub(crate) fn packages(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// The version that all crates of the workspace share.
    pub(crate) fn version(&self) -> Result<String> {
        let packages = self.packages();
        let binary = packages.iter().find(|package| package.name.as_str() == "assay");
        let binary = binary.context("the workspace has no crate `assay`, which is the binary")?;
        Ok(binary.version.to_string())
    }

    /// A path inside the checkout, as written in messages: relative, with `/`.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let inside = path.strip_prefix(self.root()).unwrap_or(path);
        inside.to_string_lossy().replace('\\', "/")
    }

    /// The plugins of this checkout, by name.
    pub(crate) fn plugins(&self) -> Result<Vec<Plugin>> {
        let mut plugins = Vec::new();
        for package in self.packages() {
            let folder = self.relative(package.manifest_path.as_std_path());
            let component =
                package.targets.iter().find(|target| target.is_kind(TargetKind::CDyLib));
            let (true, Some(component)) = (folder.starts_with("plugins/"), component) else {
                continue;
            };
            let name = package.name.strip_prefix(PLUGIN_PREFIX).with_context(|| {
                format!(
                    "crate `{}` in `{folder}` builds a component, so its name must begin with `{PLUGIN_PREFIX}`",
                    package.name
                )
            })?;
            plugins.push(Plugin {
                name: name.to_owned(),
                package: package.name.to_string(),
                artifact: format!("{}.wasm", component.name.replace('-', "_")),
                version: package.version.to_string(),
            });
        }
        plugins.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(plugins)
    }

    /// Asks the compiler that cargo would use here.
    pub(crate) fn toolchain(&self) -> Result<Toolchain> {
        let rustc = std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from);
        let ask = |arguments: &[&str]| {
            shell::output_of(Command::new(&rustc).current_dir(self.root()).args(arguments))
        };
        let version = ask(&["--version", "--verbose"])?;
        let field = |key: &str| {
            let line = version.lines().find_map(|line| line.strip_prefix(key));
            line.map(|value| value.trim().to_owned())
                .with_context(|| format!("`rustc --version --verbose` does not say `{key}`"))
        };
        Ok(Toolchain {
            host: field("host:")?,
            release: field("release:")?,
            commit: field("commit-hash:")?,
            sysroot: PathBuf::from(ask(&["--print", "sysroot"])?.trim()),
        })
    }
}
