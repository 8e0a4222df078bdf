//! Stop requests: reads and uploads are cut short, but what a run must leave behind is still written.

use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How long S3 may stay silent after a stop request before we give up on it. 5 seconds: it answers within one, and orchestrators kill 10
/// (`docker stop`) to 30 seconds (Kubernetes, ECS) after they asked.
const SILENCE: Duration = Duration::from_secs(5);

/// Requests a stop. Clones request the same one.
#[derive(Debug, Clone, Default)]
pub struct Halt(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// When the stop was requested.
    asked: watch::Sender<Option<Instant>>,
    /// When a request last succeeded since then.
    done: Mutex<Option<Instant>>,
}

/// How long a request may continue after a stop request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grace {
    /// Stops at once: the request is about data, which the next run reads or writes again.
    None,
    /// Continues as long as S3 keeps answering: the request is about a document, or takes something back.
    Closing,
}

impl Halt {
    /// Requests a stop, from any thread. Requests for data that are waiting fail with [`assay_store::Stopped`] at once, as do later ones;
    /// documents are still read and written, and unfinished work is taken back, until S3 has been silent for 5 seconds.
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

    /// Waits until a request with this grace must be given up.
    pub(crate) async fn over(&self, grace: Grace) {
        let mut changes = self.0.asked.subscribe();
        if changes.wait_for(Option::is_some).await.is_err() {
            // Nobody is left who could request a stop.
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

    /// When S3 will have been silent for too long, unless a request succeeds first.
    fn silent_at(&self) -> Option<Instant> {
        let done = *self.0.done.lock().unwrap_or_else(PoisonError::into_inner);
        Some(done.max(self.asked())? + SILENCE)
    }
}
