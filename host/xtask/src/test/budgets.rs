//! Budgets for the steps, from a clean clone: `tests/steps.toml`, in CPU seconds on the machine that wrote it.
//!
//! The speed of machines differs by a factor of two and more, so each measures a yardstick too: the same sorting and counting everywhere.
//! The cost of a step is compared in yardsticks. A step over its budget is reported at the end of a run but does not fail it, because
//! other load on a machine also takes up its caches.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::fs;
use std::hint::black_box;

use anyhow::{Context, Result};

use super::table::{Table, in_words};
use crate::checkout::Checkout;
use crate::measure;

/// The file of the budgets.
const FILE: &str = "tests/steps.toml";

/// A step may take this many times its budget: a machine's busy hours differ by a third from its quiet ones, even in yardsticks.
const TOLERANCE: f64 = 1.4;

/// Steps below this are not reported, whatever their ratio. In CPU seconds.
const WORTH_A_WORD: f64 = 10.0;

/// The committed budgets.
#[derive(Debug, Default, PartialEq)]
struct Budgets {
    yardstick: f64,
    /// CPU seconds and wall-clock seconds.
    steps: BTreeMap<String, (f64, f64)>,
}

/// Reports the steps over their budgets, or, if `bless`, writes the costs as the new budgets.
pub(super) fn hold(checkout: &Checkout, table: &Table, bless: bool) -> Result<()> {
    let yardstick = yardstick()?;
    if bless {
        let text = render(&taken(table, yardstick));
        fs::write(checkout.root().join(FILE), text)
            .with_context(|| format!("cannot write `{FILE}`"))?;
        println!("wrote `{FILE}`");
        return Ok(());
    }
    for over in over(&taken(table, yardstick), &parse(&read(checkout)?)?) {
        println!("OVER BUDGET: {over}");
    }
    Ok(())
}

/// The seconds by the clock that each step took when the budgets were written.
pub(super) fn clock(checkout: &Checkout) -> Result<BTreeMap<String, f64>> {
    let budgets = parse(&read(checkout)?)?;
    Ok(budgets.steps.into_iter().map(|(step, (_, clock))| (step, clock)).collect())
}

fn read(checkout: &Checkout) -> Result<String> {
    fs::read_to_string(checkout.root().join(FILE)).with_context(|| format!("cannot read `{FILE}`"))
}

fn taken(table: &Table, yardstick: f64) -> Budgets {
    let steps = table.rows().iter().map(|row| (row.step.to_owned(), (row.cpu, row.wall)));
    Budgets { yardstick, steps: steps.collect() }
}

/// CPU seconds for the same work on every machine: like a compiler, it sorts, hashes and follows references.
fn yardstick() -> Result<f64> {
    let round = || {
        let before = measure::cpu()?;
        let mut random = fastrand::Rng::with_seed(7);
        let mut numbers: Vec<u64> = (0..400_000).map(|_| random.u64(..)).collect();
        numbers.sort_unstable();
        let mut counts: HashMap<u64, Vec<u64>> = HashMap::new();
        for number in &numbers {
            counts.entry(number % 65_537).or_default().push(*number);
        }
        black_box(counts.values().map(Vec::len).max());
        Ok::<_, anyhow::Error>(measure::cpu()? - before)
    };
    // The minimum of several rounds: other load only adds to it.
    let mut least = f64::INFINITY;
    for _ in 0..5 {
        least = least.min(round()?);
    }
    Ok(least)
}

/// Steps over their budgets, for people.
fn over(taken: &Budgets, budgets: &Budgets) -> Vec<String> {
    let speed = taken.yardstick / budgets.yardstick;
    let over = taken.steps.iter().filter_map(|(step, (cpu, _))| {
        let Some((budget, _)) = budgets.steps.get(step) else {
            return Some(format!(
                "`{step}` has no budget in `{FILE}`; a cold `cargo xtask test --bless` writes one"
            ));
        };
        let budget = budget * speed;
        (*cpu > budget * TOLERANCE && *cpu > WORTH_A_WORD).then(|| {
            format!(
                "`{step}` took {} of CPU, {:.1} times its budget, which is {} on this machine; if that is what it must take, \
                 a cold `cargo xtask test --bless` writes it to `{FILE}`",
                in_words(*cpu),
                cpu / budget,
                in_words(budget),
            )
        })
    });
    over.collect()
}

fn render(budgets: &Budgets) -> String {
    let mut text = format!(
        "# What each step of `cargo xtask test` took from a clean clone, on two cores: seconds of CPU, and by the clock. Written by
# `cargo xtask test --bless`. A step that takes much more is told at the end of a run. The yardstick says how fast the machine was.

yardstick = {:.3}

[steps]
",
        budgets.yardstick
    );
    for (step, (cpu, wall)) in &budgets.steps {
        let _ = writeln!(text, "{step} = {{ cpu = {cpu:.1}, clock = {wall:.1} }}");
    }
    text
}

fn parse(text: &str) -> Result<Budgets> {
    let broken = || format!("`{FILE}` is not as `cargo xtask test --bless` writes it");
    let table: toml::Table = text.parse().with_context(broken)?;
    let number = |value: Option<&toml::Value>| value.and_then(toml::Value::as_float);
    let yardstick = number(table.get("yardstick")).with_context(broken)?;
    let mut budgets = Budgets { yardstick, steps: BTreeMap::new() };
    let steps = table.get("steps").and_then(toml::Value::as_table).with_context(broken)?;
    for (step, taken) in steps {
        let both = (number(taken.get("cpu")), number(taken.get("clock")));
        let (Some(cpu), Some(clock)) = both else { anyhow::bail!(broken()) };
        budgets.steps.insert(step.clone(), (cpu, clock));
    }
    Ok(budgets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budgets(yardstick: f64, steps: &[(&str, f64)]) -> Budgets {
        let steps = steps.iter().map(|(step, cpu)| ((*step).to_owned(), (*cpu, cpu / 2.0)));
        Budgets { yardstick, steps: steps.collect() }
    }

    #[test]
    fn budgets_are_read_as_they_are_written() {
        let written = budgets(0.125, &[("fmt", 2.0), ("tests", 301.0)]);
        assert_eq!(parse(&render(&written)).expect("it parses"), written);
        assert!(parse("yardstick = 1.0\n[steps]\nfmt = 1.0").is_err());
    }

    #[test]
    fn a_step_over_its_budget_is_told_on_a_machine_of_any_speed() {
        let committed = budgets(0.1, &[("fmt", 2.0), ("tests", 300.0)]);
        let check = |yardstick, tests, expected: &[&str]| {
            let found = over(&budgets(yardstick, &[("fmt", 9.9), ("tests", tests)]), &committed);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(expected), "{found}");
            }
        };
        check(0.1, 300.0, &[]);
        check(0.1, 419.0, &[]);
        check(
            0.1,
            450.0,
            &["`tests` took 7 min 30 s of CPU, 1.5 times its budget, which is 5 min 00 s"],
        );
        check(0.2, 450.0, &[]);
        check(0.05, 300.0, &["`tests` took 5 min 00 s of CPU, 2.0 times"]);
    }

    #[test]
    fn a_step_without_a_budget_is_told() {
        let found = over(&budgets(0.1, &[("new", 1.0)]), &budgets(0.1, &[]));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("`new` has no budget"), "{found:?}");
    }
}
