//! The clock behind deadlines: a thread that advances the engine's epoch.

use std::num::NonZeroU64;
use std::thread;
use std::time::Duration;

use wasmtime::Engine;

/// Length of a tick. 10 ms: a hundred wake-ups per second cost nothing, and a deadline is exceeded by at most 1 %
/// of a second.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Starts an engine's clock. It ends by itself once the engine is gone.
///
/// Ticks missed because the machine stalled are not caught up: a burst of them would end calls that had hardly
/// begun.
pub(crate) fn start(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    thread::Builder::new().name("assay-epoch".to_owned()).spawn(move || {
        loop {
            thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    })?;
    Ok(())
}

/// A deadline in ticks. One more than fit into it, because part of the current tick has already passed.
pub(crate) fn ticks(deadline: Duration) -> NonZeroU64 {
    let ticks =
        u64::try_from(deadline.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(u64::MAX - 1);
    // Far from overflowing the epoch counter: some thousand years.
    NonZeroU64::MIN.saturating_add(ticks.min(1 << 40))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_never_cut_short() {
        let check =
            |millis, expected| assert_eq!(ticks(Duration::from_millis(millis)).get(), expected);
        check(0, 1);
        check(1, 2);
        check(10, 2);
        check(1000, 101);
        assert_eq!(ticks(Duration::MAX).get(), (1 << 40) + 1);
    }
}
