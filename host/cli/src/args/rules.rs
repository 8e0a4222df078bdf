//! Where rules and plugins are.

use clap::Args;

use crate::location::Location;

/// Where rules and plugins are.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Folder of the rules; found beside the program or in the checkout if left out.
    #[arg(long, env = "ASSAY_RULES", value_name = "DIR")]
    pub(crate) rules: Option<Location>,
    /// Folder of the plugins (`<name>.wasm`); found beside the rules if left out.
    #[arg(long, env = "ASSAY_PLUGINS", value_name = "DIR")]
    pub(crate) plugins: Option<Location>,
    /// Folder of compiled plugins, the user's cache folder if left out; `off` compiles anew each time.
    #[arg(long, env = "ASSAY_CACHE", value_name = "DIR")]
    pub(crate) cache: Option<Location>,
}
