//! Signals that end a run: it stops between slabs, publishes nothing and leaves its audit record.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What ends a run: a scheduler that stops a task sends the one, a person who types ^C the other.
const SIGNALS: [i32; 2] = [SIGTERM, SIGINT];

/// What a shell adds to a signal's number to make it an exit code.
const ENDED_BY: i32 = 128;

/// Whether a signal asked for the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Listens from now on. A second signal ends the process at once, as the first would have done.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let stop = Self::default();
        for signal in SIGNALS {
            // Carried out in this order: at the first signal nothing was asked yet.
            flag::register_conditional_shutdown(
                signal,
                ENDED_BY + signal,
                Arc::clone(&stop.asked),
            )?;
            let number = usize::try_from(signal).expect("signals are small numbers");
            flag::register_usize(signal, Arc::clone(&stop.signal), number)?;
            flag::register(signal, Arc::clone(&stop.asked))?;
        }
        Ok(stop)
    }

    /// Whether the end was asked for.
    pub(crate) fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// The exit code of who is ended by the signal that came: 143 for SIGTERM, 130 for SIGINT.
    pub(crate) fn code(&self) -> u8 {
        let code = self.signal.load(Ordering::Relaxed) + usize::try_from(ENDED_BY).unwrap_or(0);
        u8::try_from(code).unwrap_or(u8::MAX)
    }
}
