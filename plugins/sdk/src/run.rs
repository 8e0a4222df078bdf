//! The context of a run: its dataset, kind of file, partition, layout and settings.

/// The context of a run. It is the same for every batch of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// The dataset, such as `open-payments`.
    pub dataset: String,
    /// The kind of file, such as `general`.
    pub kind: String,
    /// Partition keys and values, in the pack's order.
    pub partition: Vec<(String, String)>,
    /// The layout's name.
    pub layout: String,
    /// The layout's columns in order, by canonical name.
    pub columns: Vec<String>,
    /// The plugin's settings, as JSON.
    pub settings: String,
}

impl Run {
    /// The value of a partition key, as in `run.partition("year")`; `None` if the run has no such key.
    pub fn partition(&self, key: &str) -> Option<&str> {
        self.partition.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether the layout has a column with this canonical name.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }
}
