//! Where the parts of a plugin lie: its pages, its cases, what its tests assume, its costs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::page::Page;
use crate::report::Fault;
use crate::setup::Setup;

/// What tests of a plugin assume unless they say otherwise, as a piece of a pack.
const ASSUMED: &str = "test.toml";

/// A plugin's folder.
#[derive(Debug, Clone)]
pub struct PluginFolder {
    root: PathBuf,
}

impl PluginFolder {
    /// The folder of a plugin.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the folder is called, and so the plugin's component.
    pub fn name(&self) -> String {
        let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let whole = || self.root.canonicalize().ok().and_then(|path| named(&path));
        named(&self.root).filter(|name| name != "..").or_else(whole).unwrap_or_default()
    }

    /// Where the pages are, one for each rule or kind of rule.
    pub fn pages(&self) -> PathBuf {
        self.root.join("rules")
    }

    /// The catalogue that is made of the pages.
    pub fn catalogue(&self) -> PathBuf {
        self.pages().join("README.md")
    }

    /// Where the cases are, a folder each.
    pub fn cases(&self) -> PathBuf {
        self.root.join("cases")
    }

    /// What the rules cost, as committed.
    pub fn costs(&self) -> PathBuf {
        self.root.join("cost.toml")
    }

    /// Where the component is, of the places in which builds leave it: `target/plugins/<name>.wasm` in the folder or above.
    pub fn component(&self) -> Option<PathBuf> {
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let file = format!("target/plugins/{}.wasm", self.name());
        root.ancestors().map(|folder| folder.join(&file)).find(|path| path.is_file())
    }

    /// The newest source file that is newer than a component, if one is.
    pub fn newer_than(&self, component: &Path) -> Option<PathBuf> {
        let time = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
        let built = time(component)?;
        let mut newest: Option<(std::time::SystemTime, PathBuf)> = None;
        let mut waiting = vec![self.root.join("src"), self.root.join("Cargo.toml")];
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(entries(&path));
            } else if let Some(changed) = time(&path)
                && changed > built
                && newest.as_ref().is_none_or(|(before, _)| changed > *before)
            {
                newest = Some((changed, path));
            }
        }
        newest.map(|(_, path)| path)
    }

    /// What tests assume unless they say otherwise.
    pub(crate) fn assumed(&self, plugin: &str) -> Result<Setup, Fault> {
        let path = self.root.join(ASSUMED);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(Setup::default()) };
        Setup::read(&text, plugin, &Setup::default())
            .map_err(|fault| Fault::new("assumed-settings", &path, fault.line, fault.message))
    }

    /// All pages, by name of their files.
    pub(crate) fn read_pages(&self) -> Vec<Page> {
        let is_page = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == "md") && *path != self.catalogue()
        };
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).ok()?;
            Some(Page::parse(&path, &text))
        };
        entries(&self.pages()).into_iter().filter(is_page).filter_map(read).collect()
    }

    /// Folders of cases, by name.
    pub(crate) fn case_folders(&self) -> Vec<PathBuf> {
        entries(&self.cases()).into_iter().filter(|path| path.is_dir()).collect()
    }
}

/// What a folder holds, by name; nothing if there is none.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}
