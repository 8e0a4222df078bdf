//! `plugins`: builds each plugin as a component without imports, and pins it in `rules/assay.lock`.
//!
//! The bytes must not depend on the checkout's location or on who builds them, or no lock would hold on a second machine. So
//! every path that the compiler could write into them is mapped to a fixed name.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use assay_files::{Access, Keep};

use crate::checkout::{Checkout, Plugin, Toolchain};
use crate::lock::{Lock, Pin};
use crate::target::TARGET;
use crate::{setup, shell};

/// The first bytes of a component: the magic number, version 13, layer 1. A core module has version 1, layer 0.
const COMPONENT_HEAD: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// Builds all plugins and writes the lock.
pub(crate) fn build_and_pin(checkout: &Checkout) -> Result<()> {
    let built = build(checkout)?;
    let path = lock_path(checkout);
    let written = read_lock(&path)?;
    let differences = written.differences(&built);
    let shown = checkout.relative(&path);
    if differences.is_empty() {
        println!("`{shown}` stays as it is");
        return Ok(());
    }
    for difference in differences {
        println!("  {difference}");
    }
    fs::write(&path, built.to_text()).with_context(|| format!("cannot write `{shown}`"))?;
    println!("`{shown}` was rewritten");
    Ok(())
}

/// Builds all plugins and fails if the lock does not pin exactly these.
pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let built = build(checkout)?;
    let path = lock_path(checkout);
    let differences = read_lock(&path)?.differences(&built);
    if !differences.is_empty() {
        bail!(
            "`{}` does not pin what was built\n  {}\n  help: look at what changed in the plugins, then accept it with \
             `cargo xtask plugins`",
            checkout.relative(&path),
            differences.join("\n  ")
        );
    }
    println!("`{}` pins what was built", checkout.relative(&path));
    Ok(())
}

fn lock_path(checkout: &Checkout) -> PathBuf {
    checkout.root().join("rules").join("assay.lock")
}

/// A missing lock counts as one without pins.
fn read_lock(path: &Path) -> Result<Lock> {
    match fs::read_to_string(path) {
        Ok(text) => Lock::parse(&text).with_context(|| format!("cannot use `{}`", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Lock::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// Compiles all plugins into `target/plugins`, and removes everything else there.
fn build(checkout: &Checkout) -> Result<Lock> {
    setup::for_building(checkout)?;
    let plugins = checkout.plugins()?;
    if plugins.is_empty() {
        bail!("no crate under `plugins/` has `crate-type = [\"cdylib\"]`, so there is no plugin");
    }
    compile(checkout, &plugins)?;

    let target = checkout.plugins_dir();
    let built_in = checkout.guests().join(TARGET).join("plugin");
    fs::create_dir_all(&target).with_context(|| format!("cannot create `{}`", target.display()))?;
    let mut lock = Lock::default();
    for plugin in &plugins {
        let source = built_in.join(&plugin.artifact);
        let bytes =
            fs::read(&source).with_context(|| format!("cannot read `{}`", source.display()))?;
        if !bytes.starts_with(&COMPONENT_HEAD) {
            bail!(
                "`{}` is not a component; `.cargo/config.toml` must set `wasm-component-ld` as the linker of {TARGET}",
                source.display()
            );
        }
        place(&target.join(format!("{}.wasm", plugin.name)), &bytes)?;
        let digest = assay_digest::named(&bytes);
        println!("  {:<16} {:>5} KiB  {digest}", plugin.name, bytes.len().div_ceil(1024));
        lock.pins.insert(plugin.name.clone(), Pin { version: plugin.version.clone(), digest });
    }
    remove_strangers(&target, &lock)?;
    Ok(lock)
}

/// Writes a component atomically, so that a concurrent run reads the old one or the new one.
fn place(path: &Path, bytes: &[u8]) -> Result<()> {
    assay_files::replace(path, bytes, Access::Usual, Keep::Cached)
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// Otherwise, a component that is no longer built would be packed and found for ever.
fn remove_strangers(folder: &Path, lock: &Lock) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let ours = path.extension().is_some_and(|extension| extension == "wasm")
            && lock.pins.contains_key(&stem);
        if path.is_file() && !ours {
            fs::remove_file(&path)
                .with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
    }
    Ok(())
}

fn compile(checkout: &Checkout, plugins: &[Plugin]) -> Result<()> {
    let mut command = checkout.cargo();
    command.args(["build", "--profile", "plugin", "--target", TARGET]);
    for plugin in plugins {
        command.args(["--package", &plugin.package]);
    }
    let remap = remapped_paths(checkout, &checkout.toolchain()?)?;
    command
        .env("CARGO_TARGET_DIR", checkout.guests())
        // This variable overrides every other source of flags, so users' settings cannot change the bytes.
        .env("CARGO_ENCODED_RUSTFLAGS", remap)
        .env_remove("RUSTFLAGS");
    shell::run(&mut command)
}

/// Compiler flags, separated as cargo expects, that map each path on this machine to a name that is the same on all. If two
/// mappings apply, the compiler uses the last.
pub(crate) fn remapped_paths(checkout: &Checkout, toolchain: &Toolchain) -> Result<OsString> {
    let cargo_home = cargo_home()?;
    let mut flags = Vec::new();
    let mut remap = |from: &Path, to: &str| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flags.push(flag);
    };
    remap(&cargo_home, "/cargo");
    // Each registry has a folder named after its URL; a mirror must not change the bytes.
    let sources = cargo_home.join("registry").join("src");
    let mut registries: Vec<PathBuf> = fs::read_dir(&sources)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    registries.sort();
    for registry in registries {
        remap(&registry, "/crates");
    }
    // If the component `rust-src` is installed, the compiler finds the standard library's sources and records their real
    // paths.
    remap(&toolchain.sysroot.join("lib/rustlib/src/rust"), &format!("/rustc/{}", toolchain.commit));
    remap(checkout.root(), "/assay");
    Ok(flags.join(&OsString::from("\u{1f}")))
}

/// The folder for cargo's downloads: `CARGO_HOME`, or `.cargo` in the user's home.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    if let Some(set) = std::env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(set));
    }
    let home = std::env::home_dir().context("neither `CARGO_HOME` nor a home folder is known")?;
    Ok(home.join(".cargo"))
}
