//! Which module uses which, and the knots in that.

use std::collections::{BTreeMap, VecDeque};

use super::modules::{Module, Modules};
use super::names::Named;

/// A crate's files, and an edge for each that uses another.
#[derive(Debug, Default)]
pub(super) struct Graph {
    names: BTreeMap<usize, String>,
    /// From, to: the first place in the code that says so.
    edges: BTreeMap<usize, BTreeMap<usize, String>>,
}

impl Graph {
    pub(super) fn of(modules: &Modules) -> Self {
        let mut graph = Self::default();
        for (at, module) in modules.all.iter().enumerate() {
            if is_of_tests(modules, at) {
                continue;
            }
            graph.names.insert(at, module.name.clone());
            let imports = module.imports.iter().map(|(_, path)| path);
            for path in imports.chain(&module.paths) {
                // To name a module is to use nothing of it.
                if let Some(Named::Item(to, item)) = modules.resolve(at, path) {
                    graph.add(modules, (at, path.line), (to, &item));
                }
            }
            for path in &module.globs {
                if let Some(Named::Module(to) | Named::Item(to, _)) = modules.resolve(at, path) {
                    graph.add(modules, (at, path.line), (to, "*"));
                }
            }
        }
        graph
    }

    fn add(&mut self, modules: &Modules, (at, line): (usize, usize), (to, item): (usize, &str)) {
        let (from, to) = (modules.all[at].file, modules.all[to].file);
        if from != to && !is_of_tests(modules, to) {
            let (by, of): (&Module, &Module) = (&modules.all[from], &modules.all[to]);
            let said = || format!("`{}:{line}` uses `{}::{item}`", by.path, of.name);
            self.edges.entry(from).or_default().entry(to).or_insert_with(said);
        }
    }

    /// The knots, by the name of their first module: modules that all use each other, if only by way of others. Each as the shortest way
    /// round, and where the code says so.
    pub(super) fn knots(&self) -> Vec<String> {
        let mut left: Vec<usize> = self.edges.keys().copied().collect();
        left.sort_by_key(|module| self.depth_and_name(*module));
        let mut knots = Vec::new();
        while let Some(&first) = left.first() {
            // From a module, over others, back to it: who lies on such a way belongs to its knot.
            let reached = self.reached_from(first);
            let back = |module: &usize| self.reached_from(*module).contains_key(&first);
            let knot: Vec<usize> = left
                .iter()
                .copied()
                .filter(|module| reached.contains_key(module))
                .filter(back)
                .collect();
            left.retain(|module| *module != first && !knot.contains(module));
            if !knot.is_empty() {
                knots.push(self.knot(&knot));
            }
        }
        knots
    }

    fn depth_and_name(&self, module: usize) -> (usize, &str) {
        (usize::from(module != 0), &self.names[&module])
    }

    fn knot(&self, modules: &[usize]) -> String {
        let rounds = modules.iter().map(|module| self.round(*module));
        let round = rounds.min_by_key(Vec::len).unwrap_or_default();
        let names: Vec<&str> = round.iter().map(|module| &*self.names[module]).collect();
        let said = round.windows(2).map(|pair| &*self.edges[&pair[0]][&pair[1]]);
        let said: Vec<&str> = said.collect();
        let all: Vec<&str> = modules.iter().map(|module| &*self.names[module]).collect();
        let knot = match all.len() {
            len if len < round.len() => String::new(),
            len => format!(", in a knot of {len} modules: {}", all.join(", ")),
        };
        format!("{}: {}{knot}", names.join(" → "), said.join(", "))
    }

    /// The shortest way from a module back to it, which is there.
    fn round(&self, module: usize) -> Vec<usize> {
        let before = self.reached_from(module);
        let mut round = vec![module];
        let mut at = module;
        while let Some(from) = before.get(&at) {
            round.push(*from);
            if *from == module {
                break;
            }
            at = *from;
        }
        round.reverse();
        round
    }

    /// The modules that a way leads to, each with the one before it on the shortest.
    fn reached_from(&self, start: usize) -> BTreeMap<usize, usize> {
        let mut before = BTreeMap::new();
        let mut next = VecDeque::from([start]);
        while let Some(at) = next.pop_front() {
            for to in self.edges.get(&at).into_iter().flat_map(BTreeMap::keys) {
                if !before.contains_key(to) {
                    before.insert(*to, at);
                    next.push_back(*to);
                }
            }
        }
        before
    }
}

/// Whether a module, or one around it, is for tests only.
fn is_of_tests(modules: &Modules, at: usize) -> bool {
    let module = &modules.all[at];
    module.is_test || module.parent.is_some_and(|parent| is_of_tests(modules, parent))
}
