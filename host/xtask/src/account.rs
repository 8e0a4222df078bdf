//! `account`: checks the documented guarantees about buckets on a user's bucket at AWS or elsewhere. Credentials, region and endpoint
//! are found as by AWS's own tools.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::{outside, plugins, python, shell, speed};

pub(crate) fn run(checkout: &Checkout, address: &str) -> Result<()> {
    if !address.starts_with("s3://") {
        bail!(
            "`{address}` is not the address of a bucket; expected s3://BUCKET or s3://BUCKET/PREFIX"
        );
    }
    let assay = speed::named_or_built(checkout)?;
    plugins::check(checkout)?;
    let mut command = Command::new(python::make(checkout, &outside::MOTO)?);
    // -B: no `__pycache__` folders in the checkout.
    command.args(["-B", "tests/s3/account.py"]).arg(assay).arg(address);
    shell::run(command.current_dir(checkout.root())).context("what does not hold is said above")
}
