//! Writing rule plugins for Assay in Rust.
//!
//! A rule is a function of a record's cells, marked with [`#[rule(…)]`](macro@rule); [`plugin!`] makes a plugin from such functions. The
//! crate handles the rest: the contract in `wit/`, blank and malformed cells, constant and dictionary columns, bitmaps, and
//! the order of rewrites. Rules are plain Rust and are tested natively with [`testing`]; the component is built when the target is
//! WebAssembly.
//!
//! ```
//! use assay_sdk::{Date, Settings, plugin, rule};
//!
//! plugin! {
//!     /// Loans of a library.
//!     pub struct Library {
//!         name: "library",
//!         settings: Loans,
//!         rules: [isbn_hyphens, isbn_length, due_soon_enough],
//!     }
//! }
//!
//! /// The settings that a pack may change.
//! #[derive(Debug, Settings)]
//! pub struct Loans {
//!     /// The longest loan in days.
//!     #[setting(default = 28, min = 1, max = 365)]
//!     longest_days: i32,
//! }
//!
//! /// an ISBN has no hyphens
//! #[rule(code = "isbn-hyphens", class = normalise, writes("ISBN"))]
//! fn isbn_hyphens(cell: &str) -> Option<String> {
//!     cell.contains('-').then(|| cell.replace('-', ""))
//! }
//!
//! /// an ISBN has ten or thirteen characters
//! #[rule(
//!     code = "isbn-length",
//!     class = validate,
//!     level = warn,
//!     message = "`{ISBN}` is not an ISBN",
//!     columns(isbn = text("ISBN")),
//! )]
//! fn isbn_length(isbn: &str) -> bool {
//!     matches!(isbn.len(), 10 | 13)
//! }
//!
//! /// a loan ends in time
//! #[rule(
//!     code = "due-soon-enough",
//!     class = validate,
//!     columns(loaned = date("Loaned_On", "%Y-%m-%d"), due = date("Due_On", "%Y-%m-%d")),
//! )]
//! fn due_soon_enough(loaned: Date, due: Date, settings: &Loans) -> bool {
//!     (0..=settings.longest_days).contains(&(due - loaned))
//! }
//!
//! use assay_sdk::testing::Table;
//! let loans = Table::new(&["ISBN", "Loaned_On", "Due_On"])
//!     .record(&["0140328726", "2023-05-01", "2023-05-20"])
//!     .record(&["01403", "2023-05-01", "2023-07-20"])
//!     .record(&["0-14-032872-6", "", "2023-07-20"]);
//! let found = loans.validate::<Library>();
//! assert_eq!(found.hits(isbn_length::CODE), [1]);
//! assert_eq!(found.hits(due_soon_enough::CODE), [1]);
//! assert_eq!(found.skipped(due_soon_enough::CODE), 1);
//! assert_eq!(loans.normalise::<Library>().0[2][0], "0140328726");
//! // Settings come from the pack; each fault is reported with its JSON pointer.
//! let faults = loans.settings(r#"{"longest_days": 0}"#).plan::<Library>().unwrap_err();
//! assert_eq!(faults, ["/longest_days: expected 1 to 365, found 0"]);
//! ```
//!
//! Rules that are more than a function of one record's cells are declared with [`Rules`], by a plugin that implements
//! [`Plugin`] itself or names a function as `more` in [`plugin!`]: [`Declaration::columnar`] judges the columns of a batch at
//! once, [`Declaration::file`] judges sums over the whole file, [`Declaration::unique`] leaves uniqueness to the host.

mod bits;
mod column;
#[cfg(target_arch = "wasm32")]
pub mod component;
mod contract;
mod date;
mod export;
mod file;
mod function;
mod judge;
mod needs;
pub mod parse;
mod plan;
mod plugin;
mod rewrite;
mod rules;
mod run;
mod session;
mod set;
pub mod settings;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod text;
mod width;

pub use assay_sdk_macros::{Settings, rule};
pub use bits::Bits;
pub use column::{Batch, Cells, Column};
pub use contract::{
    Change, ColumnRequest, ConfigFault, Disposition, Fault, Faults, FileOutcome, FileResult, Form,
    Hit, Level, Measure, Merge, PluginInfo, RecordSet, Rewrite, Rule, RuleKind, Sample, Stage,
    StagePlan, Unique, Verdict,
};
pub use date::Date;
pub use file::{FileFinding, FileRule, Sums};
pub use function::{Answer, DeclareRule, NewCell};
pub use judge::{Judged, Look, Outcome};
pub use needs::{
    DateNeed, Distinct, Needs, NumberNeed, Optional, StandingNeed, TextNeed, TextReader, date,
    decimal, integer, standing, text,
};
pub use plan::{Ask, ColumnPlan};
pub use plugin::{Plugin, check_config, describe, open};
pub use rules::{Declaration, Rules};
pub use run::Run;
pub use serde_json::Value;
pub use session::Session;
pub use set::ValueSet;
pub use settings::NoSettings;
pub use text::Text;
