//! Writing rule plugins for Assay in Rust.
//!
//! A plugin implements [`Plugin`]: it declares rules, and each rule is a function of a record's cells. The crate does
//! the rest: the contract in `wit/`, blank and malformed cells, constant and dictionary columns, bitmaps, the
//! order of rewrites. Rules are plain Rust and are tested natively with [`testing`]; [`export_plugin!`] makes the
//! component when the target is WebAssembly.
//!
//! ```
//! use assay_sdk::{Faults, Plugin, Rules, Run, date, text};
//!
//! struct Library;
//!
//! impl Plugin for Library {
//!     const NAME: &'static str = "library";
//!     const VERSION: &'static str = env!("CARGO_PKG_VERSION");
//!     type Settings = Settings;
//!
//!     fn rules(_run: &Run, settings: Settings, rules: &mut Rules) -> Result<(), Faults> {
//!         rules
//!             .validate("isbn-length")
//!             .title("an ISBN has ten or thirteen characters")
//!             .message("`{ISBN}` is no ISBN")
//!             .warn()
//!             .each(text("ISBN"), |isbn| matches!(isbn.len(), 10 | 13));
//!         rules
//!             .validate("due-soon-enough")
//!             .title("a loan ends in time")
//!             .each((date("Loaned_On", "%Y-%m-%d"), date("Due_On", "%Y-%m-%d")), move |(from, to)| {
//!                 (from..=from + settings.longest_days).contains(&to)
//!             });
//!         Ok(())
//!     }
//! }
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     longest_days: i32,
//! }
//!
//! assay_sdk::export_plugin!(Library);
//!
//! # use assay_sdk::testing::Table;
//! let found = Table::new(&["ISBN", "Loaned_On", "Due_On"])
//!     .settings(r#"{"longest_days": 28}"#)
//!     .record(&["0140328726", "2023-05-01", "2023-05-20"])
//!     .record(&["01403", "2023-05-01", "2023-07-20"])
//!     .validate::<Library>();
//! assert_eq!(found.hits("isbn-length"), [1]);
//! assert_eq!(found.hits("due-soon-enough"), [1]);
//! ```

mod bits;
mod column;
#[cfg(target_arch = "wasm32")]
pub mod component;
mod contract;
mod date;
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

/// Makes a component of a plugin: `export_plugin!(Library);`. Does nothing on other targets, so that the crate's
/// tests run natively.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type AssayComponent = $crate::component::Component<$plugin>;
            $crate::component::bindings::export!(
                AssayComponent with_types_in $crate::component::bindings
            );
        };
    };
}

/// A 32-bit number as an index. Every target the SDK builds for has at least 32 bits.
#[inline]
pub(crate) fn wide(number: u32) -> usize {
    number as usize
}
