//! A component's imports and exports, read before any of its code runs.

use wasmtime::component::Component;

use crate::contract::{CONTRACT, ContractVersion, HOST_VERSION};
use crate::error::SandboxError;
use crate::options::Grants;
use crate::wasi;

/// A component's imports and exports.
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
    pub(crate) version: ContractVersion,
}

impl Interface {
    /// Reads the interface, and refuses imports that are not granted and components that do not
    /// match the contract.
    pub(crate) fn of(
        plugin: &str,
        component: &Component,
        grants: Grants,
    ) -> Result<Self, SandboxError> {
        let engine = component.engine();
        let kind = component.component_type();
        let imports: Vec<String> = kind.imports(engine).map(|(name, _)| name.to_owned()).collect();
        let exports: Vec<String> = kind.exports(engine).map(|(name, _)| name.to_owned()).collect();
        let granted = |import: &&String| grants.wasi && wasi::covers(import);
        if let Some(import) = imports.iter().find(|import| !granted(import)) {
            let grant = grant_for(import);
            return Err(SandboxError::Import {
                plugin: plugin.to_owned(),
                import: import.clone(),
                grant,
            });
        }
        let no_contract =
            || SandboxError::NoContract { plugin: plugin.to_owned(), exports: exports.clone() };
        let version = exports
            .iter()
            .filter_map(|name| name.strip_prefix(CONTRACT)?.strip_prefix('@'))
            .find_map(ContractVersion::parse)
            .ok_or_else(no_contract)?;
        if !version.fits(HOST_VERSION) {
            let plugin = plugin.to_owned();
            return Err(SandboxError::ContractVersion {
                plugin,
                found: version,
                host: HOST_VERSION,
            });
        }
        Ok(Self { imports, exports, version })
    }
}

/// The grant that an import needs, as the end of a sentence.
fn grant_for(import: &str) -> &'static str {
    if wasi::covers(import) {
        "needs `grants = [\"wasi\"]` (an empty, deterministic WASI) in the pack's table of the plugin"
    } else {
        "no grant covers"
    }
}
