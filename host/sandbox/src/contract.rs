//! The name and version of the contract with plugins, and which versions this host accepts.

use std::fmt;

/// The interface a rule plugin exports, without its version.
pub const CONTRACT: &str = "assay:rules/plugin";

/// The newest contract that this host supports. It accepts all plugins of the same major version that are
/// not newer.
pub const HOST_VERSION: ContractVersion = ContractVersion { major: 1, minor: 0, patch: 0 };

/// A version of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractVersion {
    /// Plugins with another major version are incompatible.
    pub major: u32,
    /// Plugins with a newer minor version are incompatible.
    pub minor: u32,
    /// Not relevant to compatibility.
    pub patch: u32,
}

impl fmt::Display for ContractVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl ContractVersion {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let version = Self { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(version)
    }

    pub(crate) fn fits(self, host: Self) -> bool {
        self.major == host.major && self.minor <= host.minor
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
