//! Locates the parts of a plugin: its pages, its cases, the assumptions of its tests, its costs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::page::Page;
use crate::setup::Setup;

/// Assumptions of a plugin's tests unless they state others, as a piece of a pack.
const ASSUMED: &str = "test.toml";
/// Build manifests, one per language.
const MANIFESTS: [&str; 3] = ["Cargo.toml", "pyproject.toml", "package.json"];

/// A plugin's folder.
#[derive(Debug, Clone)]
pub struct PluginFolder {
    root: PathBuf,
}

impl PluginFolder {
    /// Represents the plugin in the folder `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Returns the path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the name of the plugin according to its folder: the project name in the manifest, which remains if a checkout is renamed, or
    /// else the name of the folder.
    pub fn name(&self) -> String {
        self.project().unwrap_or_else(|| self.called())
    }

    /// Returns the name of the folder.
    fn called(&self) -> String {
        let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let whole = || self.root.canonicalize().ok().and_then(|path| named(&path));
        named(&self.root).filter(|name| name != "..").or_else(whole).unwrap_or_default()
    }

    /// Returns the project name in the manifest.
    fn project(&self) -> Option<String> {
        let read = |name: &str| fs::read_to_string(self.root.join(name)).ok();
        let toml = |text: String, table: &str| {
            let manifest: toml::Table = text.parse().ok()?;
            Some(manifest.get(table)?.get("name")?.as_str()?.to_owned())
        };
        if let Some(text) = read("Cargo.toml") {
            return toml(text, "package");
        }
        if let Some(text) = read("pyproject.toml") {
            return toml(text, "project");
        }
        let manifest: serde_json::Value = serde_json::from_str(&read("package.json")?).ok()?;
        Some(manifest.get("name")?.as_str()?.to_owned())
    }

    /// Returns the folder of pages, one for each rule or kind of rule.
    pub fn pages(&self) -> PathBuf {
        self.root.join("rules")
    }

    /// Returns the path of the catalogue generated from the pages.
    pub fn catalogue(&self) -> PathBuf {
        self.pages().join("README.md")
    }

    /// Returns the folder of cases, each of which is a folder.
    pub fn cases(&self) -> PathBuf {
        self.root.join("cases")
    }

    /// Returns the path of the committed costs.
    pub fn costs(&self) -> PathBuf {
        self.root.join("cost.toml")
    }

    /// Finds the component where builds leave it: `target/plugins/<name>.wasm` in the folder or above. A crate and its plugin may have
    /// different names; then the name of the folder is tried, and then the folder's only component, if it has exactly one.
    pub fn component(&self) -> Option<PathBuf> {
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        let places: Vec<PathBuf> =
            root.ancestors().map(|folder| folder.join("target/plugins")).collect();
        let named = [self.name(), self.called()].into_iter().find_map(|name| {
            let file = format!("{name}.wasm");
            places.iter().map(|place| place.join(&file)).find(|path| path.is_file())
        });
        named.or_else(|| {
            let built = |path: &PathBuf| path.extension().is_some_and(|end| end == "wasm");
            let mut own = entries(&root.join("target/plugins")).into_iter().filter(built);
            own.next().filter(|_| own.next().is_none())
        })
    }

    /// Returns the newest source file that is newer than the component, if any.
    pub fn newer_than(&self, component: &Path) -> Option<PathBuf> {
        let time = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
        let built = time(component)?;
        let mut newest: Option<(std::time::SystemTime, PathBuf)> = None;
        let source = |path: &PathBuf| {
            let manifest = MANIFESTS.iter().any(|name| path.ends_with(name));
            manifest || path.extension().is_some_and(|end| end == "py" || end == "js")
        };
        let mut waiting: Vec<PathBuf> = entries(&self.root).into_iter().filter(source).collect();
        waiting.push(self.root.join("src"));
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

    /// Reads the assumptions of tests; the defaults if there is no such file.
    pub(crate) fn assumed(&self, plugin: &str) -> Result<Setup, Fault> {
        let path = self.root.join(ASSUMED);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(Setup::default()) };
        Setup::read(&text, plugin, &Setup::default())
            .map_err(|fault| Fault::new("assumed-settings", &path, fault.line, fault.message))
    }

    /// Reads all pages, ordered by file name.
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

    /// Returns the folders of cases, ordered by name.
    pub(crate) fn case_folders(&self) -> Vec<PathBuf> {
        entries(&self.cases()).into_iter().filter(|path| path.is_dir()).collect()
    }
}

/// Returns the entries of a folder, ordered by name; empty if it does not exist.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    #[test]
    fn a_component_is_found_whatever_the_checkout_is_called() {
        let check = |files: &[(&str, &str)], expected: Option<&str>| {
            let place = tempfile::tempdir().expect("a folder");
            let root = place.path().join("a-checkout");
            for (name, text) in files {
                write(&root, name, text);
            }
            let found = PluginFolder::new(&root).component();
            let name = found.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
            assert_eq!(name.as_deref(), expected, "{files:?}");
        };
        let (mine, other) = (("target/plugins/mine.wasm", ""), ("target/plugins/other.wasm", ""));
        let rust = "[package]\nname = \"mine\"\n";
        let python = "[project]\nname = \"mine\"\n";
        check(&[("Cargo.toml", rust), mine, other], Some("mine.wasm"));
        check(&[("pyproject.toml", python), mine, other], Some("mine.wasm"));
        check(&[("package.json", "{\"name\": \"mine\"}"), mine, other], Some("mine.wasm"));
        check(&[("target/plugins/a-checkout.wasm", ""), mine], Some("a-checkout.wasm"));
        // A crate whose name differs from its plugin's.
        check(&[("Cargo.toml", "[package]\nname = \"our-mine\"\n"), mine], Some("mine.wasm"));
        check(&[mine, other], None);
        check(&[], None);
    }

    #[test]
    fn a_source_that_changed_after_the_build_is_found_in_every_language() {
        for name in ["src/lib.rs", "Cargo.toml", "my_rules.py", "plugin.js", "package.json"] {
            let place = tempfile::tempdir().expect("a folder");
            let folder = PluginFolder::new(place.path());
            write(place.path(), "target/plugins/mine.wasm", "");
            let component = folder.component().expect("it was built");
            let built = fs::File::options().write(true).open(&component).expect("it is there");
            let before = std::time::SystemTime::UNIX_EPOCH;
            built.set_modified(before).expect("the clock can be set");
            assert_eq!(folder.newer_than(&component), None, "{name}");
            write(place.path(), name, "");
            assert_eq!(folder.newer_than(&component), Some(place.path().join(name)));
        }
    }
}
