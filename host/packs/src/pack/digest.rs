//! Digest of a pack: it covers everything that has an effect, and nothing else.
//!
//! The digest is the SHA-256 of a JSON text with fixed keys in a fixed order. It does not include comments, formatting, titles, `why` or
//! the file that contains a setting. Lists whose order has no effect are sorted; plugins and their settings keep their order, because
//! plugins see it. Trusted keys and the deadline are not included either: they decide whether a run takes place, not its result, so a new
//! key does not cause anything to be published again.

use assay_model::{DateFormat, Digest};
use serde_json::{Value as Json, json};

use super::plugins::Grant;
use super::resolved::Pack;
use super::thresholds::Quarantined;
use crate::column::ColumnType;
use crate::partition::PartitionKey;

/// Changes whenever the form of the JSON changes, so that digests of two forms cannot be confused.
const FORM: &str = "assay-pack-2";

pub(super) fn digest(pack: &Pack) -> Digest {
    assay_digest::sha256(canonical(pack).to_string())
}

fn canonical(pack: &Pack) -> Json {
    let mut layouts: Vec<Json> = pack
        .layouts
        .iter()
        .map(|layout| json!({ "name": layout.name(), "header": layout.header(), "columns": layout.columns(), "constants": layout.constants() }))
        .collect();
    layouts.sort_by_key(ToString::to_string);
    let mut pins: Vec<(&str, Vec<&str>)> = pack
        .pins
        .iter()
        .map(|pin| (pin.key.as_str(), pin.values.iter().map(String::as_str).collect()))
        .collect();
    for (_, values) in &mut pins {
        values.sort_unstable();
    }
    pins.sort_unstable();
    let mut columns: Vec<(&str, Json)> =
        pack.columns.iter().map(|(name, column)| (name.as_str(), column_json(column))).collect();
    // Declaring a column as text is the same as not declaring it.
    columns.retain(|(name, _)| pack.columns[*name] != ColumnType::Text);
    columns.sort_by_key(|(name, _)| *name);
    let schema: Vec<Json> = pack
        .schema
        .columns()
        .iter()
        .map(|column| json!([column.id().get(), column.name(), column.kind().to_string()]))
        .collect();
    let mut amounts = pack.amounts.clone();
    amounts.sort_unstable();
    let levels: Vec<(&str, &str)> =
        pack.levels.iter().map(|(code, entry)| (code.as_str(), entry.level.as_str())).collect();
    let quarantined = match pack.thresholds.quarantined {
        Quarantined::Share(millionths) => json!({ "millionths": millionths }),
        Quarantined::Count(records) => json!({ "records": records }),
    };
    let plugins: Vec<Json> = pack
        .plugins
        .iter()
        .map(|plugin| {
            json!({
                "name": plugin.name(),
                "component": plugin.component(),
                "grants": plugin.grants().iter().map(|grant| Grant::as_str(*grant)).collect::<Vec<_>>(),
                "settings": plugin.settings(),
            })
        })
        .collect();
    json!({
        "form": FORM,
        "dataset": pack.dataset.name(),
        "kind": pack.kind,
        "partition_keys": pack.partition_keys().iter().map(key_json).collect::<Vec<_>>(),
        "takes": pins,
        "layouts": layouts,
        "schema": schema,
        "columns": columns,
        "amounts": amounts,
        "thresholds": { "quarantined": quarantined, "min_records": pack.thresholds.min_records },
        "levels": levels,
        "limits": {
            "max_poison": pack.limits.max_poison,
            "memory": pack.limits.memory,
            "fuel_per_record": pack.limits.fuel_per_record,
            "field_bytes": pack.limits.field_bytes,
            "record_bytes": pack.limits.record_bytes,
        },
        "plugins": plugins,
    })
}

/// A key and how its cells are compared. The way a file's name is read only decides the partition.
fn key_json(key: &PartitionKey) -> Json {
    let reading = key.reading().map(|(formats, part)| {
        json!({ "formats": formats.iter().map(DateFormat::pattern).collect::<Vec<_>>(), "part": part })
    });
    json!({ "name": key.name(), "column": key.column(), "reading": reading })
}

fn column_json(column: &ColumnType) -> Json {
    match column {
        ColumnType::Text => json!("text"),
        ColumnType::Integer => json!("integer"),
        ColumnType::Decimal { precision, scale } => {
            json!({ "precision": precision, "scale": scale })
        }
        ColumnType::Date(format) => json!({ "date": format.pattern() }),
    }
}
