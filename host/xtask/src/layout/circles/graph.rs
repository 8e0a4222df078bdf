//! The graph of modules that use each other, and its cycles.

use std::collections::{BTreeMap, VecDeque};

use super::modules::{Module, Modules};
use super::names::Named;

/// A crate's files, and an edge from each file to each that it uses.
#[derive(Debug, Default)]
pub(super) struct Graph {
    names: BTreeMap<usize, String>,
    /// From, to: the first place in the code that makes the edge.
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
                // Naming a module without an item does not count as using it.
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

    /// The cycles, in the order of their first modules: sets of modules that all use each other, directly or indirectly. Each is shown
    /// as the shortest cycle through the first module, with the places in the code.
    pub(super) fn knots(&self) -> Vec<String> {
        let mut left: Vec<usize> = self.edges.keys().copied().collect();
        left.sort_by_key(|module| self.depth_and_name(*module));
        let mut knots = Vec::new();
        while let Some(&first) = left.first() {
            // A module on a path from the first module back to it belongs to the same cycle.
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

    /// The shortest path from a module back to itself, which must exist.
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

    /// The modules that can be reached, each with its predecessor on the shortest path.
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

/// Whether a module, or one that encloses it, is for tests only.
fn is_of_tests(modules: &Modules, at: usize) -> bool {
    let module = &modules.all[at];
    module.is_test || module.parent.is_some_and(|parent| is_of_tests(modules, parent))
}
