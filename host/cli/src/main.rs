//! `assay`: the command.

mod args;
mod commands;
mod exit;
mod markdown;
mod output;
mod percent;
mod profile;
mod progress;
mod summary;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::ExitStatus;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match execute(&cli.command) {
        Ok(status) => status.into(),
        Err(error) => {
            complain(&format!("error: {}", commands::explain(&error)));
            ExitStatus::CouldNotRun.into()
        }
    }
}

fn execute(command: &Command) -> Result<ExitStatus> {
    match command {
        Command::Run(args) => commands::run::execute(args),
        Command::Check(args) => commands::check::execute(args),
        Command::Inspect(args) => commands::inspect::execute(args),
        Command::Sample(args) => commands::sample::execute(args),
        Command::Lock(args) => commands::lock::execute(args),
        Command::New(args) => commands::new::execute(args),
        Command::Build(args) => commands::build::execute(args),
        Command::Rules(args) => commands::rules::execute(args),
        Command::Lint(args) => commands::lint::execute(args),
        Command::Pack(args) => commands::pack::execute(args),
        Command::Package(args) => commands::package::execute(args),
        Command::Keygen(args) => commands::keygen::execute(args),
        Command::Sign(args) => commands::sign::execute(args),
        Command::Verify(args) => commands::verify::execute(args),
        #[cfg(feature = "registry")]
        Command::Push(args) => commands::push::execute(args),
        #[cfg(feature = "registry")]
        Command::Pull(args) => commands::pull::execute(args),
        Command::Export(args) => commands::export::execute(args),
        Command::Import(args) => commands::import::execute(args),
        Command::Try(args) => commands::trial::execute(args),
        Command::Explain(args) => commands::explain::execute(args),
        Command::Test(args) => commands::test::execute(args),
        Command::Bench(args) => commands::bench::execute(args),
    }
}

/// Says something on standard error. Where nobody listens there is nobody to tell.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
