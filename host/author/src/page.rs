//! Finds pages of rules, in a checkout or in a project.

use std::path::PathBuf;

use assay_packs::Discovery;

/// Finds a rule's page: in the plugin's folder of a checkout, or next to the packs of a plugin's own project.
pub fn page(discovery: &Discovery, plugin: &str, code: &str) -> Option<PathBuf> {
    let rules = discovery.rules();
    let file = format!("{code}.md");
    let own = rules.parent().map(|top| top.join("plugins").join(plugin).join("rules").join(&file));
    own.into_iter().chain([rules.join(&file)]).find(|path| path.is_file())
}
