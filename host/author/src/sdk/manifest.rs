//! The workspace's manifest, reduced to what the SDK's crates inherit from it.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::error::AuthorError;

/// The workspace manifest above the SDK's crates.
pub(super) fn workspace(text: &str, crates: &[Table], digest: &str) -> Result<String, AuthorError> {
    let damaged =
        |detail: String| AuthorError::Embedded { detail: format!("`Cargo.toml`: {detail}") };
    let whole: Table = text.parse().map_err(|error: toml::de::Error| damaged(error.to_string()))?;
    let part = |key: &str| {
        let found = whole.get("workspace").and_then(|workspace| workspace.get(key)).cloned();
        found.ok_or_else(|| damaged(format!("it has no `workspace.{key}`")))
    };
    let inherited: BTreeSet<String> = crates.iter().flat_map(inherited).collect();
    let mut dependencies = Table::new();
    let all = part("dependencies")?;
    for name in inherited {
        let version = all.get(&name).ok_or_else(|| damaged(format!("it has no `{name}`")))?;
        dependencies.insert(name, version.clone());
    }
    let mut assay = Table::new();
    assay.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
    assay.insert("sha256".to_owned(), digest.into());
    let mut metadata = Table::new();
    metadata.insert("assay".to_owned(), assay.into());
    let mut workspace = Table::new();
    workspace.insert("resolver".to_owned(), part("resolver")?);
    let members = ["plugins/sdk", "plugins/sdk-macros"].map(Value::from);
    workspace.insert("members".to_owned(), Value::Array(members.to_vec()));
    workspace.insert("package".to_owned(), part("package")?);
    workspace.insert("dependencies".to_owned(), dependencies.into());
    workspace.insert("lints".to_owned(), part("lints")?);
    workspace.insert("metadata".to_owned(), metadata.into());
    let mut manifest = Table::new();
    manifest.insert("workspace".to_owned(), workspace.into());
    let body = toml::to_string(&manifest).map_err(|error| damaged(error.to_string()))?;
    Ok(format!("# Written by `assay new`; not to be edited.\n\n{body}"))
}

/// Names of dependencies that a manifest inherits from the workspace, including those of tests: cargo requires all of them to be declared,
/// whether it needs them or not.
fn inherited(manifest: &Table) -> Vec<String> {
    let mut names = Vec::new();
    for (key, value) in manifest {
        match (key.as_str(), value) {
            ("dependencies" | "dev-dependencies" | "build-dependencies", Value::Table(table)) => {
                let taken = |value: &Value| {
                    value.get("workspace").is_some_and(|w| w.as_bool() == Some(true))
                };
                names.extend(
                    table.iter().filter(|(_, value)| taken(value)).map(|(name, _)| name.clone()),
                );
            }
            ("target", Value::Table(targets)) => {
                names.extend(targets.values().filter_map(Value::as_table).flat_map(inherited));
            }
            _ => {}
        }
    }
    names
}
