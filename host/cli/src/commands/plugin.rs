//! Finds a plugin's folder and component for `test` and `bench`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use assay_harness::{Metering, PluginFolder, Subject};
use assay_model::shown;
use assay_packs::Catalogue;

use crate::args::PluginArgs;
use crate::{output, surroundings};

/// A plugin that was found and read.
pub(crate) struct Found {
    pub(crate) folder: PluginFolder,
    pub(crate) component: PathBuf,
    bytes: Vec<u8>,
    cache: Option<PathBuf>,
}

/// Finds the folder and the component, or says how to build it.
pub(crate) fn find(args: &PluginArgs) -> Result<Found> {
    let folder = PluginFolder::new(&args.dir);
    if !args.dir.is_dir() {
        bail!(
            "`{}` is not a folder; expected a plugin's folder, such as `plugins/checks`",
            shown(args.dir.display())
        );
    }
    let Some(component) =
        args.component.as_deref().map(PathBuf::from).or_else(|| folder.component())
    else {
        let name = folder.name();
        bail!(
            "the component of `{name}` was not found: no `target/plugins/{name}.wasm` in `{}` or above\n  \
             help: build it (`cargo xtask plugins` in a checkout of Assay; elsewhere `assay build`), or \
             name it with `--component FILE`",
            shown(args.dir.display())
        );
    };
    let bytes = std::fs::read(&component)
        .with_context(|| format!("cannot read the component `{}`", shown(component.display())))?;
    Ok(Found { folder, component, bytes, cache: surroundings::cache(&args.rules) })
}

impl Found {
    /// Compiles the component.
    pub(crate) fn subject(&self, metering: Metering) -> Result<Subject> {
        Ok(Subject::new(&self.folder.name(), &self.bytes, metering, self.cache.clone())?)
    }

    /// What the reader should know before the results.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let newer = self.folder.newer_than(&self.component);
        newer
            .map(|source| {
                format!(
                    "`{}` is newer than the component `{}`: build it anew",
                    output::path(&source),
                    output::path(&self.component)
                )
            })
            .into_iter()
            .collect()
    }
}

/// All packs of the rules folder, or why there are none.
pub(crate) fn packs(args: &PluginArgs) -> Result<Catalogue, String> {
    let why =
        |error: anyhow::Error| format!("whether packs use the rules was not checked: {error}");
    let discovery = surroundings::discovery(&args.rules).map_err(why)?;
    Catalogue::open(discovery.rules()).map_err(|error| why(error.into()))
}
