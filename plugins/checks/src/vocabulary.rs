//! Turns settings into rules.

use std::cell::RefCell;

use assay_sdk::{ConfigFault, Faults, Level, Rules, Run, Unique, Value};

use crate::column_checks::{self, Compiled, Context};
use crate::config::{Absent, Config};
use crate::wording::quoted;
use crate::{compare, kinds, record_checks};

/// Prefixes of rule names that are reserved for the host.
const RESERVED: [&str; 4] = ["csv.", "type.", "file.", "plugin."];
/// The longest rule name that the contract allows, in bytes.
const NAME_BYTES: usize = 64;

/// The most columns of a key that a message shows.
const KEYS_SHOWN: usize = 4;

/// Declares the rules of the settings, or reports all of their faults.
pub(crate) fn declare(run: &Run, settings: &Value, rules: &mut Rules) -> Result<(), Faults> {
    let faults = RefCell::default();
    if let Some(config) = Config::new(String::new(), settings, &faults) {
        if let Some(value) = config.value("rules")
            && let Some(table) = Config::new("/rules".to_owned(), value, &faults)
        {
            for &(name, value) in table.entries() {
                if let Some(fault) = name_fault(name) {
                    table.fault(name, fault, &[]);
                }
                rule(run, name, table.pointer(name), value, rules, &faults);
            }
        }
        config.end();
    }
    let faults: Vec<ConfigFault> = faults.into_inner();
    if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
}

fn name_fault(name: &str) -> Option<String> {
    let bytes = name.as_bytes();
    let letters = bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    let fits = (1..=NAME_BYTES).contains(&bytes.len())
        && letters
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric);
    if !fits {
        return Some(format!(
            "`{name}` is not a rule name; expected 1 to {NAME_BYTES} letters, digits, `-` or `.`, beginning with a letter and ending with a letter or digit"
        ));
    }
    let reserved = RESERVED.into_iter().find(|prefix| name.starts_with(prefix))?;
    Some(format!("names that begin with `{reserved}` are reserved for the host"))
}

fn rule(
    run: &Run,
    name: &str,
    path: String,
    value: &Value,
    rules: &mut Rules,
    faults: &RefCell<Vec<ConfigFault>>,
) {
    let Some(config) = Config::new(path, value, faults) else { return };
    let Some(check) = config.needed("check", Config::text) else { return };
    let Some(kind) = kinds::KINDS.iter().find(|kind| kind.name == check) else {
        let names: Vec<&str> = kinds::KINDS.iter().map(|kind| kind.name).collect();
        config.fault("check", format!("unknown check `{check}`"), &names);
        return;
    };
    let words = [("fault", Absent::Fault), ("skip", Absent::Skip)];
    let absent = config.choice("absent", &words).unwrap_or(Absent::Fault);
    let level = config.choice("level", &Level::WORDS).unwrap_or(Level::Error);
    if level == Level::Refuse {
        config.fault(
            "level",
            "a rule about records cannot refuse the file",
            &["error", "warn", "monitor", "off"],
        );
    }
    let title = config.text("title");
    let message = config.text("message");
    let context = Context { config: &config, run, absent };
    let compiled: Option<Compiled> = match check {
        "required" => record_checks::required(&context),
        "requires" => record_checks::requires(&context),
        "forbids" => record_checks::forbids(&context),
        "one-of" => column_checks::one_of(&context),
        "matches" => column_checks::matches(&context),
        "digits" => column_checks::digits(&context),
        "length" => column_checks::length(&context),
        "luhn" => column_checks::luhn(&context),
        "integer" => column_checks::integer(&context),
        "decimal" => column_checks::decimal(&context),
        "date" => column_checks::date(&context),
        "compare" => compare::compare(&context),
        _ => {
            unique(&context, name, level, title, message, rules);
            config.end();
            return;
        }
    };
    config.end();
    let Some(compiled) = compiled else { return };
    rules
        .validate(name)
        .title(title.unwrap_or(kind.title))
        .message(message.unwrap_or(&compiled.message))
        .level(level)
        .columnar(compiled.asks, compiled.judge);
}

/// `unique`: no two records have the same cells in `columns`; without `columns`, no two records are the same.
fn unique(
    context: &Context<'_, '_>,
    name: &str,
    level: Level,
    title: Option<&str>,
    message: Option<&str>,
    rules: &mut Rules,
) {
    let columns = context.config.columns("columns", context.run, context.absent);
    let words = [("first", Unique::KeepFirst), ("none", Unique::KeepNone)];
    let keep = context.config.choice("keep", &words).unwrap_or(Unique::KeepFirst);
    let default = if columns.is_some() {
        "the columns are unique in the file"
    } else {
        "no record repeats another"
    };
    let place = match keep {
        Unique::KeepFirst => "already occurs earlier in the file",
        Unique::KeepNone => "occurs more than once in the file",
    };
    let said = match &columns {
        Some(columns) => {
            let shown = |name: &&str| format!("{} `{{{name}}}`", quoted(name));
            let shown = columns.iter().take(KEYS_SHOWN).map(shown).collect::<Vec<_>>();
            format!("the key {} {place}, expected it once", shown.join(", "))
        }
        None => format!("a record with the same cells {place}, expected it once"),
    };
    rules
        .validate(name)
        .title(title.unwrap_or(default))
        .message(message.unwrap_or(&said))
        .level(level)
        .unique(columns.unwrap_or_default(), keep);
}
