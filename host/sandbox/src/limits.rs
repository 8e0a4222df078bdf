//! Limits on what a guest may return. Each is generous for honest plugins and finite for others.

/// Limits on a component and on what its calls return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a component. 64 MiB: a Rust plugin has 0.1 MiB, and one that contains Python about 40 MiB.
    pub component_bytes: usize,
    /// Bytes lifted from one call's results. 128 MiB: twice the guest's default memory, because a lifted record is up to
    /// three times as large as it was in the guest.
    pub output_bytes: usize,
    /// Rules of a plugin or a stage. 1,024: five times the largest catalogue known.
    pub rules: usize,
    /// Columns of a stage, and of a rule. 1,024: ten times the widest layout known.
    pub columns: usize,
    /// Bytes of a name. 64, as for a rule's code, because names are keys in every report.
    pub name_bytes: usize,
    /// Bytes of a title, message or other text for people. 1 KiB: more than anyone reads.
    pub text_bytes: usize,
    /// Bytes of the settings schema of a rule kind. 64 KiB: it is JSON, but still read by people.
    pub schema_bytes: usize,
    /// Entries of `extras`, and choices of one configuration fault. 256: more would not help anyone.
    pub entries: usize,
    /// Configuration faults in one answer. 1,024: one for each possible rule.
    pub faults: usize,
    /// Hits in one verdict. 16,384: several for each possible rule.
    pub hits: usize,
    /// Rewrites in one verdict. 4,096: several for each possible column.
    pub rewrites: usize,
    /// Bytes of a rewritten cell. 64 KiB: the longest VARCHAR in the warehouse.
    pub cell_bytes: usize,
    /// Message samples in one verdict. 1,024: the host keeps a few for each rule.
    pub samples: usize,
    /// Arguments of one sample. 8: nobody reads a message with more.
    pub arguments: usize,
    /// Bytes of one argument. 1 KiB, as for other texts.
    pub argument_bytes: usize,
    /// Measures in one verdict. 4,096: they are kept for the whole file, so their number bounds memory.
    pub measures: usize,
    /// Bytes of a measure's key. 256: a column name and a value.
    pub key_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: 64 << 20,
            output_bytes: 128 << 20,
            rules: 1024,
            columns: 1024,
            name_bytes: 64,
            text_bytes: 1024,
            schema_bytes: 64 << 10,
            entries: 256,
            faults: 1024,
            hits: 16_384,
            rewrites: 4096,
            cell_bytes: 64 << 10,
            samples: 1024,
            arguments: 8,
            argument_bytes: 1024,
            measures: 4096,
            key_bytes: 256,
        }
    }
}
