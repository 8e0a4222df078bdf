//! The clock behind deadlines: a thread that advances the engine's epoch.

use std::num::NonZeroU64;
use std::thread;
use std::time::Duration;

use wasmtime::Engine;

/// Length of a tick. 10 ms: a hundred wake-ups a second cost nothing, and a deadline is missed by 1 % of a second.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Starts the clock of an engine. It ends by itself once the engine is gone.
///
/// Ticks that were missed, because the machine stalled, are not made up for: a burst of them would end calls that
/// had hardly begun.
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

/// How many ticks a deadline is. One more than fit into it, because the current tick has partly passed.
pub(crate) fn ticks(deadline: Duration) -> NonZeroU64 {
    let ticks =
        u64::try_from(deadline.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(u64::MAX - 1);
    // Far below the overflow of the epoch counter: some thousand years.
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
