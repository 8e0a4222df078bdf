//! Tries a request until it succeeds or there is no hope left.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use aws_sdk_s3::Client;

use crate::client::Inner;
use crate::error::{S3Error, Target};
use crate::fault::Fault;

impl Inner {
    /// Calls `once`, which is one complete attempt: request, answer and body. Pauses between attempts grow and are random, so that clients
    /// do not retry in step. After a stop request, it continues only within the target's grace.
    pub(crate) async fn call<T, F, A>(&self, target: &Target, once: F) -> Result<T, S3Error>
    where
        F: Fn(Client) -> A,
        A: Future<Output = Result<T, Fault>>,
    {
        let halt = &self.settings.halt;
        let (mut over, mut done) = (pin!(halt.over(target.grace)), pin!(self.tried(target, once)));
        let done = poll_fn(|context| {
            // Checked first, so that nothing more is sent after a stop.
            if over.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(S3Error::new(target, Fault::stopped(target.grace), 0)));
            }
            done.as_mut().poll(context)
        });
        let done = done.await;
        if done.is_ok() {
            halt.done();
        }
        done
    }

    async fn tried<T, F, A>(&self, target: &Target, once: F) -> Result<T, S3Error>
    where
        F: Fn(Client) -> A,
        A: Future<Output = Result<T, Fault>>,
    {
        let patience = self.settings.patience;
        let (mut attempts, mut renewed) = (0, false);
        loop {
            self.requests.count(target.operation, attempts > 0);
            attempts += 1;
            let keys = self.client();
            let limit = patience.attempt * target.operation.patience();
            let outcome = tokio::time::timeout(limit, once(keys.client)).await;
            let fault = match outcome {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(fault)) => fault,
                Err(_) => Fault::timed_out(limit),
            };
            if fault.wants_keys() && !renewed {
                // Keys can change during a long run: a profile is rewritten, a role's session ends.
                renewed = true;
                self.renew(keys.generation).await;
                continue;
            }
            let again = fault.cause.may_pass() && attempts < patience.attempts && self.may_repeat();
            if !again {
                return Err(S3Error::new(target, fault, attempts));
            }
            tokio::time::sleep(self.pause(attempts)).await;
        }
    }

    /// Takes one repetition from the budget; returns whether one was left.
    fn may_repeat(&self) -> bool {
        use std::sync::atomic::Ordering::Relaxed;
        self.repetitions.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// Returns a random pause to make after this number of attempts.
    fn pause(&self, attempts: u32) -> Duration {
        let patience = self.settings.patience;
        let longest = patience.pause.saturating_mul(1 << (attempts - 1).min(16));
        longest.min(patience.longest_pause).mul_f64(fastrand::f64())
    }
}
