//! Where rules and plugins are.

use clap::Args;

use crate::location::Location;

/// Where rules and plugins are.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Folder of the rules (default: found beside the program or in the checkout).
    #[arg(long, env = "ASSAY_RULES", value_name = "DIR")]
    pub(crate) rules: Option<Location>,
    /// Folder of the plugins, `<name>.wasm` (default: found beside the rules).
    #[arg(long, env = "ASSAY_PLUGINS", value_name = "DIR")]
    pub(crate) plugins: Option<Location>,
    /// Folder of compiled plugins; `off` compiles each time (default: the user's cache folder).
    #[arg(long, env = "ASSAY_CACHE", value_name = "DIR")]
    pub(crate) cache: Option<Location>,
}
