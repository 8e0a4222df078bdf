//! Decides which files are kept, and why.

use std::time::Duration;

use super::terms::{Retention, State};
use crate::identity;

/// Age of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Known(Duration),
    /// The attempt's name does not contain the time.
    Unknown,
}

impl Age {
    pub(super) fn of(attempt: &str) -> Self {
        identity::age(attempt).map_or(Self::Unknown, Self::Known)
    }
}

/// Returns whether an attempt's files are to be deleted, and why. `newer`: number of newer replaced runs of the partition.
pub(super) fn reason(state: State, age: Age, newer: usize, retention: Retention) -> (bool, String) {
    let Retention { runs, keep, grace } = retention;
    if state == State::Published {
        return (false, "a manifest names it".to_owned());
    }
    let Age::Known(age) = age else {
        return (false, "its name does not tell when it began; delete it by hand".to_owned());
    };
    let old = shown(age);
    match state {
        State::Unfinished if age < grace => {
            (false, format!("{old} old, and may be under way up to {}", shown(grace)))
        }
        State::Unfinished => (true, format!("{old} old, and nothing came of it")),
        State::Replaced if newer < runs => {
            (false, format!("one of the {runs} newest replaced runs"))
        }
        _ if age < keep => (false, format!("{old} old, kept up to {}", shown(keep))),
        State::Replaced => (true, format!("{old} old, {newer} replaced runs are newer")),
        State::Refused | State::Published => (true, format!("{old} old")),
    }
}

fn shown(time: Duration) -> String {
    let hours = time.as_secs() / 3_600;
    match hours {
        0 => format!("{} min", time.as_secs() / 60),
        1..48 => format!("{hours} h"),
        _ => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const DAY: Duration = Duration::from_hours(24);
    const RETENTION: Retention = Retention { runs: 1, keep: DAY.saturating_mul(30), grace: DAY };

    #[test]
    fn what_stays_says_why() {
        let check = |state, age, newer, expected: (bool, &str)| {
            let (goes, why) = reason(state, age, newer, RETENTION);
            assert_eq!((goes, why.as_str()), expected, "{state:?} {age:?} {newer}");
        };
        let old = Age::Known(DAY * 31);
        let young = Age::Known(HOUR * 23);
        check(State::Published, old, 9, (false, "a manifest names it"));
        check(State::Unfinished, young, 0, (false, "23 h old, and may be under way up to 24 h"));
        check(State::Unfinished, Age::Known(DAY), 0, (true, "24 h old, and nothing came of it"));
        check(State::Replaced, old, 0, (false, "one of the 1 newest replaced runs"));
        check(State::Replaced, old, 1, (true, "31 days old, 1 replaced runs are newer"));
        check(State::Replaced, young, 1, (false, "23 h old, kept up to 30 days"));
        check(State::Refused, young, 0, (false, "23 h old, kept up to 30 days"));
        check(State::Refused, old, 0, (true, "31 days old"));
        let by_hand = "its name does not tell when it began; delete it by hand";
        check(State::Unfinished, Age::Unknown, 0, (false, by_hand));
    }

    #[test]
    fn an_attempt_tells_when_it_began() {
        assert_eq!(Age::of("nobody"), Age::Unknown);
        assert_eq!(Age::of("20260230T000000000Z-00000000"), Age::Unknown);
        let Age::Known(age) = Age::of(&identity::attempt()) else { panic!("it has just begun") };
        assert!(age < HOUR);
        let Age::Known(age) = Age::of("20200101T000000000Z-00000000") else { panic!("long ago") };
        assert!(age > DAY * 365);
    }
}
