//! Progress on standard error, for people who wait.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use assay_pipeline::{Observer, Phase, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::When;

/// Redrawn this often: smooth to the eye, nothing to the run.
const EVERY: Duration = Duration::from_millis(100);

/// A bar, or nothing.
#[derive(Debug)]
pub(crate) struct Display {
    bar: Option<ProgressBar>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Option<Phase>,
    began: Instant,
    drawn: Instant,
}

impl Display {
    pub(crate) fn new(when: When) -> Self {
        let shown = match when {
            When::Auto => io::stderr().is_terminal(),
            When::Always => true,
            When::Never => false,
        };
        let bar = shown.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = "{prefix:>9} [{bar:30}] {bytes}/{total_bytes}  {msg}";
            bar.set_style(ProgressStyle::with_template(style).expect("the template is valid"));
            bar
        });
        let now = Instant::now();
        Self { bar, state: Mutex::new(State { phase: None, began: now, drawn: now }) }
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
            bar.set_prefix(match progress.phase {
                Phase::Survey => "surveying",
                Phase::Judge => "judging",
                Phase::Publish => "writing",
            });
            bar.set_length(progress.total_bytes);
        } else if now - state.drawn < EVERY {
            return;
        }
        state.drawn = now;
        let elapsed = (now - state.began).as_secs_f64().max(0.001);
        bar.set_position(progress.bytes);
        bar.set_message(message(&progress, elapsed));
    }

    fn notice(&self, text: &str) {
        let line = format!("note: {text}");
        match &self.bar {
            Some(bar) => bar.println(line),
            None => crate::complain(&line),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates for people need no more than 52 bits")]
fn message(progress: &Progress, elapsed: f64) -> String {
    let rate = progress.records as f64 / elapsed;
    let left = progress.total_bytes.saturating_sub(progress.bytes) as f64;
    let seconds = left * elapsed / (progress.bytes as f64).max(1.0);
    let held = match progress.phase {
        Phase::Survey => String::new(),
        Phase::Judge | Phase::Publish => format!("{} quarantined, ", progress.quarantined),
    };
    format!("{:.0} records/s, {held}{} left", rate, time(seconds))
}

fn time(seconds: f64) -> String {
    let minutes = (seconds / 60.0).floor();
    if minutes >= 1.0 {
        format!("{minutes:.0} min {:.0} s", seconds % 60.0)
    } else {
        format!("{seconds:.0} s")
    }
}
