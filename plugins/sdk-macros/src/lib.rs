//! The SDK's macros. Authors use them through `assay-sdk`, whose documentation shows them in whole plugins.

#![allow(
    clippy::single_match_else,
    reason = "what a macro writes for each case is easier to compare side by side"
)]

mod rule;
mod settings;

use proc_macro::TokenStream;

/// Turns a function into a rule: it takes one record's cells and returns a verdict.
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
/// | key | value |
/// |---|---|
/// | `code` | the rule's name in packs and reports; it never changes |
/// | `class` | `validate`, `normalise` or `quarantine` |
/// | `title` | what must be true, in one line (default: the first paragraph of the documentation) |
/// | `message` | what people read for a hit; `{Column}` becomes the record's cell (default: the title) |
/// | `level` | `error`, `warn`, `monitor` or `off`, unless the pack sets another (default: `error`, for normalise rules `warn`) |
/// | `disposition` | quarantine rules only: `hold`, `reject` or `divert` |
/// | `columns(parameter = form, …)` | each parameter's column: `text("A")`, `integer("A")`, `decimal("A", 2)`, `date("A", "%Y-%m-%d")` |
/// | `writes("A", …)` | normalise rules only: the columns whose cells it rewrites, one cell at a time |
///
/// Column names and date formats may also be constants of the crate.
///
/// **Parameters.** Cells are `&str` or `&[u8]` (text), `i64` (integer; decimal in units of the last digit), and `Date` or `i32`
/// (date; `i32` is days since 1970-01-01). A record in which such a cell is blank, malformed or absent is skipped and counted; with
/// `Option<…>` the rule gets `None` instead. A parameter `settings: &T` is the plugin's settings, `run: &Run` is the context of the
/// run, and in quarantine rules `standing: u8` is the record's standing so far. The first parameter of a normalise rule is the cell.
///
/// **Return values.** Validate and quarantine rules return `bool` (`true` means that the rule holds) or `Outcome`; normalise rules
/// return an `Option` of the new cell; `None` leaves the cell as it is. The function stays a plain function that tests can call.
#[proc_macro_attribute]
pub fn rule(attribute: TokenStream, item: TokenStream) -> TokenStream {
    rule::expand(attribute.into(), &item.into()).into()
}

/// Reads a struct from the settings of a pack, and reports every fault with its JSON pointer.
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
/// A key without a field is a fault. A field without `default` must be set, unless it is an `Option`. `min` and `max` are
/// part of the range; `one_of("a", "b")` lists the texts that are allowed. Catalogues print the documentation of a field.
/// If every field has a default or is an `Option`, the struct implements `Default`.
#[proc_macro_derive(Settings, attributes(setting))]
pub fn settings(item: TokenStream) -> TokenStream {
    settings::expand(item.into()).into()
}
