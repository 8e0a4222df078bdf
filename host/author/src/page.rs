//! Pages of rules, where a checkout or a project has them.

use std::path::PathBuf;

use assay_packs::Discovery;

/// Where a rule's page may lie: in the plugin's folder of a checkout, or beside the packs of a plugin's own project.
pub fn page(discovery: &Discovery, plugin: &str, code: &str) -> Option<PathBuf> {
    let rules = discovery.rules();
    let file = format!("{code}.md");
    let own = rules.parent().map(|top| top.join("plugins").join(plugin).join("rules").join(&file));
    own.into_iter().chain([rules.join(&file)]).find(|path| path.is_file())
}
