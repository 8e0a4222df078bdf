//! Work that was cut short because somebody asked for its end.

use std::error::Error;

/// The end was asked for while it was waited for bytes, or for their being taken. It is among the causes of the error that a reader or a writer gets; nothing
/// is wrong with what was read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the end was asked for")]
pub struct Stopped;

impl Stopped {
    /// Whether that is why something failed: it is the error, or one of its causes.
    pub fn is_in(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if error.is::<Self>() {
                return true;
            }
            next = error.source();
        }
        false
    }
}
