//! `layout`: tests the architecture. Which crates may use which, which libraries are confined to which crates, what a crate's
//! source must not mention, and that no two modules of a crate use each other. The rules are in `walls`; this module checks the
//! checkout against them.

mod circles;
mod edges;
mod source;
mod walls;

use std::fs;

use anyhow::{Context, Result, bail};
use cargo_metadata::DependencyKind;

use crate::archive;
use crate::checkout::Checkout;
use circles::Source;
use edges::{Crate, Graph, Use, When};

/// Fails with a list of all edges and lines that are not allowed.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let graph = graph_of(checkout)?;
    let mut faults = edges::check(&graph, &walls::WALLS, &walls::KEPT);
    for ban in &walls::BANS {
        for folder in graph.folders(ban.folders) {
            let sources = checkout.root().join(folder).join("src");
            for path in archive::files_below(&sources)? {
                let name = checkout.relative(&path);
                // Files that are not UTF-8 are not source code.
                if let Ok(text) = fs::read_to_string(&path) {
                    faults.extend(source::check(&name, &text, ban));
                }
            }
        }
    }
    for folder in graph.folders(&walls::WITHOUT_CIRCLES) {
        let sources = sources_of(checkout, folder)?;
        faults.extend(circles::check(folder, &sources));
    }
    if !faults.is_empty() {
        bail!("the walls of ARCHITECTURE.md do not hold\n  {}", faults.join("\n  "));
    }
    println!("{} crates keep to the walls of ARCHITECTURE.md", graph.crates.len());
    Ok(())
}

/// The Rust files that are compiled into a crate.
fn sources_of(checkout: &Checkout, folder: &str) -> Result<Vec<Source>> {
    let root = checkout.root().join(folder).join("src");
    let mut sources = Vec::new();
    for path in archive::files_below(&root)? {
        let below = path.strip_prefix(&root).unwrap_or(&path);
        if path.extension().is_some_and(|end| end == "rs") {
            let below = below.to_string_lossy().replace('\\', "/");
            sources.push(Source { path: below, text: fs::read_to_string(&path)? });
        }
    }
    Ok(sources)
}

/// The workspace's crates and the dependencies in their manifests.
fn graph_of(checkout: &Checkout) -> Result<Graph> {
    let mut crates = Vec::new();
    for package in checkout.packages() {
        let manifest = package.manifest_path.as_std_path();
        let folder = manifest.parent().context("a manifest must be in a folder")?;
        let uses = package.dependencies.iter().map(|dependency| Use {
            what: match &dependency.path {
                Some(path) => checkout.relative(path.as_std_path()),
                None => dependency.name.clone(),
            },
            ours: dependency.path.is_some(),
            when: match dependency.kind {
                DependencyKind::Development => When::Tests,
                _ => When::Always,
            },
        });
        crates.push(Crate { folder: checkout.relative(folder), uses: uses.collect() });
    }
    crates.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(Graph { crates })
}
