//! The end, as whoever uses buckets asks for it: what is read and uploaded is cut short, and what a run leaves behind is still written.

use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How long S3 may stay silent after a stop request before we give up on it. 5 seconds: it answers within one, and orchestrators kill 10
/// (`docker stop`) to 30 seconds (Kubernetes, ECS) after they asked.
const SILENCE: Duration = Duration::from_secs(5);

/// Asks for the end. Its clones ask for the same one.
#[derive(Debug, Clone, Default)]
pub struct Halt(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// When it was asked for.
    asked: watch::Sender<Option<Instant>>,
    /// When something was done last, from then on.
    done: Mutex<Option<Instant>>,
}

/// How long a request may continue after a stop request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grace {
    /// No longer: it is about data, which the next run reads or writes anew.
    None,
    /// As long as S3 does what it is asked: it is about a document, or takes something back.
    Closing,
}

impl Halt {
    /// Asks for the end, from any thread. What waits for data fails with [`assay_store::Stopped`] at once, and whatever asks for some later; documents are
    /// still read and written, and what was begun is taken back, until S3 was silent for 5 seconds.
    pub fn ask(&self) {
        self.0.asked.send_if_modified(|asked| {
            let is_first = asked.is_none();
            asked.get_or_insert_with(Instant::now);
            is_first
        });
    }

    /// Notes that a request succeeded.
    pub(crate) fn done(&self) {
        if self.asked().is_some() {
            *self.0.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }

    /// Waits until a request with this grace is to be given up.
    pub(crate) async fn over(&self, grace: Grace) {
        let mut changes = self.0.asked.subscribe();
        if changes.wait_for(Option::is_some).await.is_err() {
            // Nobody is left who could ask.
            return pending().await;
        }
        while let (Grace::Closing, Some(until)) = (grace, self.silent_at()) {
            if until <= Instant::now() {
                return;
            }
            sleep_until(until).await;
        }
    }

    fn asked(&self) -> Option<Instant> {
        *self.0.asked.borrow()
    }

    /// When S3 will have been silent for too long, if it stays so.
    fn silent_at(&self) -> Option<Instant> {
        let done = *self.0.done.lock().unwrap_or_else(PoisonError::into_inner);
        Some(done.max(self.asked())? + SILENCE)
    }
}
