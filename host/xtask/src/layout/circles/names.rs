//! From a path to the module in which the thing it names is defined.

use super::modules::{Modules, Path};

/// So many names may each be another's; more is a name that is its own.
const DEEPEST: usize = 16;

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A thing of that name in the module.
    Item(usize, String),
    /// The module itself.
    Module(usize),
}

impl Modules {
    /// What a path, said in the module `from`, leads to; nothing if it leads out of the crate.
    pub(super) fn resolve(&self, from: usize, path: &Path) -> Option<Named> {
        self.start(from, &path.segments, 0)
    }

    fn start(&self, from: usize, segments: &[String], depth: usize) -> Option<Named> {
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => self.walk(0, rest, depth),
            "self" => self.walk(from, rest, depth),
            "super" => {
                let mut at = self.all[from].parent?;
                let ups = rest.iter().take_while(|segment| *segment == "super").count();
                for _ in 0..ups {
                    at = self.all[at].parent?;
                }
                self.walk(at, &rest[ups..], depth)
            }
            _ => self.lookup(from, segments, depth),
        }
    }

    /// Goes down from a module. What is not found is taken to be there: a macro made it.
    fn walk(&self, module: usize, segments: &[String], depth: usize) -> Option<Named> {
        let Some(first) = segments.first() else { return Some(Named::Module(module)) };
        if let Some(named) = self.lookup(module, segments, depth) {
            return Some(named);
        }
        // What is known here and still not found is of another crate.
        let here = &self.all[module];
        let imported = here.imports.iter().any(|(name, _)| name == first);
        let known = imported || here.children.contains_key(first);
        (!known).then(|| Named::Item(module, first.clone()))
    }

    /// What a module itself knows by the first segment's name, and the rest from there.
    fn lookup(&self, module: usize, segments: &[String], depth: usize) -> Option<Named> {
        if depth > DEEPEST {
            return None;
        }
        let (first, rest) = segments.split_first()?;
        let here = &self.all[module];
        let child = here.children.get(first);
        if let (Some(child), false) = (child, rest.is_empty()) {
            return self.walk(*child, rest, depth + 1);
        }
        if here.items.contains(first) {
            return Some(Named::Item(module, first.clone()));
        }
        for (_, path) in here.imports.iter().filter(|(name, _)| name == first) {
            // `use rules::rules` is not found by way of itself.
            let by_itself = path.segments.first() == Some(first);
            if by_itself && !here.children.contains_key(first) {
                continue;
            }
            match self.start(module, &path.segments, depth + 1) {
                Some(Named::Module(at)) => return self.walk(at, rest, depth + 1),
                Some(item) => return Some(item),
                None => {}
            }
        }
        if let Some(child) = child {
            return Some(Named::Module(*child));
        }
        let exported = self.exported.get(first).filter(|_| module == 0 && rest.is_empty());
        if let Some(at) = exported {
            return Some(Named::Item(*at, first.clone()));
        }
        here.globs.iter().find_map(|glob| match self.start(module, &glob.segments, depth + 1)? {
            Named::Module(at) => self.lookup(at, segments, depth + 1),
            Named::Item(..) => None,
        })
    }
}
