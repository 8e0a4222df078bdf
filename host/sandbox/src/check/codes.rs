//! The contract's codes and their meanings.

use assay_model::{Disposition, FileResultOutcome, HitOutcome, HostCheck, Level, Merge, RuleClass};

use crate::breach::Breach;

fn known<T>(
    what: &'static str,
    code: u16,
    expected: &'static str,
    meaning: Option<T>,
) -> Result<T, Breach> {
    meaning.ok_or(Breach::Code { what, code, expected })
}

pub(super) fn class(what: &'static str, code: u16) -> Result<RuleClass, Breach> {
    known(what, code, "1 (validate), 2 (normalise) or 3 (quarantine)", RuleClass::from_code(code))
}

pub(super) fn level(code: u16) -> Result<Level, Breach> {
    let level = match code {
        1 => Some(Level::Error),
        2 => Some(Level::Warn),
        3 => Some(Level::Monitor),
        4 => Some(Level::Off),
        5 => Some(Level::Refuse),
        _ => None,
    };
    known("level", code, "1 (error), 2 (warn), 3 (monitor), 4 (off) or 5 (refuse)", level)
}

pub(super) fn host_check(code: u16) -> Result<Option<HostCheck>, Breach> {
    let check = match code {
        0 => Some(None),
        1 => Some(Some(HostCheck::UniqueKeepFirst)),
        2 => Some(Some(HostCheck::UniqueEveryMember)),
        _ => None,
    };
    let expected = "0 (none), 1 (unique, first kept) or 2 (unique, every member held back)";
    known("host check", code, expected, check)
}

pub(super) fn hit_outcome(code: u16) -> Result<HitOutcome, Breach> {
    let outcome = match code {
        1 => Some(HitOutcome::Failed),
        2 => Some(HitOutcome::Errored),
        _ => None,
    };
    known("outcome of a hit", code, "1 (failed) or 2 (errored)", outcome)
}

pub(super) fn disposition(code: u16) -> Result<Disposition, Breach> {
    let disposition = match code {
        0 => Some(Disposition::Unspecified),
        1 => Some(Disposition::Hold),
        2 => Some(Disposition::Reject),
        3 => Some(Disposition::Divert),
        _ => None,
    };
    known("disposition", code, "0 (unspecified), 1 (hold), 2 (reject) or 3 (divert)", disposition)
}

pub(super) fn merge(code: u16) -> Result<Merge, Breach> {
    let merge = match code {
        1 => Some(Merge::Sum),
        2 => Some(Merge::Least),
        3 => Some(Merge::Greatest),
        _ => None,
    };
    known("merge", code, "1 (sum), 2 (least) or 3 (greatest)", merge)
}

pub(super) fn result_outcome(code: u16) -> Result<FileResultOutcome, Breach> {
    let outcome = match code {
        0 => Some(FileResultOutcome::Passed),
        1 => Some(FileResultOutcome::Failed),
        2 => Some(FileResultOutcome::Errored),
        3 => Some(FileResultOutcome::Skipped),
        _ => None,
    };
    known(
        "outcome of a file result",
        code,
        "0 (passed), 1 (failed), 2 (errored) or 3 (skipped)",
        outcome,
    )
}
