//! All plugins, and all packs that use them, resolved as far as possible without a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_model::{ConfigFault, DeclaredStage, Level, Rule, RuleClass, RunContext};
use assay_packs::{Catalogue, Discovery, Layout, Pack, PluginUse};
use assay_pipeline::loading::Named;
use assay_sandbox::{Component, Options, PlanError};

use crate::error::AuthorError;

/// All plugins and packs.
#[derive(Debug)]
pub struct Inventory {
    /// The plugins that were loaded, by component name.
    pub plugins: BTreeMap<String, Loaded>,
    /// The plugins that could not be loaded, with the reason.
    pub broken: Vec<(PathBuf, String)>,
    /// The packs, with their plugins' plans.
    pub packs: Vec<Resolved>,
}

/// A plugin that was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Path of the component.
    pub path: PathBuf,
    /// The plugin.
    pub component: Component,
}

/// A pack with its plugins' plans.
#[derive(Debug)]
pub struct Resolved {
    /// The pack.
    pub pack: Arc<Pack>,
    /// Its plugins, in the order in which they run.
    pub uses: Vec<Use>,
}

/// A plugin as a pack uses it.
#[derive(Debug)]
pub struct Use {
    /// The pack's name for it.
    pub name: String,
    /// The component's name.
    pub component: String,
    /// Its plan for each of the pack's layouts; empty if the plugin is missing.
    pub plans: Vec<(Arc<Layout>, Planned)>,
    /// The plugin, or why it is missing.
    pub plugin: Result<Component, String>,
}

/// A plugin's plan, or the mistakes in its settings.
pub type Planned = Result<Vec<DeclaredStage>, Vec<ConfigFault>>;

/// A rule, with everything known about it from plugins and packs.
#[derive(Debug, Clone)]
pub struct KnownRule {
    /// The rule.
    pub rule: Rule,
    /// The plugin it belongs to.
    pub plugin: String,
    /// The packs that use it, with the level they give it.
    pub packs: Vec<(PathBuf, Level)>,
    /// Names of its columns in any pack.
    pub columns: Vec<String>,
}

impl Inventory {
    /// Loads all packs in the rules folder and all components next to it. Fails if a pack has mistakes or the sandbox cannot be started.
    pub fn open(discovery: &Discovery, cache: Option<PathBuf>) -> Result<Self, AuthorError> {
        let catalogue = Catalogue::open(discovery.rules())?;
        let (plugins, broken) = plugins(discovery, cache)?;
        let find = |used: &PluginUse| Some(plugins.get(used.component())?.component.clone());
        let packs = catalogue.packs().map(|pack| resolve(pack, find)).collect();
        Ok(Self { plugins, broken, packs })
    }

    /// All rules, by class and code: those used by packs, and those of plugins that no pack uses.
    pub fn rules(&self) -> Vec<KnownRule> {
        let mut rules: BTreeMap<(RuleClass, String, String), KnownRule> = BTreeMap::new();
        for Resolved { pack, uses } in &self.packs {
            for (used, rule, columns) in uses.iter().flat_map(planned) {
                let level = pack.level_for(&rule.name, rule.level);
                let key = (rule.class, rule.name.to_string(), used.component.clone());
                let known = rules.entry(key).or_insert_with(|| KnownRule {
                    rule: rule.clone(),
                    plugin: used.component.clone(),
                    packs: Vec::new(),
                    columns,
                });
                if !known.packs.iter().any(|(path, _)| path == pack.path()) {
                    known.packs.push((pack.path().to_owned(), level));
                }
            }
        }
        for (name, loaded) in &self.plugins {
            for rule in &loaded.component.info().rules {
                let key = (rule.class, rule.name.to_string(), name.clone());
                rules.entry(key).or_insert_with(|| KnownRule {
                    rule: rule.clone(),
                    plugin: name.clone(),
                    packs: Vec::new(),
                    columns: Vec::new(),
                });
            }
        }
        rules.into_values().collect()
    }
}

/// Plugins by component name, and the ones that could not be loaded.
type Plugins = (BTreeMap<String, Loaded>, Vec<(PathBuf, String)>);

/// Loads every component next to the rules, for inspection only: they judge no data, and many are not pinned yet.
fn plugins(discovery: &Discovery, cache: Option<PathBuf>) -> Result<Plugins, AuthorError> {
    let named = Named::open(Options { cache, ..Options::default() })?;
    let (mut plugins, mut broken) = (BTreeMap::new(), Vec::new());
    for path in discovery.plugin_files() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match load(&named, &name, &path) {
            // If a name occurs in several folders, runs use the first.
            Ok(component) => {
                plugins.entry(name).or_insert(Loaded { path, component });
            }
            Err(reason) => broken.push((path, reason)),
        }
    }
    Ok((plugins, broken))
}

/// Every rule that a plugin plans for any layout of a pack, with its columns.
pub(crate) fn planned(used: &Use) -> impl Iterator<Item = (&Use, &Rule, Vec<String>)> {
    let plans = used.plans.iter().filter_map(|(_, plan)| plan.as_ref().ok());
    plans.flatten().flat_map(move |stage| {
        stage.rules.iter().map(move |rule| {
            let name = |&at: &u16| stage.columns[usize::from(at)].name.clone();
            (used, rule, rule.columns.iter().map(name).collect())
        })
    })
}

/// Plans a pack's plugins for each of its layouts. `find` returns a plugin if it exists.
pub(crate) fn resolve(
    pack: &Arc<Pack>,
    mut find: impl FnMut(&PluginUse) -> Option<Component>,
) -> Resolved {
    let uses = pack.plugins().iter().map(|used| {
        let mut plans = Vec::new();
        let mut plugin = find(used).ok_or_else(|| {
            format!("there is no `{}.wasm`, or it cannot be loaded", used.component())
        });
        for layout in pack.layouts() {
            let Ok(component) = &plugin else { break };
            match component.plan(&context(pack, used, layout)) {
                Ok(plan) => plans.push((Arc::clone(layout), Ok(plan))),
                Err(PlanError::Settings(faults)) => plans.push((Arc::clone(layout), Err(faults))),
                Err(error) => plugin = Err(error.to_string()),
            }
        }
        let (name, component) = (used.name().to_owned(), used.component().to_owned());
        Use { name, component, plans, plugin }
    });
    Resolved { pack: Arc::clone(pack), uses: uses.collect() }
}

/// The run that a pack describes, without what only a file could tell.
fn context(pack: &Pack, used: &PluginUse, layout: &Layout) -> RunContext {
    let pins =
        pack.takes().filter_map(|(key, values)| Some((key.to_owned(), values.first()?.clone())));
    RunContext {
        dataset: pack.dataset().name().to_owned(),
        kind: pack.kind().to_owned(),
        partition: pins.collect(),
        layout: layout.name().to_owned(),
        columns: layout.columns().to_vec(),
        settings: used.settings().to_owned(),
    }
}

fn load(named: &Named, name: &str, path: &Path) -> Result<Component, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    named.load(name, &bytes).map_err(|error| error.to_string())
}
