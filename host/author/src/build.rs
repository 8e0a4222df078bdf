//! `assay build`: builds a component from a Rust crate, byte for byte the same wherever it is built, or from a Python or JavaScript
//! project.
//!
//! Every path that the compiler could write into the bytes is replaced by a name that is the same on all machines, so a lock written on one
//! machine is valid on another.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assay_files::{Access, Keep};
use assay_packs::{LOCK_FILE, Lock};
use assay_pipeline::loading::Named;
use assay_sandbox::{Component, Options, SandboxError};
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use crate::error::AuthorError;
use crate::target::{LINKER, TARGET};
use crate::toolchain::Toolchain;
use crate::{javascript, python};

/// First bytes of a component: the magic number, version 13, layer 1. A core module has version 1, layer 0.
const COMPONENT_HEAD: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// The build profile of plugins, for manifests that have none.
const PROFILE: [(&str, &str); 7] = [
    ("inherits", "\"release\""),
    ("opt-level", "3"),
    ("lto", "\"fat\""),
    ("codegen-units", "1"),
    ("panic", "\"abort\""),
    ("debug", "false"),
    ("strip", "\"debuginfo\""),
];

/// What to build.
#[derive(Debug)]
pub struct BuildRequest<'a> {
    /// Folder of the plugin.
    pub folder: &'a Path,
    /// Fail if the lock does not pin the component, instead of updating the lock.
    pub check: bool,
    /// Folder of compiled plugins; `None` compiles anew.
    pub cache: Option<PathBuf>,
}

/// The result of a build.
#[derive(Debug)]
pub struct Built {
    /// Path of the component.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: usize,
    /// The component as the sandbox sees it.
    pub component: Component,
    /// The tool that built it.
    pub builder: Builder,
    /// What became of the lock; `None` if the folder has no rules.
    pub pinned: Option<Pinned>,
}

/// The tool that built a component.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Builder {
    /// The Rust compiler.
    Rust(Toolchain),
    /// componentize-py, with its version.
    ComponentizePy(String),
    /// componentize-js, with its version.
    ComponentizeJs(String),
}

/// What became of the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// Path of the lock.
    pub lock: PathBuf,
    /// Whether it was updated.
    pub changed: bool,
}

/// Builds a plugin. Fails if a tool is missing, the source does not build, or the result is not a plugin or not the pinned one.
pub fn build(request: &BuildRequest<'_>) -> Result<Built, AuthorError> {
    let manifest = request.folder.join("Cargo.toml");
    if !manifest.is_file() {
        let (named, bytes, builder) = if let Some(project) = python::Project::of(request.folder)? {
            let (bytes, version) = project.build()?;
            (project.text("name"), bytes, Builder::ComponentizePy(version))
        } else if let Some(project) = javascript::Project::of(request.folder)? {
            let (bytes, version) = project.build()?;
            (project.text("name"), bytes, Builder::ComponentizeJs(version))
        } else {
            return Err(AuthorError::NoManifest { path: request.folder.to_owned() });
        };
        let named = named.unwrap_or_default();
        return finish(request, request.folder, &named, &bytes, builder);
    }
    let toolchain = Toolchain::of(request.folder)?;
    let metadata = metadata(&manifest)?;
    let (package, artifact) = plugin(&metadata, &manifest, request.folder)?;
    let root = metadata.workspace_root.as_std_path();
    let guests = match std::env::var_os("ASSAY_GUESTS_DIR") {
        Some(elsewhere) => root.join(elsewhere),
        None => root.join("target").join("guests"),
    };
    compile(&metadata, package, &toolchain, &guests)?;
    let source = guests.join(TARGET).join("plugin").join(artifact);
    let bytes = fs::read(&source).map_err(AuthorError::file("read", &source))?;
    if !bytes.starts_with(&COMPONENT_HEAD) {
        return Err(AuthorError::NotComponent { path: source });
    }
    finish(request, root, &package.name, &bytes, Builder::Rust(toolchain))
}

/// Loads the component, puts it where runs look for it, and pins it.
fn finish(
    request: &BuildRequest<'_>,
    root: &Path,
    package: &str,
    bytes: &[u8],
    builder: Builder,
) -> Result<Built, AuthorError> {
    let component = load(bytes, package, request.cache.clone())?;
    let name = component.info().name.clone();
    let path = root.join("target").join("plugins").join(format!("{name}.wasm"));
    place(&path, bytes)?;
    let pinned = pin(&root.join("rules"), &component, request.check)?;
    Ok(Built { path, bytes: bytes.len(), component, builder, pinned })
}

pub(crate) fn metadata(manifest: &Path) -> Result<Metadata, AuthorError> {
    MetadataCommand::new().manifest_path(manifest).exec().map_err(|error| {
        let detail = match &error {
            cargo_metadata::Error::CargoMetadata { stderr } => stderr.trim().to_owned(),
            other => other.to_string(),
        };
        AuthorError::Metadata { path: manifest.to_owned(), detail }
    })
}

/// Finds the package of a folder, and the file that the compiler writes for it.
pub(crate) fn plugin<'m>(
    metadata: &'m Metadata,
    manifest: &Path,
    folder: &Path,
) -> Result<(&'m Package, String), AuthorError> {
    let wanted = manifest.canonicalize().map_err(AuthorError::file("read", manifest))?;
    let becomes = |package: &Package| {
        let target = package.targets.iter().find(|target| target.is_kind(TargetKind::CDyLib));
        target.map(|target| format!("{}.wasm", target.name.replace('-', "_")))
    };
    let of_folder = metadata.packages.iter().find(|package| {
        package.manifest_path.as_std_path().canonicalize().is_ok_and(|path| path == wanted)
    });
    let Some(package) = of_folder else {
        let plugins = metadata.workspace_packages();
        let plugins = plugins.iter().filter(|package| becomes(package).is_some());
        let folders: Vec<String> = plugins
            .filter_map(|package| package.manifest_path.parent())
            .map(|folder| {
                format!("`{}`", folder.strip_prefix(&metadata.workspace_root).unwrap_or(folder))
            })
            .collect();
        let plugins =
            if folders.is_empty() { "it has none".to_owned() } else { folders.join(", ") };
        return Err(AuthorError::Workspace { path: folder.to_owned(), plugins });
    };
    match becomes(package) {
        Some(artifact) => Ok((package, artifact)),
        None => Err(AuthorError::NoComponent {
            package: package.name.to_string(),
            manifest: manifest.to_owned(),
        }),
    }
}

fn compile(
    metadata: &Metadata,
    package: &Package,
    toolchain: &Toolchain,
    guests: &Path,
) -> Result<(), AuthorError> {
    let root = metadata.workspace_root.as_std_path();
    let mut command = Command::new("cargo");
    command
        .current_dir(root)
        .args(["build", "--profile", "plugin", "--target", TARGET, "--package"])
        .arg(package.id.to_string());
    if !has_profile(root) {
        for (key, value) in PROFILE {
            command.arg("--config").arg(format!("profile.plugin.{key}={value}"));
        }
    }
    command
        .env("CARGO_TARGET_DIR", guests)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER)
        // The only source of flags that overrides all others, so no personal settings change the bytes.
        .env("CARGO_ENCODED_RUSTFLAGS", remapped_paths(metadata, toolchain))
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null());
    let status = command.status().map_err(AuthorError::file("start", "cargo"))?;
    if status.success() {
        return Ok(());
    }
    Err(AuthorError::Cargo { status: status.to_string() })
}

fn has_profile(root: &Path) -> bool {
    let text = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let table: Option<toml::Table> = text.parse().ok();
    table.is_some_and(|table| table.get("profile").is_some_and(|all| all.get("plugin").is_some()))
}

/// Compiler flags, separated as cargo requires, that replace each path on this machine by a name that is the same on all. If two flags
/// match a path, the compiler uses the last.
fn remapped_paths(metadata: &Metadata, toolchain: &Toolchain) -> OsString {
    let mut flags = Vec::new();
    let mut remap = |from: &Path, to: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flags.push(flag);
    };
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    if let Some(cargo_home) = cargo_home {
        remap(&cargo_home, "/cargo");
        // Each registry has a folder named after the URL used; a mirror must not change the bytes.
        let registries = fs::read_dir(cargo_home.join("registry").join("src"));
        let mut registries: Vec<PathBuf> =
            registries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        registries.sort();
        for registry in &registries {
            remap(registry, "/crates");
        }
    }
    // With the component `rust-src` installed, the compiler finds the standard library's files and records their actual paths.
    let library = toolchain.sysroot.join("lib/rustlib/src/rust");
    remap(&library, &format!("/rustc/{}", toolchain.commit));
    let root = metadata.workspace_root.as_std_path();
    for package in metadata.packages.iter().filter(|package| package.source.is_none()) {
        let folder =
            package.manifest_path.parent().map(cargo_metadata::camino::Utf8Path::as_std_path);
        if let Some(folder) = folder.filter(|folder| !folder.starts_with(root)) {
            remap(folder, &format!("/beside/{}", package.name));
        }
    }
    remap(root, "/assay");
    flags.join(&OsString::from("\u{1f}"))
}

pub(crate) fn load(
    bytes: &[u8],
    package: &str,
    cache: Option<PathBuf>,
) -> Result<Component, AuthorError> {
    let named = Named::open(Options { cache, ..Options::default() })?;
    named.load(package, bytes).map_err(|error| match error {
        SandboxError::Import { import, .. } => AuthorError::Imports { import },
        source @ SandboxError::NoContract { .. } => {
            AuthorError::NoPlugin { package: package.to_owned(), source: Box::new(source) }
        }
        other => other.into(),
    })
}

/// Writes a component atomically, so that a concurrent run reads the old or the new one.
fn place(path: &Path, bytes: &[u8]) -> Result<(), AuthorError> {
    // It can be rebuilt in seconds, so don't wait for the disk.
    assay_files::replace(path, bytes, Access::Usual, Keep::Cached)
        .map_err(AuthorError::file("write", path))
}

/// Pins a component in the lock of the rules next to it; returns `None` if there are no rules.
fn pin(rules: &Path, component: &Component, check: bool) -> Result<Option<Pinned>, AuthorError> {
    if !rules.is_dir() {
        return Ok(None);
    }
    let path = rules.join(LOCK_FILE);
    let mut lock = if path.is_file() { Lock::read(&path)? } else { Lock::empty(&path) };
    let (name, digest) = (&component.info().name, component.digest());
    let before = lock.to_toml();
    let pinned = lock
        .plugins()
        .find(|(known, _)| known == name)
        .map_or_else(|| "nothing".to_owned(), |(_, locked)| format!("sha256:{}", locked.digest));
    lock.insert(name, &component.info().version, digest);
    let changed = lock.to_toml() != before || !path.is_file();
    if changed && check {
        return Err(AuthorError::NotPinned { lock: path, pinned, built: digest.to_string() });
    }
    if changed {
        lock.write()?;
    }
    Ok(Some(Pinned { lock: path, changed }))
}
