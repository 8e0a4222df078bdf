//! Runs one case at growing sizes: first by the clock, which is quick, then counted where the clock suggests it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::case::{Case, Placed};
use super::cost::{self, Cost, Ended};
use super::growth::{self, Growth};

/// Bytes of the growing part, from 16 KiB to 64 MiB, each four times the previous.
const SIZES: [u64; 7] = [16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20];

/// Seconds of CPU after which no larger size is tried.
const ENOUGH: f64 = 1.0;

/// Costs too small to matter, however they grow: a few milliseconds' instructions, and the bytes of a few buffers.
const FEW_INSTRUCTIONS: u64 = 20_000_000;
const FEW_BYTES: u64 = 4 << 20;

/// Doublings at which a cost must grow too fast. A cost that begins between two sizes, as when memory is full, does so at two of them.
const DOUBLINGS: u32 = 3;

/// Where cases run.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) assay: PathBuf,
    /// The checkout's root folder.
    pub(super) root: PathBuf,
    pub(super) folder: PathBuf,
}

/// The result of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Outcome {
    /// Faults, each in a sentence.
    pub(super) findings: Vec<String>,
    /// Number of costs that jumped once, which is not a fault.
    pub(super) steps: u32,
    /// How often the clock led to counting.
    pub(super) counted: u32,
    /// Whether it was judged at some size.
    pub(super) judged: bool,
}

impl Bench {
    fn command(&self, case: &Case, placed: &Placed) -> Command {
        let mut command = Command::new(&self.assay);
        command.current_dir(&self.root);
        case.words(placed, &mut command);
        command
    }

    /// The command that runs a case, for people.
    pub(super) fn shown(&self, case: &Case, placed: &Placed) -> String {
        format!("{:?}", self.command(case, placed)).replace('"', "")
    }

    fn measure(&self, case: &Case, placed: &Placed) -> Result<(Cost, Ended)> {
        let measured = cost::measure(&self.command(case, placed), &self.folder.join("log"))?;
        placed.forget_published()?;
        Ok(measured)
    }

    /// Counts the instructions at a scale. `None` if the run does not finish.
    pub(super) fn count(&self, case: &Case, scale: u64) -> Result<Option<u64>> {
        let placed = case.place(scale, &self.folder)?;
        let counted = cost::instructions(&self.command(case, &placed))?;
        placed.remove()?;
        Ok(counted)
    }

    /// Runs a case at growing sizes.
    pub(super) fn search(&self, case: &Case) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let start = self.at(case, 0, &mut outcome)?;
        let mut before: Option<(u64, Cost)> = None;
        for bytes in SIZES {
            let scale = case.shape.scale(bytes);
            if scale > case.most {
                break;
            }
            let cost = self.at(case, scale, &mut outcome)?;
            if let (Some((smaller, less)), Some(start)) = (before, start) {
                let late = cost.is_none();
                let growing = |cost: &Cost| {
                    growth::worth_counting(start.cpu, less.cpu, cost.cpu)
                        || cost.moved.saturating_sub(start.moved) / 5
                            > less.moved.saturating_sub(start.moved) + FEW_BYTES
                };
                // Measured twice, because a busy neighbour is seldom as busy again.
                let again = || self.at(case, scale, &mut Outcome::default());
                if late
                    || cost.as_ref().is_some_and(growing)
                        && again()?.is_none_or(|cost| growing(&cost))
                {
                    outcome.counted += 1;
                    self.confirm(case, smaller, &mut outcome)?;
                }
            }
            let Some(cost) = cost else { break };
            if !outcome.findings.is_empty() || cost.cpu > ENOUGH {
                break;
            }
            before = Some((scale, cost));
        }
        Ok(outcome)
    }

    /// One run, whose faults are noted. `None` if it was stopped because it took too long.
    pub(super) fn at(
        &self,
        case: &Case,
        scale: u64,
        outcome: &mut Outcome,
    ) -> Result<Option<Cost>> {
        let placed = case.place(scale, &self.folder)?;
        let (cost, ended) = self.measure(case, &placed)?;
        if let Ended::Crashed(how) = &ended {
            outcome.findings.push(format!("it ended with {how} at n = {scale}"));
        }
        if cost.peak > case.memory {
            // Once may be chance, depending on how threads coincide.
            let (again, _) = self.measure(case, &placed)?;
            let mebibytes = again.peak >> 20;
            if again.peak > case.memory && !self.overdrawn()? {
                outcome.findings.push(format!(
                    "{mebibytes} MiB of memory at n = {scale}; the limit is {} MiB",
                    case.memory >> 20
                ));
            }
        }
        placed.remove()?;
        outcome.judged |= ended == Ended::Judged;
        Ok((ended != Ended::Late).then_some(cost))
    }

    /// Whether the last run itself reported that it needed more memory than the limit.
    pub(super) fn overdrawn(&self) -> Result<bool> {
        Ok(std::fs::read_to_string(self.folder.join("log"))?.contains("more memory was taken"))
    }

    /// Counts at n, 2n and, if it matters, more.
    pub(super) fn confirm(&self, case: &Case, scale: u64, outcome: &mut Outcome) -> Result<()> {
        let Some(start) = self.count(case, 0)? else { return Ok(()) };
        let late = u64::MAX;
        let count = |scale| Ok::<_, anyhow::Error>(self.count(case, scale)?.unwrap_or(late));
        let counted = growth::judge(start, FEW_INSTRUCTIONS, DOUBLINGS, |by| count(by * scale))?;
        note("instructions", scale, counted, outcome);
        let moved = |scale| {
            Ok::<_, anyhow::Error>(
                self.at(case, scale, &mut Outcome::default())?.map_or(late, |it| it.moved),
            )
        };
        let moved = growth::judge(moved(0)?, FEW_BYTES, DOUBLINGS, |by| moved(by * scale))?;
        note("bytes read and written", scale, moved, outcome);
        Ok(())
    }
}

fn note(what: &str, scale: u64, found: Growth, outcome: &mut Outcome) {
    match found {
        Growth::Even => {}
        Growth::Step => outcome.steps += 1,
        Growth::Faster { ratios } => outcome.findings.push(format!(
            "{what}: {} times as many at each doubling from n = {scale}",
            growth::listed(&ratios)
        )),
    }
}
