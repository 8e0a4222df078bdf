//! A resolved pack.

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

/// The files that a pack takes, and what runs over them. All its parts were checked against each other, so it cannot name a layout, a
/// column or a level that does not exist.
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

/// The values of a partition key that a pack accepts.
#[derive(Debug, Clone)]
pub(crate) struct Pin {
    pub(crate) key: String,
    /// At least one.
    pub(crate) values: Vec<String>,
    pub(crate) place: Place,
}

impl Pack {
    /// The file that it was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its title, for people; empty if it has none.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The dataset of its files.
    pub fn dataset(&self) -> &Arc<Dataset> {
        &self.dataset
    }

    /// The kind of files it takes.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The layouts it takes, at least one.
    pub fn layouts(&self) -> &[Arc<Layout>] {
        &self.layouts
    }

    /// Keys of the output's path after `dataset=` and `kind=`, in order.
    pub fn partition_keys(&self) -> &[PartitionKey] {
        self.dataset.partition_keys()
    }

    /// The values it accepts for partition keys; a key that is not listed may have any value.
    pub fn takes(&self) -> impl ExactSizeIterator<Item = (&str, &[String])> {
        self.pins.iter().map(|pin| (pin.key.as_str(), pin.values.as_slice()))
    }

    /// The columns of every file it publishes: those of the kind, whatever the file's layout.
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

    /// The thresholds above which the whole file is refused.
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// The limits of plugins and records.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The plugins, in execution order.
    pub fn plugins(&self) -> &[PluginUse] {
        &self.plugins
    }

    /// Returns a plugin by its name in the pack.
    pub fn plugin(&self, name: &str) -> Option<&PluginUse> {
        self.plugins.iter().find(|plugin| plugin.name() == name)
    }

    /// The trusted public keys, one line each: every plugin needs a signature of one of them. Empty if the pack does not require
    /// signatures.
    pub fn trusted_keys(&self) -> &[String] {
        &self.trusted_keys
    }

    /// Returns the level of a rule: the pack's, or else the rule's default.
    pub fn level_for(&self, rule: &RuleCode, default: Level) -> Level {
        self.levels.get(rule).map_or(default, |entry| entry.level)
    }

    /// The rules whose level the pack sets, by code, with the pack's reason.
    pub fn levels(&self) -> impl ExactSizeIterator<Item = (&RuleCode, Level, Option<&str>)> {
        self.levels.iter().map(|(code, entry)| (code, entry.level, entry.why.as_deref()))
    }

    /// The digest of everything in it that has an effect, see `pack/digest.rs`.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The place to point to for the files it takes.
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
