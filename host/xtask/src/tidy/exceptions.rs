//! Exceptions from `tidy`, each with its reason. Paths are from the root folder.

/// Folders of the first two levels that do not need a README.
pub(super) const WITHOUT_README: &[(&str, &str)] = &[
    (".cargo", "one file, and it explains itself"),
    (".config", "settings of tools"),
    (".github", "GitHub would show a README there in place of the top one"),
    (".github/workflows", "one file, and it explains itself"),
];

/// Files with more lines than [`super::checks::MOST_LINES`].
pub(super) const LONG: &[(&str, &str)] = &[(
    "rules/open-payments/general/sample.toml",
    "a table: how each of 91 columns is made, and each defect",
)];

/// Files or folders that may contain paths of one machine.
pub(super) const MACHINE_PATHS: &[(&str, &str)] = &[];

/// Files or folders that may contain a registry's address.
pub(super) const REGISTRIES: &[(&str, &str)] =
    &[("Cargo.lock", "cargo's own name for the default registry, which a mirror replaces")];

/// Files or folders whose lines may end in spaces.
pub(super) const TRAILING_BLANKS: &[(&str, &str)] =
    &[("tests/fixtures/", "data, in which blanks are what is tested")];

/// Whether a list contains a file, or a folder that contains it.
pub(super) fn names(list: &[(&str, &str)], path: &str) -> bool {
    list.iter().any(|(entry, _)| *entry == path || entry.ends_with('/') && path.starts_with(entry))
}
