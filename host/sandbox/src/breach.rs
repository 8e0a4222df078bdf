//! All the ways in which a plugin's answer can break the contract.

use assay_model::shown;

/// What is wrong with a plugin's answer. No part of such an answer is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// A list is too long.
    #[error("{count} {what}, expected {limit} at most")]
    TooMany {
        /// What the list contains.
        what: &'static str,
        /// Number of entries.
        count: usize,
        /// Maximum number of entries.
        limit: usize,
    },
    /// A text is too long.
    #[error("{what} has {bytes} bytes, expected {limit} at most")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// Maximum length in bytes.
        limit: usize,
    },
    /// A required text is empty.
    #[error("{what} is empty")]
    Blank {
        /// Which text.
        what: &'static str,
    },
    /// A text for people has control characters, which could disturb a terminal.
    #[error("{what} has control characters: {text:?}")]
    Control {
        /// Which text.
        what: &'static str,
        /// Its beginning.
        text: String,
    },
    /// A name is malformed.
    #[error(
        "{what} {name:?} is not a name, expected 1 to 64 letters, digits, `-` or `.`, beginning with a letter and ending with a letter or digit"
    )]
    Name {
        /// What is named.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A rule's name is reserved for the host.
    #[error(
        "rule `{name}` has a name that only the host uses, expected none that begins with `csv.`, `type.`, `file.` or `plugin.`", name = shown(name))]
    ReservedName {
        /// The name.
        name: String,
    },
    /// The plugin's version is not a semantic version.
    #[error("version {version:?} is not a semantic version such as `1.2.0`")]
    Version {
        /// The version given.
        version: String,
    },
    /// A code is not one of the known codes.
    #[error("{what} {code} is unknown, expected {expected}")]
    Code {
        /// What the code stands for.
        what: &'static str,
        /// The code.
        code: u16,
        /// The known codes, with their meanings.
        expected: &'static str,
    },
    /// Two rules have the same code.
    #[error("two rules have the code {code}, expected each code once in a plugin")]
    RepeatedCode {
        /// The code.
        code: u16,
    },
    /// Two items have the same name.
    #[error("two {what} are named `{name}`, expected each name once", name = shown(name))]
    RepeatedName {
        /// What kind of item.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A rule is in a stage of another class.
    #[error(
        "rule `{rule}` of class {class} is in the {stage} stage, expected rules of that class only", rule = shown(rule))]
    ClassOfStage {
        /// The rule.
        rule: String,
        /// Its class.
        class: &'static str,
        /// The stage.
        stage: &'static str,
    },
    /// A stage is planned twice.
    #[error("the {stage} stage is planned twice, expected once at most")]
    RepeatedStage {
        /// The stage.
        stage: &'static str,
    },
    /// A rule refers to a column that the stage does not have.
    #[error("rule `{rule}` reads column {column}, expected an index below {columns}", rule = shown(rule))]
    RuleColumn {
        /// The rule.
        rule: String,
        /// The index.
        column: u16,
        /// How many columns the stage has.
        columns: usize,
    },
    /// A column is requested twice in the same form.
    #[error("column `{column}` is asked for twice in the same form, expected once", column = shown(column))]
    RepeatedColumn {
        /// The column.
        column: String,
    },
    /// A column request has unknown flags.
    #[error(
        "column `{column}` has the flags {flags:#b}, expected bit 0 (required) and bit 1 (writes) only", column = shown(column))]
    Flags {
        /// The column.
        column: String,
        /// The flags.
        flags: u16,
    },
    /// A column is requested for rewriting where that is not possible.
    #[error(
        "column `{column}` has the `writes` flag, which only text columns in the normalise stage may have", column = shown(column))]
    Writes {
        /// The column.
        column: String,
    },
    /// A scale is too large, or is given for a form other than decimal.
    #[error(
        "column `{column}` has a scale of {scale}, expected 18 at most for decimals and 0 for others", column = shown(column))]
    Scale {
        /// The column.
        column: String,
        /// The scale.
        scale: u16,
    },
    /// A date format is not valid, or is given for a column that is not a date.
    #[error("column `{column}` has the date format {format:?}, expected {expected}", column = shown(column))]
    DateFormat {
        /// The column.
        column: String,
        /// The format.
        format: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A rule that the host checks is not a validate rule.
    #[error("rule `{rule}` asks the host for a check, which only validate rules may do", rule = shown(rule))]
    HostCheckClass {
        /// The rule.
        rule: String,
    },
    /// Settings were refused without a reason.
    #[error("the settings were refused without a reason, expected at least one")]
    NoFaults,
    /// A code is not that of a rule of the stage.
    #[error("{what} names rule {rule}, which the stage's plan does not have")]
    UnknownRule {
        /// The item that names it.
        what: &'static str,
        /// The code.
        rule: u16,
    },
    /// The plugin reports on a rule that the host judges.
    #[error("{what} names rule {rule}, which the host judges")]
    HostChecked {
        /// The item that names it.
        what: &'static str,
        /// The code.
        rule: u16,
    },
    /// A record index is not below the batch's size.
    #[error("{what} of rule {rule} names record {record} of a batch of {records}")]
    Record {
        /// The item that names it.
        what: &'static str,
        /// The rule.
        rule: u16,
        /// The record's index.
        record: u32,
        /// Size of the batch.
        records: u32,
    },
    /// Record indexes do not ascend.
    #[error(
        "{what} of rule {rule} names record {next} after {record}, expected ascending records without repeats"
    )]
    Ascending {
        /// The item that names them.
        what: &'static str,
        /// The rule.
        rule: u16,
        /// A record's index.
        record: u32,
        /// The index after it.
        next: u32,
    },
    /// A bitmap's length does not match the batch.
    #[error("a hit of rule {rule} has a bitmap of {bytes} bytes, expected {expected}")]
    BitmapLength {
        /// The rule.
        rule: u16,
        /// Its length in bytes.
        bytes: usize,
        /// The expected length in bytes.
        expected: usize,
    },
    /// A bitmap has bits beyond the batch.
    #[error("a hit of rule {rule} has a bitmap with bits beyond the last record, expected zeros")]
    BitmapPadding {
        /// The rule.
        rule: u16,
    },
    /// The same hit occurs twice.
    #[error(
        "two hits of rule {rule} have the same column, outcome and disposition, expected one with all records"
    )]
    RepeatedHit {
        /// The rule.
        rule: u16,
    },
    /// A hit has a disposition although its rule is not a quarantine rule.
    #[error("a hit of rule {rule} has a disposition, which only hits of quarantine rules may have")]
    Disposition {
        /// The rule.
        rule: u16,
    },
    /// A column index beyond the stage's columns.
    #[error("{what} of rule {rule} names column {column}, expected an index below {columns}")]
    Column {
        /// The item that names it.
        what: &'static str,
        /// The rule.
        rule: u16,
        /// The index.
        column: u16,
        /// How many columns the stage has.
        columns: usize,
    },
    /// A rewrite outside the normalise stage.
    #[error("rule {rule} rewrites cells in the {stage} stage, which only normalise rules may do")]
    RewriteStage {
        /// The rule.
        rule: u16,
        /// The stage.
        stage: &'static str,
    },
    /// A rewrite of a column that was not requested for rewriting.
    #[error("rule {rule} rewrites column {column}, which was not requested with the `writes` flag")]
    RewriteColumn {
        /// The rule.
        rule: u16,
        /// The index.
        column: u16,
    },
    /// A rewrite of a column the layout does not have.
    #[error("rule {rule} rewrites column {column}, which is absent from the layout")]
    RewriteAbsent {
        /// The rule.
        rule: u16,
        /// The index.
        column: u16,
    },
    /// A text column has the wrong number of offsets.
    #[error(
        "rule {rule} rewrites {expected} cells with {offsets} offsets, expected one more than cells"
    )]
    OffsetCount {
        /// The rule.
        rule: u16,
        /// Number of offsets.
        offsets: usize,
        /// Number of cells.
        expected: usize,
    },
    /// Offsets do not start at 0.
    #[error("rule {rule} rewrites cells with offsets that start at {start}, expected 0")]
    OffsetStart {
        /// The rule.
        rule: u16,
        /// The first offset.
        start: u32,
    },
    /// Offsets decrease.
    #[error(
        "rule {rule} rewrites cells with offsets that decrease at cell {cell}; expected ascending offsets"
    )]
    OffsetFalls {
        /// The rule.
        rule: u16,
        /// The cell whose end lies before its start.
        cell: usize,
    },
    /// Offsets do not end where the bytes do.
    #[error(
        "rule {rule} rewrites cells with offsets that end at {end} of {bytes} bytes, expected all of them"
    )]
    OffsetEnd {
        /// The rule.
        rule: u16,
        /// The last offset.
        end: u32,
        /// Number of bytes.
        bytes: usize,
    },
    /// A new cell is too long.
    #[error("rule {rule} rewrites a cell with {bytes} bytes, expected {limit} at most")]
    CellLength {
        /// The rule.
        rule: u16,
        /// Its length in bytes.
        bytes: usize,
        /// Maximum length in bytes.
        limit: usize,
    },
    /// A new cell is not UTF-8.
    #[error(
        "rule {rule} rewrites a cell with bytes that are not UTF-8 (cell {cell} of the change)"
    )]
    CellUtf8 {
        /// The rule.
        rule: u16,
        /// Index of the cell among the new ones.
        cell: usize,
    },
    /// More records were skipped than the batch has.
    #[error("rule {rule} skipped {skipped} records of a batch of {records}")]
    Skipped {
        /// The rule.
        rule: u16,
        /// Number of skipped records.
        skipped: u32,
        /// Size of the batch.
        records: u32,
    },
    /// Two tallies, or two file results, of one rule.
    #[error("two {what} of rule {rule}, expected one")]
    Repeated {
        /// Which of the two.
        what: &'static str,
        /// The rule.
        rule: u16,
    },
    /// A sample for a record that the rule did not hit.
    #[error("a sample of rule {rule} for record {record}, which the rule did not hit")]
    SampleWithoutHit {
        /// The rule.
        rule: u16,
        /// The record.
        record: u32,
    },
    /// One measure merged in two ways.
    #[error("measure {code} is merged in two ways, expected one")]
    Merge {
        /// The measure's code.
        code: u16,
    },
}
