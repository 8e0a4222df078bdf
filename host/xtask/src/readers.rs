//! Reads `assay`'s output with engines that are too large to fetch for every change: Spark with its Java.
//!
//! The small readers run with the tests, in the step `python`.

use std::process::Command;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::test::readers::make_lake;
use crate::{rarely, shell, versus};

/// Readers whose packages are in the environment of `cargo xtask versus`.
const READERS: [&str; 4] = ["duckdb", "polars", "pyarrow", "spark"];

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    if !shell::succeeds(Command::new("java").arg("-version")) {
        bail!(
            "Spark needs Java 8, 11 or 17, and no `java` was found\n  help: on Debian and Ubuntu `apt-get install \
             openjdk-17-jre-headless`"
        );
    }
    let interpreter = versus::interpreter(checkout)?;
    let (lake, summary) = make_lake(checkout)?;
    let mut command = Command::new(interpreter);
    // -B: no `__pycache__` folders in the checkout.
    command.current_dir(checkout.root()).args(["-B", "tests/python/read_table.py"]);
    command.args([checkout.relative(&lake), checkout.relative(&summary)]).args(READERS);
    // Spark must not listen on addresses that others can reach.
    shell::run(command.env("SPARK_LOCAL_IP", "127.0.0.1"))?;
    rarely::note(checkout, "cargo xtask readers", "all read the same")
}
