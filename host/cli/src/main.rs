//! The `assay` command.

mod args;
mod buckets;
mod commands;
mod complaint;
mod exit;
#[cfg(feature = "author")]
mod fault;
mod features;
mod keys;
mod location;
#[cfg(feature = "author")]
mod markdown;
mod net;
mod next;
mod number;
mod output;
#[cfg(feature = "author")]
mod percent;
mod place;
mod profile;
mod progress;
mod stamps;
mod stop;
mod summary;
mod surroundings;

use std::error::Error;
use std::process::ExitCode;

use anyhow::Result;
use assay_model::shown;
use clap::error::ContextKind;
use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command};
use crate::complaint::{complain_of_error, reasons};
use crate::exit::ExitStatus;

// The allocator, and the C library's functions for memory.
#[cfg(feature = "musl")]
use assay_musl as _;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(mistake) => match features::left_out(&mistake) {
            Some(text) => {
                complain_of_error(&text);
                return ExitStatus::CouldNotRun.into();
            }
            None => told(mistake).exit(),
        },
    };
    match execute(&cli.command) {
        Ok(status) => status.into(),
        Err(error) => {
            complain_of_error(&reasons(&error));
            ExitStatus::CouldNotRun.into()
        }
    }
}

/// Replaces a usage error, which repeats arguments, with one in which they are shown safely.
fn told(mistake: clap::Error) -> clap::Error {
    if !mistake.use_stderr() {
        return mistake;
    }
    let typed = std::env::args_os().map(|typed| shown(typed.to_string_lossy()).to_string());
    Cli::try_parse_from(typed).err().unwrap_or_else(|| {
        // The arguments are wrong only in their original form.
        let said = |kind| mistake.get(kind).map_or_else(String::new, |it| shown(it).to_string());
        let (value, of) = (said(ContextKind::InvalidValue), said(ContextKind::InvalidArg));
        let why = mistake.source().map_or_else(String::new, |why| format!(": {why}"));
        Cli::command().error(mistake.kind(), format!("invalid value '{value}' for '{of}'{why}"))
    })
}

fn execute(command: &Command) -> Result<ExitStatus> {
    match command {
        Command::Run(args) => commands::run::execute(args),
        Command::Check(args) => commands::check::execute(args),
        Command::Inspect(args) => commands::inspect::execute(args),
        Command::Sample(args) => commands::sample::execute(args),
        Command::Gc(args) => commands::gc::execute(args),
        Command::Lock(args) => commands::lock::execute(args),
        #[cfg(feature = "author")]
        Command::New(args) => commands::new::execute(args),
        #[cfg(feature = "author")]
        Command::Build(args) => commands::build::execute(args),
        #[cfg(feature = "author")]
        Command::Rules(args) => commands::rules::execute(args),
        #[cfg(feature = "author")]
        Command::Lint(args) => commands::lint::execute(args),
        #[cfg(feature = "author")]
        Command::Pack(args) => commands::pack::execute(args),
        #[cfg(feature = "author")]
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
        #[cfg(feature = "author")]
        Command::Test(args) => commands::test::execute(args),
        #[cfg(feature = "author")]
        Command::Bench(args) => commands::bench::execute(args),
    }
}
