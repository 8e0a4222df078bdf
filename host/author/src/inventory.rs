//! Every plugin and every pack that uses it, resolved as far as it goes without a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_model::{ConfigFault, DeclaredStage, Level, Rule, RuleClass, RunContext};
use assay_packs::{Catalogue, Discovery, Layout, Pack, PluginUse};
use assay_pipeline::loading::Named;
use assay_sandbox::{Component, Options, PlanError};

use crate::error::AuthorError;

/// All plugins and packs there are.
#[derive(Debug)]
pub struct Inventory {
    /// The plugins that could be loaded, by component name.
    pub plugins: BTreeMap<String, Loaded>,
    /// Those that could not, with the reason.
    pub broken: Vec<(PathBuf, String)>,
    /// The packs, each with what it makes of its plugins.
    pub packs: Vec<Resolved>,
}

/// A plugin that was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its file.
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
    /// What the pack calls it.
    pub name: String,
    /// The component's name.
    pub component: String,
    /// What it plans for each of the pack's layouts; none where the plugin is not there.
    pub plans: Vec<(Arc<Layout>, Planned)>,
    /// The plugin's version, or why it is not there.
    pub plugin: Result<Component, String>,
}

/// What a plugin plans, or what is wrong with its settings.
pub type Planned = Result<Vec<DeclaredStage>, Vec<ConfigFault>>;

/// A rule as it is known somewhere.
#[derive(Debug, Clone)]
pub struct KnownRule {
    /// The rule.
    pub rule: Rule,
    /// Its plugin.
    pub plugin: String,
    /// The packs that use it, with the level they give it.
    pub packs: Vec<(PathBuf, Level)>,
    /// Its columns by name, in any pack.
    pub columns: Vec<String>,
}

impl Inventory {
    /// Loads everything under the rules folder, and every component beside it.
    pub fn open(discovery: &Discovery, cache: Option<PathBuf>) -> Result<Self, AuthorError> {
        let catalogue = Catalogue::open(discovery.rules())?;
        let (plugins, broken) = plugins(discovery, cache)?;
        let find = |used: &PluginUse| Some(plugins.get(used.component())?.component.clone());
        let packs = catalogue.packs().map(|pack| resolve(pack, find)).collect();
        Ok(Self { plugins, broken, packs })
    }

    /// All rules, by class and code: those that packs use, and those that plugins have and no pack uses.
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

/// Plugins by component name, and those that cannot be loaded.
type Plugins = (BTreeMap<String, Loaded>, Vec<(PathBuf, String)>);

/// Loads every component beside the rules, to look at: nothing of a file is judged by them, and many are not pinned yet.
fn plugins(discovery: &Discovery, cache: Option<PathBuf>) -> Result<Plugins, AuthorError> {
    let named = Named::open(Options { cache, ..Options::default() })?;
    let (mut plugins, mut broken) = (BTreeMap::new(), Vec::new());
    for path in discovery.plugin_files() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match load(&named, &name, &path) {
            // The first folder in which a name is found is the one that runs take it from.
            Ok(component) => {
                plugins.entry(name).or_insert(Loaded { path, component });
            }
            Err(reason) => broken.push((path, reason)),
        }
    }
    Ok((plugins, broken))
}

/// Each rule that a plugin plans for any layout of a pack, with its columns.
pub(crate) fn planned(used: &Use) -> impl Iterator<Item = (&Use, &Rule, Vec<String>)> {
    let plans = used.plans.iter().filter_map(|(_, plan)| plan.as_ref().ok());
    plans.flatten().flat_map(move |stage| {
        stage.rules.iter().map(move |rule| {
            let name = |&at: &u16| stage.columns[usize::from(at)].name.clone();
            (used, rule, rule.columns.iter().map(name).collect())
        })
    })
}

/// Plans what a pack's plugins do, for each of its layouts. `find` gives a plugin, if it is there.
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

/// The run that a pack describes: what a file would tell besides is not known yet.
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
