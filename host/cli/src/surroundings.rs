//! Where rules, plugins and compiled plugins are.

use std::path::PathBuf;

use anyhow::Result;
use assay_packs::{Discovery, Surroundings};

use crate::args::RulesArgs;

/// Finds rules and plugins from the options.
pub(crate) fn discovery(args: &RulesArgs) -> Result<Discovery> {
    Ok(Discovery::find(&Surroundings {
        rules: args.rules.as_deref().map(PathBuf::from),
        plugins: args.plugins.as_deref().map(PathBuf::from),
        program: std::env::current_exe().ok(),
        folder: std::env::current_dir().ok(),
    })?)
}

/// Folder for compiled plugins: the one given, or one in the user's cache folder; `None` if turned off.
pub(crate) fn cache(args: &RulesArgs) -> Option<PathBuf> {
    match &args.cache {
        Some(named) if named.as_os_str() == "off" => None,
        Some(named) => Some(named.to_path_buf()),
        None => {
            let own = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let own = own.filter(|folder| folder.is_absolute());
            let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
            own.or_else(home).map(|folder| folder.join("assay"))
        }
    }
}
