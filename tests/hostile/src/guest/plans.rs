//! Descriptions and plans, sound and broken.

#![allow(
    clippy::assigning_clones,
    reason = "what is replaced is said more plainly by an assignment"
)]

use super::exports::assay::rules::plugin::{
    ColumnRequest, ConfigFault, PluginInfo, Rule, StagePlan,
};
use super::{benchmark, harm};

/// Normalise: words are upper case.
pub const UPPER: u16 = 1;
/// Validate: the word is not `bad`.
pub const NOT_BAD: u16 = 10;
/// Validate: the instance never trapped.
pub const NOT_DIRTY: u16 = 11;
/// Validate, judged by the host: words are unique.
pub const UNIQUE: u16 = 12;
/// Validate: about the file.
pub const TOTAL: u16 = 13;
/// Quarantine: what was warned of is held.
pub const WATCHED: u16 = 20;

fn rule(code: u16, name: &str, class: u16) -> Rule {
    Rule {
        code,
        name: name.to_owned(),
        class,
        title: format!("{name} holds"),
        message: "the word is {0}".to_owned(),
        level: 1,
        columns: vec![0],
        host_check: 0,
        extras: vec![],
    }
}

/// Asks for a text column.
pub fn text(name: &str) -> ColumnRequest {
    ColumnRequest { name: name.to_owned(), form: 1, scale: 0, format: String::new(), flags: 0 }
}

/// Says what the plugin is, or whatever the patched word asks for.
pub fn describe(word: &[u8]) -> PluginInfo {
    let word = word.strip_prefix(b"describe:").unwrap_or(word);
    let word = word.split(|&byte| byte == b' ').next().unwrap_or_default();
    let mut info = PluginInfo {
        name: "hostile".to_owned(),
        version: "0.1.0".to_owned(),
        rules: vec![rule(NOT_BAD, "not-bad", 1)],
        kinds: vec![],
        extras: vec![("sdk".to_owned(), "none".to_owned())],
    };
    match word {
        b"spins" => harm::spin(),
        b"traps" => harm::trap(),
        b"memory" => harm::eat_memory(),
        b"bytes" => info.name = unsafe { String::from_utf8_unchecked(vec![b'h', 0xff]) },
        b"name" => info.name = "../hostile".to_owned(),
        b"version" => info.version = "one".to_owned(),
        b"rule-name" => info.rules[0].name = "not bad".to_owned(),
        b"reserved" => info.rules[0].name = "csv.mine".to_owned(),
        b"class" => info.rules[0].class = 9,
        b"level" => info.rules[0].level = 9,
        b"codes" => info.rules.push(rule(NOT_BAD, "another", 1)),
        b"names" => info.rules.push(rule(NOT_DIRTY, "not-bad", 1)),
        b"escape" => info.rules[0].title = "\u{1b}[2Jgone".to_owned(),
        b"title" => info.rules[0].title = "x".repeat(2000),
        b"crowd" => {
            info.rules = (0..2000).map(|code| rule(code, &format!("rule-{code}"), 1)).collect();
        }
        _ => {}
    }
    info
}

fn plan() -> Vec<StagePlan> {
    let mut unique = rule(UNIQUE, "unique", 1);
    unique.host_check = 1;
    let mut writes = text("word");
    writes.flags = 0b10;
    vec![
        StagePlan {
            stage: 2,
            columns: vec![writes, text("other")],
            rules: vec![rule(UPPER, "upper", 2)],
        },
        StagePlan {
            stage: 1,
            columns: vec![text("word")],
            rules: vec![
                rule(NOT_BAD, "not-bad", 1),
                rule(NOT_DIRTY, "not-dirty", 1),
                unique,
                rule(TOTAL, "total", 1),
            ],
        },
        StagePlan {
            stage: 3,
            columns: vec![text("word")],
            rules: vec![rule(WATCHED, "watched", 3)],
        },
    ]
}

fn faults(count: usize) -> Vec<ConfigFault> {
    let fault = ConfigFault {
        path: "/words/0".to_owned(),
        message: "no such word".to_owned(),
        expected: vec!["good".to_owned(), "bad".to_owned()],
    };
    vec![fault; count]
}

/// Plans a run, or whatever the behaviour asks for.
pub fn check_config(behaviour: &str) -> Result<Vec<StagePlan>, Vec<ConfigFault>> {
    let mut plan = plan();
    let validate = &mut plan[1];
    match behaviour {
        "bench" => return Ok(vec![benchmark::plan()]),
        "config-spins" => harm::spin(),
        "config-traps" => harm::trap(),
        "config-faults" => return Err(faults(2)),
        "config-no-faults" => return Err(vec![]),
        "config-many-faults" => return Err(faults(2000)),
        "config-ten-million-faults" => return Err(faults(10_000_000)),
        "trap-on-value-of-two" => {
            validate.columns.push(text("id"));
            validate.rules[1].columns = vec![1];
        }
        "plan-empty" => return Ok(vec![]),
        "plan-repeated-code" => validate.rules[1].code = NOT_BAD,
        "plan-code-in-two-stages" => plan[2].rules[0].code = NOT_BAD,
        "plan-repeated-name" => validate.rules[1].name = "not-bad".to_owned(),
        "plan-class" => validate.rules[0].class = 7,
        "plan-class-of-another-stage" => validate.rules[0].class = 2,
        "plan-stage" => validate.stage = 7,
        "plan-stage-twice" => {
            let again = validate.clone();
            plan.push(again);
        }
        "plan-level" => validate.rules[0].level = 7,
        "plan-form" => validate.columns[0].form = 7,
        "plan-flags" => validate.columns[0].flags = 0x80,
        "plan-writes-in-validate" => validate.columns[0].flags = 0b10,
        "plan-writes-a-number" => plan[0].columns[0].form = 2,
        "plan-column-index" => validate.rules[0].columns = vec![3],
        "plan-column-twice" => validate.columns.push(text("word")),
        "plan-column-without-name" => validate.columns[0].name = String::new(),
        "plan-date-format" => {
            validate.columns[0].form = 4;
            validate.columns[0].format = "%d.%m".to_owned();
        }
        "plan-format-of-a-text" => validate.columns[0].format = "%Y-%m-%d".to_owned(),
        "plan-scale" => {
            validate.columns[0].form = 3;
            validate.columns[0].scale = 19;
        }
        "plan-host-check" => validate.rules[2].host_check = 7,
        "plan-host-check-in-normalise" => plan[0].rules[0].host_check = 1,
        "plan-long-message" => validate.rules[0].message = "x".repeat(2000),
        _ => {}
    }
    Ok(plan)
}
