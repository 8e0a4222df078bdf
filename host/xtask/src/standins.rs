//! `stand-ins`: the tests' S3 servers, for a person to try things on.

use std::io::Write;
use std::thread;

use anyhow::{Result, bail};
use assay_standins::Server;

use crate::checkout::Checkout;
use crate::outside;

/// The bucket that is there from the start.
const BUCKET: &str = "lake";

/// Starts what the machine has, and keeps it until this process ends.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    outside::prepare(checkout);
    let servers = [
        ("versitygw", assay_standins::versitygw().map(|path| Server::start_versity(&path))),
        ("moto", assay_standins::moto().map(|path| Server::start_moto(&path))),
    ];
    let mut running = Vec::new();
    for (name, server) in servers {
        let Some(server) = server else { continue };
        let server = server?;
        server.versioned_bucket(BUCKET)?;
        println!("\n# {name}: the bucket `{BUCKET}` keeps versions");
        for (variable, value) in server.environment() {
            println!("export {variable}={value}");
        }
        running.push(server);
    }
    if running.is_empty() {
        bail!("this machine has none of the servers; why is said above");
    }
    println!(
        "\nTry: assay run FILE --root s3://{BUCKET}. Ctrl-C ends the servers and removes what they keep."
    );
    std::io::stdout().flush()?;
    // They end because we do.
    loop {
        thread::park();
    }
}
