//! A pack as it was resolved: what it holds, and what others ask of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_model::{Digest, Level, RuleCode};
use indexmap::IndexMap;

use super::levels::LevelEntry;
use super::limits::Limits;
use super::plugins::PluginUse;
use super::thresholds::Thresholds;
use crate::column::ColumnType;
use crate::dataset::Dataset;
use crate::layout::Layout;
use crate::partition::PartitionKey;
use crate::schema::Schema;
use crate::source::Place;

/// Which files a pack takes, and what runs over them. Everything in it was checked against everything else, so it cannot
/// name a layout, a column or a level that does not exist.
#[derive(Debug, Clone)]
pub struct Pack {
    pub(super) path: PathBuf,
    pub(super) start: Place,
    pub(super) title: String,
    pub(super) dataset: Arc<Dataset>,
    pub(super) kind: String,
    pub(super) layouts: Vec<Arc<Layout>>,
    pub(super) pins: Vec<Pin>,
    pub(super) schema: Arc<Schema>,
    pub(super) columns: IndexMap<String, ColumnType>,
    pub(super) amounts: Vec<String>,
    pub(super) thresholds: Thresholds,
    pub(super) levels: BTreeMap<RuleCode, LevelEntry>,
    pub(super) limits: Limits,
    pub(super) plugins: Vec<PluginUse>,
    pub(super) trusted_keys: Vec<String>,
    pub(super) digest: Digest,
}

/// The values of a partition key that a pack takes.
#[derive(Debug, Clone)]
pub(crate) struct Pin {
    pub(crate) key: String,
    /// At least one.
    pub(crate) values: Vec<String>,
    pub(crate) place: Place,
}

impl Pack {
    /// The file it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is, for people; empty if it does not say.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The dataset its files belong to.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// The kind of file it takes.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The layouts it takes, at least one.
    pub fn layouts(&self) -> &[Arc<Layout>] {
        &self.layouts
    }

    /// Keys of the output's path after `dataset=` and `kind=`, in this order.
    pub fn partition_keys(&self) -> &[PartitionKey] {
        self.dataset.partition_keys()
    }

    /// The values it takes for partition keys; a key that is not named may have any value.
    pub fn takes(&self) -> impl ExactSizeIterator<Item = (&str, &[String])> {
        self.pins.iter().map(|pin| (pin.key.as_str(), pin.values.as_slice()))
    }

    /// The columns of each file that it publishes: those of its kind, whatever the file's layout.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The type of a column by its canonical name.
    pub fn column_type(&self, column: &str) -> &ColumnType {
        self.columns.get(column).unwrap_or(&ColumnType::Text)
    }

    /// The columns that are not text, in the order of the schema.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&str, &ColumnType)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// The decimal columns whose sums must be conserved.
    pub fn amounts(&self) -> &[String] {
        &self.amounts
    }

    /// When the whole file is refused.
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// What plugins and records may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The plugins, in the order in which they run.
    pub fn plugins(&self) -> &[PluginUse] {
        &self.plugins
    }

    /// A plugin by the name the pack gives it.
    pub fn plugin(&self, name: &str) -> Option<&PluginUse> {
        self.plugins.iter().find(|plugin| plugin.name() == name)
    }

    /// The public keys, one line each, of which each plugin needs a signature; empty if the pack asks for none.
    pub fn trusted_keys(&self) -> &[String] {
        &self.trusted_keys
    }

    /// The level of a rule: what the pack says, else the rule's own.
    pub fn level_for(&self, rule: &RuleCode, default: Level) -> Level {
        self.levels.get(rule).map_or(default, |entry| entry.level)
    }

    /// The rules whose level the pack sets, by code, with the reason it gives.
    pub fn levels(&self) -> impl ExactSizeIterator<Item = (&RuleCode, Level, Option<&str>)> {
        self.levels.iter().map(|(code, entry)| (code, entry.level, entry.why.as_deref()))
    }

    /// The digest of everything in it that has an effect, see `pack/digest.rs`.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Where to point for what it takes.
    pub(crate) fn place(&self) -> &Place {
        self.pins.first().map_or(&self.start, |pin| &pin.place)
    }

    pub(crate) fn pins(&self) -> &[Pin] {
        &self.pins
    }

    pub(crate) fn takes_layout(&self, layout: &Layout) -> bool {
        self.layouts.iter().any(|taken| taken.fingerprint() == layout.fingerprint())
    }
}
