//! The error for work cut short by a stop request.

use std::error::Error;

use assay_model::causes;

/// The run was told to stop while it waited to read or write bytes. Readers and writers find it among the causes of their error; the data
/// itself is not at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped by a signal")]
pub struct Stopped;

impl Stopped {
    /// Whether a stop request made something fail: `Stopped` is the error or one of its causes.
    pub fn is_in(error: &(dyn Error + 'static)) -> bool {
        causes(error).any(<dyn Error>::is::<Self>)
    }
}
