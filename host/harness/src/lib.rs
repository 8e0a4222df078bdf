//! The test harness for rule plugins: the real component in the real sandbox, tried on its pages, its cases, and laws that
//! hold for every plugin.
//!
//! [`test`] gives a [`Report`], [`bench`] a [`CostReport`]. Both are facts; who calls them shows them. In the order of the work:
//! `folder` finds what a plugin has, `page` and `cases` read it into exams, `judging` puts a table through the component as a
//! run would, `laws` tries what must hold of every plugin on tables that `generate` makes, `shrink` makes a failing one small, and
//! `coverage` asks whether pages and cases would notice a change.

mod blessing;
mod cases;
mod catalogue;
mod cost;
mod coverage;
mod exam;
mod fault;
mod folder;
mod found;
mod generate;
mod judging;
mod laws;
mod page;
mod report;
mod setup;
mod shrink;
mod subject;
mod suggest;
mod table;
mod testing;
mod unique;

pub use cost::{CostReport, CostRequest, FlameError, RuleCost, Verdict, bench, folded};
pub use coverage::{Coverage, Mutant};
pub use fault::Fault;
pub use folder::PluginFolder;
pub use found::{Cost, FileFinding, Finding, Found, Poisoned, Repair};
pub use generate::Pool;
pub use judging::{Handing, TextForm, Wanted, judge};
pub use laws::{Broken, Difference, LAWS, Law, Tried, try_laws};
pub use report::{Group, Report, Test};
pub use setup::{Setup, SetupFault};
pub use subject::{Metering, Planned, Subject};
pub use table::{Read, Table, TableFault};
pub use testing::{Request, test};
