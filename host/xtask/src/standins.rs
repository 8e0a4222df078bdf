//! `stand-ins`: runs the tests' S3 servers, for trying things out.

use std::io::Write;
use std::thread;

use anyhow::{Result, bail};
use assay_standins::Server;

use crate::checkout::Checkout;
use crate::outside;

/// The bucket that exists from the start.
const BUCKET: &str = "lake";

/// Starts the servers that the machine has, and keeps them running until this process ends.
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
    // The servers end with this process.
    loop {
        thread::park();
    }
}
