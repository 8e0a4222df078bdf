//! Signals that end a run: it stops between slabs, publishes nothing and leaves its audit record.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use crate::complaint::complain;

/// Signals that end a run: schedulers send SIGTERM to stop a task, ^C sends SIGINT.
const SIGNALS: [i32; 2] = [SIGTERM, SIGINT];

/// Added to a signal's number by shells to make an exit code.
const ENDED_BY: i32 = 128;

/// Signals closer together than this count as one: schedulers signal a process and its group, and Linux signals a child once for each
/// thread of a parent that ends. A person takes longer to repeat a signal.
const ECHO: Duration = Duration::from_millis(250);

/// Records whether a signal has asked the run to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The first signal received; 0 if none.
    signal: AtomicI32,
    /// Wakes the thread that waits for something of unbounded duration.
    waiting: Mutex<Option<Sender<()>>>,
}

impl Stop {
    /// Starts a listener thread, so that a signal is handled whatever the run is doing. The first signal asks the run to stop; the
    /// second ends the process at once, unless it is an [`ECHO`].
    /// The first signal also calls `told`, for code that is blocked and cannot poll.
    pub(crate) fn on_signals(told: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let stop = Self::default();
        let mut signals = Signals::new(SIGNALS)?;
        let shared = Arc::clone(&stop.shared);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let (mut first, mut told): (Option<Instant>, _) = (None, Some(told));
            for signal in signals.forever() {
                if first.get_or_insert_with(Instant::now).elapsed() >= ECHO || !shared.asked() {
                    shared.hear(signal);
                }
                if let Some(told) = told.take() {
                    told();
                }
            }
        })?;
        Ok(stop)
    }

    /// Whether a signal has arrived.
    pub(crate) fn asked(&self) -> bool {
        self.shared.asked()
    }

    /// The exit code for a process ended by this signal: 143 for SIGTERM, 130 for SIGINT.
    pub(crate) fn code(&self) -> u8 {
        let code = ENDED_BY + self.shared.signal.load(Ordering::Relaxed);
        u8::try_from(code).unwrap_or(u8::MAX)
    }

    /// Returns the result of `work`, or `None` if a signal comes first. `work` then keeps its thread until the process ends: a thread that
    /// is blocked on another writer cannot be told to stop.
    pub(crate) fn unless_asked<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        let (done, woken) = channel();
        *self.shared.waiting() = Some(done.clone());
        // A signal that arrived before we waited wakes nobody.
        if self.asked() {
            return Ok(None);
        }
        let working = thread::Builder::new().name("spool".to_owned()).spawn(move || {
            let made = work();
            // Nobody waits any more if a signal came.
            let _ = done.send(());
            made
        })?;
        // Keeps waiting until woken: the sender kept for signals holds the channel open.
        let _ = woken.recv();
        *self.shared.waiting() = None;
        if self.asked() {
            return Ok(None);
        }
        Ok(Some(working.join().expect("what copies the input does not panic")))
    }
}

impl Shared {
    fn asked(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }

    fn hear(&self, signal: i32) {
        let name = low_level::signal_name(signal).unwrap_or("a signal");
        if self.signal.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Acquire).is_err() {
            complain(&format!(
                "{name} again: ended at once, without an audit record; nothing is published that was not before, and `assay gc` removes what was begun"
            ));
            low_level::exit(ENDED_BY + signal);
        }
        complain(&format!(
            "{name}: the run stops once what is under way is done; a second signal ends it at once"
        ));
        if let Some(waiting) = self.waiting().take() {
            // The waiter has already finished.
            let _ = waiting.send(());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Sender<()>>> {
        self.waiting.lock().expect("nobody panics while he holds it")
    }
}
