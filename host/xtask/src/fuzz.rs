//! `fuzz`: runs the fuzz targets under `tests/fuzz`, which is a workspace of its own because it needs a nightly compiler.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{rarely, shell};

/// Default duration for each target: long enough for a smoke test, short enough to wait for.
const SECONDS: u32 = 60;

/// `fuzz [TARGET] [SECONDS]`, in either order.
pub(crate) fn run(checkout: &Checkout, words: &[&str]) -> Result<()> {
    let mut seconds = SECONDS;
    let mut target = None;
    for word in words {
        match word.parse() {
            Ok(number) => seconds = number,
            Err(_) => target = Some((*word).to_owned()),
        }
    }

    let folder = checkout.root().join("tests").join("fuzz");
    if !folder.is_dir() {
        bail!("there is no `tests/fuzz` in this checkout, so there is nothing to fuzz");
    }
    let fuzz = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        // The variables with which rustup pins our own toolchain would override `+nightly`.
        command.current_dir(&folder).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        command.env("CARGO_TARGET_DIR", checkout.root().join("target").join("fuzz"));
        command.args(["+nightly", "fuzz"]).args(arguments);
        command
    };
    if !shell::succeeds(&mut fuzz(&["--version"])) {
        bail!(
            "fuzzing needs a nightly compiler and cargo-fuzz\n  help: `rustup toolchain install nightly --profile minimal` and \
             `cargo install cargo-fuzz --locked`"
        );
    }

    let list = shell::output_of(&mut fuzz(&["list", "--fuzz-dir", "."]))?;
    let all: Vec<&str> = list.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let chosen = match &target {
        None => all,
        Some(name) if all.contains(&name.as_str()) => vec![name.as_str()],
        Some(name) => bail!("there is no fuzz target `{name}`; there are: {}", all.join(", ")),
    };
    let targets = chosen.len();
    for name in chosen {
        let limit = format!("-max_total_time={seconds}");
        shell::run(&mut fuzz(&["run", "--fuzz-dir", ".", name, "--", &limit]))
            .with_context(|| format!("fuzz target `{name}` found something, see above"))?;
    }
    let outcome = format!("{targets} targets, {seconds} seconds each: nothing found");
    rarely::note(checkout, "cargo xtask fuzz", &outcome)
}
