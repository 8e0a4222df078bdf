//! `setup`: installs what a fresh machine lacks if possible, and otherwise names it and how to get it.
//!
//! The other commands call the parts they need, so nobody has to run it first. What is already installed costs
//! milliseconds.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::target::TARGET;
use crate::{outside, python, shell};

/// Everything: the prerequisites of builds, and those of tests on top.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    for_building(checkout)?;
    println!("ready to build: Rust for {TARGET}, a C compiler");
    let interpreter = python::environment(checkout)?;
    println!("ready to test: {}", checkout.relative(&interpreter));
    outside::prepare(checkout);
    Ok(())
}

/// The prerequisites of any build.
pub(crate) fn for_building(checkout: &Checkout) -> Result<()> {
    rust_target(checkout, TARGET)?;
    c_compiler()
}

/// The prerequisites of a statically linked program: Rust's library for the target, and a C compiler with matching
/// headers.
pub(crate) fn musl(checkout: &Checkout, target: &str) -> Result<()> {
    rust_target(checkout, target)?;
    // The compiler names that the `cc` crate looks for.
    let named = std::env::var_os(format!("CC_{}", target.replace('-', "_")));
    let candidates = match &named {
        Some(compiler) => vec![compiler.as_os_str()],
        None => ["x86_64-linux-musl-gcc", "musl-gcc"].map(std::ffi::OsStr::new).to_vec(),
    };
    if candidates.iter().any(|compiler| shell::succeeds(Command::new(compiler).arg("--version"))) {
        return Ok(());
    }
    bail!(
        "no C compiler for `{target}` was found (looked for: {})\n  help: `apt-get install musl-tools` on Debian and Ubuntu; or name \
         yours in the variable `CC_{}`",
        candidates.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", "),
        target.replace('-', "_")
    )
}

/// Installs Rust's library for a target with rustup, if it is missing.
fn rust_target(checkout: &Checkout, target: &str) -> Result<()> {
    let installed = checkout.toolchain()?.sysroot.join("lib/rustlib").join(target).join("lib");
    if installed.is_dir() {
        return Ok(());
    }
    // Runs in the checkout, so that rustup uses the toolchain in `rust-toolchain.toml`.
    let mut rustup = Command::new("rustup");
    rustup.current_dir(checkout.root()).args(["target", "add", target]);
    shell::run(&mut rustup).with_context(|| {
        format!(
            "the Rust toolchain has no `{target}`, and adding it failed\n  help: with rustup from https://rustup.rs and a \
             network, `rustup target add {target}`; otherwise install your distribution's package for that target"
        )
    })
}

/// Zstandard is C code, and Rust links native programs with the C compiler.
fn c_compiler() -> Result<()> {
    let named = std::env::var_os("CC");
    let candidates = match &named {
        Some(compiler) => vec![compiler.as_os_str()],
        None => ["cc", "gcc", "clang"].map(std::ffi::OsStr::new).to_vec(),
    };
    if candidates.iter().any(|compiler| shell::succeeds(Command::new(compiler).arg("--version"))) {
        return Ok(());
    }
    bail!(
        "no C compiler was found (looked for: {})\n  help: `apt-get install gcc libc6-dev` on Debian and Ubuntu, \
         `dnf install gcc` on Fedora, `xcode-select --install` on macOS; or name yours in the variable `CC`",
        candidates.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", ")
    )
}
