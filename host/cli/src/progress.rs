//! Progress on standard error, for people who wait.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use assay_pipeline::{Observer, Phase, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::When;
use crate::net::{Colours, lines};
use crate::number::count;
use crate::stop::Stop;

/// Redraw interval: smooth to the eye, negligible for the run.
const EVERY: Duration = Duration::from_millis(100);

/// A rate over less than this means nothing: the first slabs arrive together.
const SETTLED: Duration = Duration::from_millis(500);

/// A progress bar, or nothing.
#[derive(Debug)]
pub(crate) struct Display {
    bar: Option<ProgressBar>,
    stop: Stop,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Option<Phase>,
    began: Instant,
    drawn: Instant,
}

impl Display {
    pub(crate) fn new(when: When, stop: Stop) -> Self {
        let shown = match when {
            When::Auto => io::stderr().is_terminal(),
            When::Always => true,
            When::Never => false,
        };
        let bar = shown.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            // Decimal units, as in the summary.
            let style = "{prefix:>9} [{bar:30}] {decimal_bytes}/{decimal_total_bytes}  {msg}";
            bar.set_style(ProgressStyle::with_template(style).expect("the template is valid"));
            bar
        });
        let now = Instant::now();
        Self { bar, stop, state: Mutex::new(State { phase: None, began: now, drawn: now }) }
    }

    /// Removes the bar.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Display {
    fn progress(&self, progress: Progress) {
        let Some(bar) = &self.bar else { return };
        let mut state = self.state.lock().expect("drawing does not panic");
        let now = Instant::now();
        if state.phase != Some(progress.phase) {
            *state = State { phase: Some(progress.phase), began: now, drawn: now };
            bar.set_length(progress.total_bytes);
            bar.set_prefix(match progress.phase {
                Phase::Survey => "surveying",
                Phase::Judge => "judging",
                Phase::Publish => "writing",
            });
        } else if now - state.drawn < EVERY {
            return;
        }
        state.drawn = now;
        bar.set_position(progress.bytes);
        bar.set_message(message(&progress, now - state.began));
    }

    fn interrupted(&self) -> bool {
        self.stop.asked()
    }

    fn notice(&self, text: &str) {
        let line = format!("note: {text}");
        match &self.bar {
            Some(bar) => bar.println(lines(&line, Colours::Plain)),
            None => crate::complaint::complain(&line),
        }
    }
}

/// Records per second, quarantined records and time left, as far as they are known.
fn message(progress: &Progress, elapsed: Duration) -> String {
    let mut said = Vec::new();
    let running = progress.phase != Phase::Publish && elapsed >= SETTLED;
    if running {
        said.push(format!("{:.0} records/s", per_second(progress.records, elapsed)));
    }
    if progress.phase != Phase::Survey {
        said.push(format!("{} quarantined", count(progress.quarantined)));
    }
    if running && progress.bytes > 0 {
        let left = progress.total_bytes.saturating_sub(progress.bytes);
        let rate = per_second(progress.bytes, elapsed);
        said.push(format!("{} left", time(per_second(left, Duration::from_secs(1)) / rate)));
    }
    said.join(", ")
}

#[expect(clippy::cast_precision_loss, reason = "rates for people need no more than 52 bits")]
fn per_second(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}

fn time(seconds: f64) -> String {
    let minutes = (seconds / 60.0).floor();
    if minutes >= 1.0 {
        format!("{minutes:.0} min {:.0} s", seconds % 60.0)
    } else {
        format!("{seconds:.0} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_that_is_not_known() {
        let check = |phase, milliseconds, expected: &str| {
            let progress = Progress {
                phase,
                bytes: 250_000,
                total_bytes: 1_000_000,
                records: 4_096,
                total_records: None,
                quarantined: 1_200,
            };
            assert_eq!(message(&progress, Duration::from_millis(milliseconds)), expected);
        };
        check(Phase::Survey, 1, "");
        check(Phase::Survey, 2_000, "2048 records/s, 6 s left");
        check(Phase::Judge, 499, "1,200 quarantined");
        check(Phase::Judge, 40_000, "102 records/s, 1,200 quarantined, 2 min 0 s left");
        check(Phase::Publish, 2_000, "1,200 quarantined");
    }
}
