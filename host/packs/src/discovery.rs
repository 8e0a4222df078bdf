//! Finds rules and plugins.

use std::path::{Path, PathBuf};

use crate::dataset;
use crate::error::PackError;
use crate::lock::LOCK_FILE;

/// Folder of components: inside the rules if they were imported, so that an import replaces everything at once; next to the rules as
/// distributed; or as built.
const PLUGINS: &str = "plugins";

/// A process's surroundings. The caller queries the system, so that this can be tested.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The rules folder, if it was given (`--rules`, `ASSAY_RULES`).
    pub rules: Option<PathBuf>,
    /// The folder of components, if it was given.
    pub plugins: Option<PathBuf>,
    /// Path of the running program.
    pub program: Option<PathBuf>,
    /// The current folder.
    pub folder: Option<PathBuf>,
}

/// The rules folder, and the folders in which components may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    rules: PathBuf,
    plugins: Vec<PathBuf>,
}

impl Discovery {
    /// Finds the rules folder. It is the one given; otherwise one next to the program (`rules`, `../rules`, `../share/assay/rules`);
    /// otherwise the `rules` of the first folder that is an Assay checkout or whose `rules` contain a lock, walking up from the current
    /// folder and then from the program, which in a checkout is below `target`. Fails if there is none.
    pub fn find(surroundings: &Surroundings) -> Result<Self, PackError> {
        let named = surroundings.plugins.as_deref();
        if let Some(rules) = &surroundings.rules {
            return if is_rules(rules) {
                Ok(Self::at(rules, named))
            } else {
                Err(PackError::NotRules { path: rules.clone() })
            };
        }
        let mut looked = Vec::new();
        // The program is often started through a symbolic link (`~/bin/assay`); its folder is the one of the link's target.
        let program = surroundings
            .program
            .as_ref()
            .map(|program| program.canonicalize().unwrap_or_else(|_| program.clone()));
        let program = program.as_deref().and_then(Path::parent);
        for beside in ["rules", "../rules", "../share/assay/rules"] {
            let Some(folder) = program else { break };
            let candidate = folder.join(beside);
            if is_rules(&candidate) {
                return Ok(Self::at(&candidate.canonicalize().unwrap_or(candidate), named));
            }
            looked.push(candidate);
        }
        for start in [surroundings.folder.as_deref(), program].into_iter().flatten() {
            let above = start.ancestors().find(|folder| {
                let rules = folder.join("rules");
                rules.join(LOCK_FILE).is_file()
                    || (rules.is_dir() && folder.join("wit/rules.wit").is_file())
            });
            if let Some(folder) = above {
                return Ok(Self::at(&folder.join("rules"), named));
            }
            looked.push(start.join("rules"));
            looked.extend(start.ancestors().skip(1).map(|folder| folder.join("rules")));
        }
        looked.dedup();
        Err(PackError::RulesNotFound { looked })
    }

    /// Rules in this folder; components in the given folder, or else in the usual ones.
    fn at(rules: &Path, plugins: Option<&Path>) -> Self {
        // A `..` in the path would be resolved after following a link to the rules folder; the parent of the path as written is meant.
        let beside = match rules.parent() {
            Some(parent) if rules.file_name().is_some() => parent.to_owned(),
            _ => rules.join(".."),
        };
        let plugins = match plugins {
            Some(named) => vec![named.to_owned()],
            None => {
                vec![rules.join(PLUGINS), beside.join(PLUGINS), beside.join("target").join(PLUGINS)]
            }
        };
        Self { rules: rules.to_owned(), plugins }
    }

    /// Returns the rules folder.
    pub fn rules(&self) -> &Path {
        &self.rules
    }

    /// Returns the path of the rules' lock.
    pub fn lock(&self) -> PathBuf {
        self.rules.join(LOCK_FILE)
    }

    /// Returns the files of all components found, ordered by folder and name.
    pub fn plugin_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in &self.plugins {
            let entries = folder.read_dir().into_iter().flatten().filter_map(Result::ok);
            let mut here: Vec<PathBuf> = entries
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "wasm"))
                .collect();
            here.sort_unstable();
            files.extend(here);
        }
        files
    }

    /// Returns a component's file: `plugins/<component>.wasm` inside imported rules or next to distributed ones, or in `target/plugins/` as
    /// built. Fails if it is not there.
    pub fn plugin(&self, component: &str) -> Result<PathBuf, PackError> {
        let looked: Vec<PathBuf> =
            self.plugins.iter().map(|folder| folder.join(format!("{component}.wasm"))).collect();
        match looked.iter().find(|path| path.is_file()) {
            Some(path) => Ok(path.clone()),
            None => Err(PackError::PluginNotFound { component: component.to_owned(), looked }),
        }
    }
}

/// Whether the folder contains a lock or a dataset.
fn is_rules(folder: &Path) -> bool {
    folder.join(LOCK_FILE).is_file()
        || folder.read_dir().is_ok_and(|entries| {
            entries.filter_map(Result::ok).any(|entry| entry.path().join(dataset::FILE).is_file())
        })
}
