//! What a path does not say of a file.

use clap::Args;

/// Which file in an archive is meant, and what it was published as.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// The entry of a zip archive that holds several CSV files.
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// The file's published name, where the path does not say it.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}
