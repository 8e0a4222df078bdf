//! The step `harness`: runs `assay test` and `assay bench` on each plugin of the checkout, as its author and its CI would.

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::shell;

/// The share of mutated rules and settings that pages and cases must detect. 99 %: the rest are mutations that only a file of
/// millions of records would show.
const COVERAGE: &str = "99%";

/// Tests and measures all plugins, so that one run shows everything that needs fixing.
pub(super) fn run(checkout: &Checkout) -> Result<()> {
    let binary = checkout.binary();
    if !binary.is_file() {
        bail!("`{}` is not built; run `cargo xtask test assay` before", binary.display());
    }
    let mut failed = Vec::new();
    for plugin in checkout.plugins()? {
        let folder = checkout.relative(&checkout.root().join("plugins").join(&plugin.name));
        let costs = format!("{folder}/cost.toml");
        for arguments in [
            vec!["test", &folder, "--min-coverage", COVERAGE],
            vec!["bench", &folder, "--baseline", &costs],
        ] {
            println!("assay {}", arguments.join(" "));
            let mut command = std::process::Command::new(&binary);
            command.args(&arguments).current_dir(checkout.root());
            if shell::run(&mut command).is_err() {
                failed.push(format!("assay {}", arguments.join(" ")));
            }
        }
    }
    if !failed.is_empty() {
        bail!("failed: `{}`", failed.join("`, `"));
    }
    Ok(())
}
