//! How a call's time is divided: into the guest, inside it, and out again.
//!
//! Measured only if there is a subscriber for [`TARGET`]. The engine reports when it enters and leaves the guest; allocating memory for
//! the arguments and freeing the results are visits to the guest too. The longest visit is the call itself.

use std::time::{Duration, Instant};

use wasmtime::{CallHook, Store};

/// Target of the events that report a call's duration: `plugin`, and `lower`, `guest` and `lift` in nanoseconds.
pub const TARGET: &str = "assay::call";

/// Visits to the guest since the call began.
#[derive(Debug, Default)]
pub(crate) struct Crossings {
    entered: Option<Instant>,
    longest: Option<(Instant, Instant)>,
}

/// Records visits in the store's data, if there is a subscriber.
pub(crate) fn watch<T>(
    store: &mut Store<T>,
    crossings: impl Fn(&mut T) -> &mut Crossings + Send + Sync + 'static,
) {
    if tracing::enabled!(target: TARGET, tracing::Level::DEBUG) {
        store.call_hook(move |mut store, hook| {
            let crossings = crossings(store.data_mut());
            match hook {
                CallHook::CallingWasm => crossings.entered = Some(Instant::now()),
                CallHook::ReturningFromWasm => crossings.left(Instant::now()),
                CallHook::CallingHost | CallHook::ReturningFromHost => {}
            }
            Ok(())
        });
    }
}

impl Crossings {
    /// Clears what was recorded for the last call.
    pub(crate) fn begin(&mut self) {
        *self = Self::default();
    }

    fn left(&mut self, now: Instant) {
        let Some(entered) = self.entered.take() else { return };
        let took = |visit: (Instant, Instant)| visit.1 - visit.0;
        if self.longest.is_none_or(|longest| took(longest) < now - entered) {
            self.longest = Some((entered, now));
        }
    }

    /// Reports the duration of the call between `begun` and `ended`.
    pub(crate) fn report(&self, plugin: &str, begun: Instant, ended: Instant) {
        let Some((entered, left)) = self.longest else { return };
        let nanos = |took: Duration| u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        tracing::debug!(
            target: TARGET,
            plugin,
            lower = nanos(entered - begun),
            guest = nanos(left - entered),
            lift = nanos(ended - left),
        );
    }
}
