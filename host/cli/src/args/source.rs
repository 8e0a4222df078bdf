//! What a path does not say of a file.

use clap::Args;

/// Which file in an archive is meant, and what it was published as.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Entry to read from a zip archive that holds several CSV files.
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// Published name of the file, where the path does not show it.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}
