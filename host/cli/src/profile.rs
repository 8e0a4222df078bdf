//! `--profile`: where the time of a run went.
//!
//! The crates open a span around each kind of work. This module sums, over all threads, the time in each span minus the time in nested
//! spans. Without a profile, a span costs one check of a flag.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::span::Id;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Description of each span, for the table.
const KINDS: [(&str, &str); 21] = [
    ("load", "plugins read, checked and compiled, or mapped from the cache"),
    ("read", "bytes of the input, decompressed"),
    ("digest", "digests of the input and of what is written"),
    ("index", "separators found"),
    ("faults", "bytes that are not text, records that cannot be judged"),
    ("keys", "keys of uniqueness rules compared"),
    ("columns", "cells gathered into columns"),
    ("cast", "numbers and dates parsed"),
    ("lower", "columns copied into the sandbox"),
    ("guest", "rules in the sandbox"),
    ("lift", "verdicts copied out of the sandbox"),
    ("verdict", "verdicts checked against the contract"),
    ("plugin", "calls to plugins, but for the above"),
    ("findings", "messages of findings"),
    ("judge", "judging, but for the above"),
    ("route", "records held back, findings and repairs written out"),
    ("encode", "columns to Parquet"),
    ("compress", "pages compressed"),
    ("write", "bytes handed to the store"),
    ("publish", "schema version, audit and manifest"),
    ("other", "anything else"),
];

/// A profile being taken; at most one per process.
#[derive(Debug)]
pub(crate) struct Profile {
    times: Times,
    began: Instant,
}

type Times = Arc<Mutex<BTreeMap<String, Duration>>>;

impl Profile {
    /// Starts a profile.
    pub(crate) fn start() -> Self {
        let times = Times::default();
        let clock = Clock { times: Arc::clone(&times) };
        // Only a second profile could be refused, and a process runs one command.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(clock));
        Self { times, began: Instant::now() }
    }

    /// The result, with a line for each kind of work.
    pub(crate) fn table(&self) -> String {
        let wall = self.began.elapsed();
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let total: Duration = times.values().sum();
        let mut table = format!(
            "  profile     {:.2} s of work on all threads, in {:.2} s\n",
            total.as_secs_f64(),
            wall.as_secs_f64()
        );
        for (kind, what) in KINDS {
            let own = |name: &str| {
                name == kind || name.strip_prefix(kind).is_some_and(|n| n.starts_with(' '))
            };
            for (name, time) in times.iter().filter(|(name, _)| own(name)) {
                let share = time.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE) * 100.0;
                let _ = writeln!(
                    table,
                    "  {name:<24} {:>8.3} s {share:>5.1} %  {what}",
                    time.as_secs_f64()
                );
            }
        }
        table.truncate(table.trim_end().len());
        table
    }
}

/// Measures the time between entering and leaving spans.
struct Clock {
    times: Times,
}

/// A span that has been entered but not left.
struct Open {
    entered: Instant,
    /// Time spent in nested spans.
    within: Duration,
}

thread_local! {
    static OPEN: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
}

impl Clock {
    fn add(&self, name: &str, time: Duration) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        match times.get_mut(name) {
            Some(sum) => *sum += time,
            None => drop(times.insert(name.to_owned(), time)),
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Clock {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // Third-party libraries have spans too.
        metadata.target().starts_with("assay")
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        let open = Open { entered: Instant::now(), within: Duration::ZERO };
        OPEN.with_borrow_mut(|stack| stack.push(open));
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        let Some(Open { entered, within }) = OPEN.with_borrow_mut(Vec::pop) else { return };
        let took = entered.elapsed();
        OPEN.with_borrow_mut(|stack| {
            if let Some(outer) = stack.last_mut() {
                outer.within += took;
            }
        });
        let name = context.metadata(id).map_or("other", Metadata::name);
        self.add(name, took.saturating_sub(within));
    }

    /// Adds the time of a call to a plugin, separately for each plugin.
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != assay_sandbox::CALL_TARGET {
            return;
        }
        let mut call = Call::default();
        event.record(&mut call);
        let mut sum = Duration::ZERO;
        for (name, time) in call.times {
            self.add(&format!("{name} {}", call.plugin), time);
            sum += time;
        }
        OPEN.with_borrow_mut(|stack| {
            if let Some(outer) = stack.last_mut() {
                outer.within += sum;
            }
        });
    }
}

/// The fields of such an event.
#[derive(Default)]
struct Call {
    plugin: String,
    times: Vec<(&'static str, Duration)>,
}

impl Visit for Call {
    fn record_u64(&mut self, field: &Field, nanos: u64) {
        self.times.push((field.name(), Duration::from_nanos(nanos)));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "plugin" {
            value.clone_into(&mut self.plugin);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spin(time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn time_within_counts_once_and_calls_are_told_apart_by_plugin() {
        let times = Times::default();
        let clock = Clock { times: Arc::clone(&times) };
        let began = Instant::now();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(clock), || {
            let _outer = tracing::debug_span!(target: "assay_test", "judge").entered();
            let _plugin = tracing::debug_span!(target: "assay_test", "plugin").entered();
            spin(Duration::from_millis(30));
            tracing::debug!(target: assay_sandbox::CALL_TARGET, plugin = "one", guest = 20_000_000_u64);
            tracing::debug_span!(target: "another_library", "read")
                .in_scope(|| spin(Duration::from_millis(1)));
        });
        let took = began.elapsed();
        let times = times.lock().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<&str> = times.keys().map(String::as_str).collect();
        assert_eq!(names, ["guest one", "judge", "plugin"]);
        assert_eq!(times["guest one"], Duration::from_millis(20));
        // 31 ms of our own and of a third-party library without spans, minus the guest's time.
        assert!(times["plugin"] >= Duration::from_millis(11), "{times:?}");
        assert!(times.values().sum::<Duration>() <= took, "{times:?} in {took:?}");
    }
}
