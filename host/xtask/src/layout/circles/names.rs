//! Resolves a path to the module that defines the item.

use super::modules::{Modules, Path};

/// Longest chain of names that refer to other names; a longer one must be circular.
const DEEPEST: usize = 16;

/// What a path refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// An item with this name in the module.
    Item(usize, String),
    /// The module itself.
    Module(usize),
}

impl Modules {
    /// Resolves a path in the module `from`; `None` if it leads out of the crate.
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

    /// Follows the segments down from a module. An unknown name is assumed to exist: a macro
    /// defined it.
    fn walk(&self, module: usize, segments: &[String], depth: usize) -> Option<Named> {
        let Some(first) = segments.first() else { return Some(Named::Module(module)) };
        if let Some(named) = self.lookup(module, segments, depth) {
            return Some(named);
        }
        // A name that is known here but was not found belongs to another crate.
        let here = &self.all[module];
        let imported = here.imports.iter().any(|(name, _)| name == first);
        let known = imported || here.children.contains_key(first);
        (!known).then(|| Named::Item(module, first.clone()))
    }

    /// Looks up the first segment in a module, and follows the rest from there.
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
            // `use rules::rules` must not be resolved through itself.
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
