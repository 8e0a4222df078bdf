//! The result of rewriting a cell.

use std::borrow::Cow;

/// A cell's new text, or `None` if the cell stays as it is.
pub(super) type New<'c> = Option<Cow<'c, [u8]>>;
