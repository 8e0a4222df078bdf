//! What becomes of a cell.

use std::borrow::Cow;

/// A cell's new text, or `None` where it stays.
pub(super) type New<'c> = Option<Cow<'c, [u8]>>;
