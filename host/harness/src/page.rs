//! A rule's page: one Markdown file that is the rule's manual and its test.

mod example;
mod head;
mod parse;
mod written;

pub(crate) use example::{example_faults, read_examples};
pub(crate) use head::{check_kind, check_rule};
pub(crate) use written::Page;
