//! What a component imports and exports, read off before anything of it runs.

use std::fmt;

use wasmtime::component::Component;

use crate::error::SandboxError;
use crate::options::Grants;
use crate::wasi;

/// The interface a rule plugin exports, without its version.
pub const CONTRACT: &str = "assay:rules/plugin";

/// The newest contract this host speaks. It takes all plugins of the same major version that are not newer.
pub const HOST_VERSION: ContractVersion = ContractVersion { major: 1, minor: 0, patch: 0 };

/// A version of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractVersion {
    /// Plugins of another one do not fit.
    pub major: u32,
    /// Plugins of a newer one do not fit.
    pub minor: u32,
    /// Of no consequence.
    pub patch: u32,
}

impl fmt::Display for ContractVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl ContractVersion {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let version = Self { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(version)
    }

    fn fits(self, host: Self) -> bool {
        self.major == host.major && self.minor <= host.minor
    }
}

/// What a component imports and exports.
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
    pub(crate) version: ContractVersion,
}

impl Interface {
    /// Reads the interface, and refuses what is not granted or not the contract.
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

/// What a pack would have to grant, as the end of a sentence.
fn grant_for(import: &str) -> &'static str {
    if wasi::covers(import) {
        "needs `grants = [\"wasi\"]` (an empty, deterministic WASI) in the pack's table of the plugin"
    } else {
        "no grant covers"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_takes_its_own_major_version_up_to_itself() {
        let host = ContractVersion { major: 1, minor: 2, patch: 3 };
        let check = |text: &str, expected: Option<bool>| {
            assert_eq!(
                ContractVersion::parse(text).map(|version| version.fits(host)),
                expected,
                "{text}"
            );
        };
        check("1.0.0", Some(true));
        check("1.2.0", Some(true));
        check("1.2.9", Some(true));
        check("1.3.0", Some(false));
        check("0.9.0", Some(false));
        check("2.0.0", Some(false));
        check("1.0", None);
        check("1.0.0.0", None);
        check("1.0.0-rc", None);
        check("", None);
    }
}
