//! `assay lock`: pin the plugins that the packs use.

use std::fmt::Write;

use anyhow::{Context, Result};
use assay_model::shown;
use assay_packs::{Catalogue, Lock};
use assay_pipeline::loading::Named;
use assay_sandbox::Options;

use crate::args::LockArgs;
use crate::exit::ExitStatus;
use crate::output;
use crate::surroundings::{cache, discovery};

pub(crate) fn execute(args: &LockArgs) -> Result<ExitStatus> {
    let discovery = discovery(&args.rules)?;
    let catalogue = Catalogue::open(discovery.rules())?;
    let entrance = Named::open(Options { cache: cache(&args.rules), ..Options::default() })?;
    let path = discovery.lock();
    let before = if path.is_file() { Lock::read(&path)? } else { Lock::empty(&path) };
    let mut lock = Lock::empty(&path);
    let mut names: Vec<_> = catalogue
        .packs()
        .flat_map(|pack| pack.plugins())
        .map(|used| used.component().to_owned())
        .collect();
    names.sort();
    names.dedup();
    let mut text = String::new();
    for name in names {
        let file = discovery.plugin(&name)?;
        let bytes = std::fs::read(&file)
            .with_context(|| format!("cannot read the plugin `{}`", shown(file.display())))?;
        // Each pack says what it may import, and the run checks it.
        let component = entrance.look_at(&name, &bytes)?;
        let digest = component.digest();
        lock.insert(&name, &component.info().version, digest);
        let word = if before.verify(&name, digest).is_ok() { "unchanged" } else { "pinned" };
        writeln!(text, "{word:<10} {name} {} sha256:{digest}", component.info().version)?;
    }
    lock.write()?;
    writeln!(text, "{}", shown(path.display()))?;
    output::text(&text)?;
    Ok(ExitStatus::Success)
}
