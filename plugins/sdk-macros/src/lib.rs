//! The SDK's macros. Authors use them through `assay-sdk`, whose documentation shows them in whole plugins.

#![allow(
    clippy::single_match_else,
    reason = "what a macro writes for each case is easier to compare side by side"
)]

mod rule;
mod settings;

use proc_macro::TokenStream;

/// Makes a rule of a function: one record's cells in, a verdict out.
///
/// ```ignore
/// /// A loan ends in time.
/// #[rule(
///     code = "due-in-time",
///     class = validate,
///     level = warn,
///     message = "`{Due_On}` is too late for a loan of `{Loaned_On}`",
///     columns(loaned = date("Loaned_On", "%Y-%m-%d"), due = date("Due_On", "%Y-%m-%d")),
/// )]
/// fn due_in_time(loaned: Date, due: Date, settings: &Settings) -> bool {
///     due - loaned <= settings.longest_days
/// }
/// ```
///
/// | key | |
/// |---|---|
/// | `code` | the rule's name for packs and reports; it never changes |
/// | `class` | `validate`, `normalise` or `quarantine` |
/// | `title` | what must be true, in one line (default: the first line of the documentation) |
/// | `message` | what a person reads of a hit, `{Column}` being the record's cell (default: the title) |
/// | `level` | `error`, `warn`, `monitor` or `off`, unless the pack says otherwise |
/// | `disposition` | quarantine rules only: `hold`, `reject` or `divert` |
/// | `columns(parameter = form, …)` | the columns: `text("A")`, `integer("A")`, `decimal("A", 2)`, `date("A", "%Y-%m-%d")` |
/// | `writes("A", …)` | normalise rules only: the columns whose cells it rewrites, one after the other |
///
/// Columns and date formats may also be constants of the crate.
///
/// **Parameters.** Cells are `&str` or `&[u8]` (text), `i64` (integer; decimal in units of the last digit) and `Date` or `i32` (date). A record in
/// which such a cell is blank or does not parse is skipped and counted; with `Option<…>` the rule is given `None`
/// instead. A parameter `settings: &T` is the plugin's settings, `run: &Run` what the run is about, and in quarantine
/// rules `standing: u8` what was found of the record so far. The first parameter of a normalise rule is the cell.
///
/// **Answers.** Validate and quarantine rules answer with `bool` (`true` means that the rule holds) or `Outcome`; normalise rules with an `Option` of
/// the new cell, `None` leaving it as it is. The function stays a plain function, so tests may call it.
#[proc_macro_attribute]
pub fn rule(attribute: TokenStream, item: TokenStream) -> TokenStream {
    rule::expand(attribute.into(), &item.into()).into()
}

/// Reads a struct from the settings of a pack, and reports every fault with its place.
///
/// ```ignore
/// #[derive(Debug, Settings)]
/// struct Settings {
///     /// The longest loan in days.
///     #[setting(default = 28, min = 1, max = 365)]
///     longest_days: i32,
/// }
/// ```
///
/// A key that is not a field is a fault. A field without `default` must be set, unless it is an `Option`. `min` and
/// `max` are part of the range; `one_of("a", "b")` lists what a text may be. The documentation of a field is what
/// catalogues print. If every field has a default, the struct is given `Default`.
#[proc_macro_derive(Settings, attributes(setting))]
pub fn settings(item: TokenStream) -> TokenStream {
    settings::expand(item.into()).into()
}
