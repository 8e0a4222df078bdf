//! Every way in which something a plugin returned can break the contract.

use assay_model::shown;

/// What is wrong with something a plugin returned. Nothing of the answer is used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// A list is too long.
    #[error("{count} {what}, expected {limit} at most")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A text is too long.
    #[error("{what} has {bytes} bytes, expected {limit} at most")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A text that must say something is empty.
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
    /// A name is not a name.
    #[error(
        "{what} {name:?} is not a name, expected 1 to 64 letters, digits, `-` or `.`, beginning with a letter and ending with a letter or digit"
    )]
    Name {
        /// Of what.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A rule's name is the host's.
    #[error(
        "rule `{name}` has a name that only the host uses, expected none that begins with `csv.`, `type.`, `file.` or `plugin.`", name = shown(name))]
    ReservedName {
        /// The name.
        name: String,
    },
    /// The plugin's version is none.
    #[error("version {version:?} is not a semantic version such as `1.2.0`")]
    Version {
        /// What it says.
        version: String,
    },
    /// A number from a closed set is not in it.
    #[error("{what} {code} is unknown, expected {expected}")]
    Code {
        /// Which set.
        what: &'static str,
        /// The number.
        code: u16,
        /// The numbers there are, with their meanings.
        expected: &'static str,
    },
    /// Two rules have the same code.
    #[error("two rules have the code {code}, expected each code once in a plugin")]
    RepeatedCode {
        /// The code.
        code: u16,
    },
    /// Two things have the same name.
    #[error("two {what} are named `{name}`, expected each name once", name = shown(name))]
    RepeatedName {
        /// Of what.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A rule stands in a stage of another class.
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
    /// A rule names a column the stage does not have.
    #[error("rule `{rule}` reads column {column}, expected an index below {columns}", rule = shown(rule))]
    RuleColumn {
        /// The rule.
        rule: String,
        /// The index.
        column: u16,
        /// How many columns the stage has.
        columns: usize,
    },
    /// A column is asked for twice in the same form.
    #[error("column `{column}` is asked for twice in the same form, expected once", column = shown(column))]
    RepeatedColumn {
        /// The column.
        column: String,
    },
    /// A column request has bits that mean nothing.
    #[error(
        "column `{column}` has the flags {flags:#b}, expected bit 0 (required) and bit 1 (writes) only", column = shown(column))]
    Flags {
        /// The column.
        column: String,
        /// The flags.
        flags: u16,
    },
    /// A column is to be rewritten where nothing can be.
    #[error(
        "column `{column}` has the `writes` flag, which only text columns in the normalise stage may have", column = shown(column))]
    Writes {
        /// The column.
        column: String,
    },
    /// A decimal has too many digits.
    #[error(
        "column `{column}` has a scale of {scale}, expected 18 at most for decimals and 0 for others", column = shown(column))]
    Scale {
        /// The column.
        column: String,
        /// The scale.
        scale: u16,
    },
    /// A date format is none, or belongs to no date.
    #[error("column `{column}` has the date format {format:?}, expected {expected}", column = shown(column))]
    DateFormat {
        /// The column.
        column: String,
        /// The format.
        format: String,
        /// What would do.
        expected: &'static str,
    },
    /// A rule that the host checks is not a validate rule.
    #[error("rule `{rule}` asks the host for a check, which only validate rules may do", rule = shown(rule))]
    HostCheckClass {
        /// The rule.
        rule: String,
    },
    /// Settings were refused without saying why.
    #[error("the settings were refused without a reason, expected at least one")]
    NoFaults,
    /// A code names no rule of the stage.
    #[error("{what} names rule {rule}, which the stage's plan does not have")]
    UnknownRule {
        /// What names it.
        what: &'static str,
        /// The code.
        rule: u16,
    },
    /// A rule is reported that the host judges.
    #[error("{what} names rule {rule}, which the host judges")]
    HostChecked {
        /// What names it.
        what: &'static str,
        /// The code.
        rule: u16,
    },
    /// Records are not below the batch's size.
    #[error("{what} of rule {rule} names record {record} of a batch of {records}")]
    Record {
        /// What names it.
        what: &'static str,
        /// The rule.
        rule: u16,
        /// The record.
        record: u32,
        /// How many there are.
        records: u32,
    },
    /// Records do not ascend.
    #[error(
        "{what} of rule {rule} names record {next} after {record}, expected ascending records without repeats"
    )]
    Ascending {
        /// What names it.
        what: &'static str,
        /// The rule.
        rule: u16,
        /// A record.
        record: u32,
        /// The one after it.
        next: u32,
    },
    /// A bitmap does not fit the batch.
    #[error("a hit of rule {rule} has a bitmap of {bytes} bytes, expected {expected}")]
    BitmapLength {
        /// The rule.
        rule: u16,
        /// How many there are.
        bytes: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A bitmap has bits beyond the batch.
    #[error("a hit of rule {rule} has a bitmap with bits beyond the last record, expected zeros")]
    BitmapPadding {
        /// The rule.
        rule: u16,
    },
    /// The same hit twice.
    #[error(
        "two hits of rule {rule} have the same column, outcome and disposition, expected one with all records"
    )]
    RepeatedHit {
        /// The rule.
        rule: u16,
    },
    /// A disposition where nothing is to be disposed of.
    #[error("a hit of rule {rule} has a disposition, which only hits of quarantine rules may have")]
    Disposition {
        /// The rule.
        rule: u16,
    },
    /// A column index beyond the stage's columns.
    #[error("{what} of rule {rule} names column {column}, expected an index below {columns}")]
    Column {
        /// What names it.
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
    /// A rewrite of a column that was not asked for to be rewritten.
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
        /// How many offsets.
        offsets: usize,
        /// How many cells.
        expected: usize,
    },
    /// Offsets do not start at 0.
    #[error("rule {rule} rewrites cells with offsets that start at {start}, expected 0")]
    OffsetStart {
        /// The rule.
        rule: u16,
        /// Where they start.
        start: u32,
    },
    /// Offsets go backwards.
    #[error(
        "rule {rule} rewrites cells with offsets that decrease after cell {cell}, expected them not to"
    )]
    OffsetFalls {
        /// The rule.
        rule: u16,
        /// Before which cell.
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
        /// How many bytes there are.
        bytes: usize,
    },
    /// A new cell is too long.
    #[error("rule {rule} rewrites a cell with {bytes} bytes, expected {limit} at most")]
    CellLength {
        /// The rule.
        rule: u16,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A new cell is not text.
    #[error(
        "rule {rule} rewrites a cell with bytes that are not UTF-8 (cell {cell} of the change)"
    )]
    CellUtf8 {
        /// The rule.
        rule: u16,
        /// Which of the new cells.
        cell: usize,
    },
    /// More records skipped than there are.
    #[error("rule {rule} skipped {skipped} records of a batch of {records}")]
    Skipped {
        /// The rule.
        rule: u16,
        /// How many.
        skipped: u32,
        /// How many there are.
        records: u32,
    },
    /// Two tallies, or two results, of one rule.
    #[error("two {what} of rule {rule}, expected one")]
    Repeated {
        /// Of what.
        what: &'static str,
        /// The rule.
        rule: u16,
    },
    /// A sample of nothing.
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
