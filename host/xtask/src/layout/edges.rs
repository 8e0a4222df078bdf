//! Checks dependencies between crates, and on libraries, against the table.

use super::walls::{ALONE, Kept, Reach, Wall, fits};

/// The workspace as described by its manifests.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) crates: Vec<Crate>,
}

/// A crate and its dependencies.
#[derive(Debug)]
pub(super) struct Crate {
    /// Path from the root folder: `host/model`.
    pub(super) folder: String,
    pub(super) uses: Vec<Use>,
}

/// A dependency in a manifest.
#[derive(Debug)]
pub(super) struct Use {
    /// The folder for a crate of ours; otherwise the library's name.
    pub(super) what: String,
    pub(super) ours: bool,
    pub(super) when: When,
}

/// When a dependency is compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Tests,
}

impl Graph {
    /// The folders of crates that match one of the patterns.
    pub(super) fn folders(&self, patterns: &[&str]) -> impl Iterator<Item = &str> {
        let folders = self.crates.iter().map(|one| one.folder.as_str());
        folders.filter(|folder| patterns.iter().any(|pattern| fits(pattern, folder)))
    }
}

/// The edges that are not allowed, one line each.
pub(super) fn check(graph: &Graph, walls: &[Wall], kept: &[Kept]) -> Vec<String> {
    let mut faults = Vec::new();
    for one in &graph.crates {
        match wall_of(&one.folder, walls) {
            Some(wall) => faults.extend(ours(one, wall)),
            None => faults.push(format!(
                "`{}` is not in the table of walls; add it to `host/xtask/src/layout/walls.rs` with the reason why it exists",
                one.folder
            )),
        }
        faults.extend(libraries(one, kept));
    }
    faults
}

/// The wall for a crate: the one that names it, otherwise the one whose pattern matches.
fn wall_of<'walls>(folder: &str, walls: &'walls [Wall]) -> Option<&'walls Wall> {
    let named = walls.iter().find(|wall| wall.folder == folder);
    named.or_else(|| walls.iter().find(|wall| fits(wall.folder, folder)))
}

fn ours(one: &Crate, wall: &Wall) -> Vec<String> {
    let allowed = |edge: &&Use| {
        let listed = |list: &[&str]| list.iter().any(|pattern| fits(pattern, &edge.what));
        listed(wall.may) || edge.when == When::Tests && listed(wall.tests_may)
    };
    let forbidden = one.uses.iter().filter(|edge| edge.ours).filter(|edge| !allowed(edge));
    forbidden
        .map(|edge| {
            let may = match wall.may {
                [] => "nothing of the workspace".to_owned(),
                some => format!("`{}`", some.join("`, `")),
            };
            let who = match edge.when {
                When::Always => String::new(),
                When::Tests => "the tests of ".to_owned(),
            };
            format!(
                "{who}`{}` → `{}` is not allowed: {}. It may use {may}",
                one.folder, edge.what, wall.why
            )
        })
        .collect()
}

fn libraries(one: &Crate, kept: &[Kept]) -> Vec<String> {
    let mut faults = Vec::new();
    for library in one.uses.iter().filter(|library| !library.ours) {
        if ALONE.contains(&one.folder.as_str()) && library.when == When::Always {
            faults.push(format!(
                "`{}` → library `{}` is not allowed: `{}` depends on nothing",
                one.folder, library.what, one.folder
            ));
        }
        for entry in kept {
            let about = entry.libraries.iter().any(|pattern| fits(pattern, &library.what));
            let reached = library.when == When::Always || entry.reach == Reach::BuildsAndTests;
            let may = entry.by.iter().any(|folder| fits(folder, &one.folder));
            if about && reached && !may {
                faults.push(format!(
                    "`{}` → library `{}` is not allowed: {}. It is kept to `{}`",
                    one.folder,
                    library.what,
                    entry.why,
                    entry.by.join("`, `")
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::walls::{KEPT, WALLS};
    use super::*;

    /// `host/a → host/b`, `host/a → serde`; `⇢` is a dependency of tests only.
    fn graph(edges: &[&str]) -> Graph {
        let mut graph = Graph::default();
        for edge in edges {
            let (from, to, when) = match (edge.split_once(" → "), edge.split_once(" ⇢ ")) {
                (Some((from, to)), _) => (from, to, When::Always),
                (None, Some((from, to))) => (from, to, When::Tests),
                (None, None) => panic!("`{edge}` is not an edge"),
            };
            let ours = to.contains('/');
            let edge = Use { what: to.to_owned(), ours, when };
            graph.crates.push(Crate { folder: from.to_owned(), uses: vec![edge] });
        }
        graph
    }

    #[test]
    fn edges_that_are_listed_pass() {
        let edges = graph(&[
            "host/cli → host/pipeline",
            "host/cli → clap",
            "host/pipeline → host/sandbox",
            "host/pipeline ⇢ host/sample",
            "host/pipeline ⇢ parquet",
            "host/sandbox → wasmtime",
            "host/sinks → arrow-array",
            "host/model ⇢ proptest",
            "plugins/checks → plugins/sdk",
            "plugins/checks → serde",
            "plugins/open-payments ⇢ plugins/checks",
            "plugins/sdk → wit-bindgen",
            "tests/suite → host/sinks",
            "tests/suite ⇢ parquet",
        ]);
        assert_eq!(check(&edges, &WALLS, &KEPT), Vec::<String>::new());
    }

    #[test]
    fn edges_that_are_not_listed_are_named_with_the_reason() {
        let check = |edge: &str, begin: &str| {
            let faults = check(&graph(&[edge]), &WALLS, &KEPT);
            let [fault] = &faults[..] else { panic!("one fault expected, found {faults:?}") };
            assert!(fault.starts_with(begin), "{fault}");
        };
        check(
            "host/ingest → host/packs",
            "`host/ingest` → `host/packs` is not allowed: it turns bytes into columns for whoever asks, and knows neither \
             rules nor files. It may use `host/model`",
        );
        check("host/cli → host/ingest", "`host/cli` → `host/ingest` is not allowed: it reads");
        check("host/model → host/packs", "`host/model` → `host/packs` is not allowed: the words");
        check("host/sinks ⇢ host/sample", "the tests of `host/sinks` → `host/sample` is not");
        check("plugins/checks → host/model", "`plugins/checks` → `host/model` is not allowed");
        check(
            "plugins/open-payments → plugins/checks",
            "`plugins/open-payments` → `plugins/checks`",
        );
        check("plugins/checks → plugins/open-payments", "`plugins/checks` → `plugins/open");
        check("plugins/sdk → host/model", "`plugins/sdk` → `host/model` is not allowed: it sees");
        check("host/sample → plugins/sdk", "`host/sample` → `plugins/sdk` is not allowed");
        check("host/new → host/model", "`host/new` is not in the table of walls");
        check("host/pipeline → wasmtime", "`host/pipeline` → library `wasmtime` is not allowed");
        check("host/cli ⇢ wasmtime-wasi", "`host/cli` → library `wasmtime-wasi` is not allowed");
        check("host/packs → parquet", "`host/packs` → library `parquet` is not allowed");
        check("host/pipeline → clap", "`host/pipeline` → library `clap` is not allowed");
        check("host/model → serde", "`host/model` → library `serde` is not allowed");
    }
}
