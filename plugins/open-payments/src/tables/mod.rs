//! CMS's reference data, one table per file.

pub(crate) mod control_totals;
pub(crate) mod forms;
pub(crate) mod layouts;
pub(crate) mod lengths;
pub(crate) mod natures;
pub(crate) mod primary_types;
pub(crate) mod recipient_types;
