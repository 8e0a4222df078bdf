//! `assay rules`: list all rules, or show one rule's page.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};
use assay_author::{Inventory, KnownRule, page};
use assay_model::shown;
use assay_packs::Discovery;
use assay_pipeline::probe::host_rules;
use serde_json::{Value, json};

use crate::args::{Format, RulesListArgs};
use crate::exit::ExitStatus;
use crate::surroundings::{cache, discovery};
use crate::{markdown, output};

pub(crate) fn execute(args: &RulesListArgs) -> Result<ExitStatus> {
    let discovery = discovery(&args.rules)?;
    let inventory = Inventory::open(&discovery, cache(&args.rules))?;
    let rules = inventory.rules();
    match (&args.code, args.format) {
        (None, Format::Text) => output::text(&catalogue(&rules, &inventory, &discovery)?)?,
        (Some(code), Format::Text) => output::text(&one(code, &rules, &inventory, &discovery)?)?,
        (code, Format::Json) => {
            let wanted = |rule: &&KnownRule| {
                code.as_ref().is_none_or(|code| rule.rule.name.as_str() == code)
            };
            let found: Vec<Value> =
                rules.iter().filter(wanted).map(|rule| object(rule, &discovery)).collect();
            if let (true, Some(code)) = (found.is_empty(), code) {
                // Kinds of rules and the host's own rules have no entry here; a code that is found nowhere is an error.
                one(code, &rules, &inventory, &discovery)?;
            }
            output::json(&found)?;
        }
    }
    Ok(ExitStatus::Success)
}

fn catalogue(rules: &[KnownRule], inventory: &Inventory, discovery: &Discovery) -> Result<String> {
    let mut text = String::new();
    let mut plugin = "";
    let mut sorted: Vec<&KnownRule> = rules.iter().collect();
    sorted.sort_by(|a, b| {
        (&a.plugin, a.rule.class, a.rule.name.as_str()).cmp(&(
            &b.plugin,
            b.rule.class,
            b.rule.name.as_str(),
        ))
    });
    for rule in sorted {
        if plugin != rule.plugin {
            plugin = &rule.plugin;
            writeln!(text, "{}{plugin}", if text.is_empty() { "" } else { "\n" })?;
        }
        writeln!(
            text,
            "  {:<28} {:<10} {:<8} {:<9} {}",
            rule.rule.name.as_str(),
            rule.rule.class.as_str(),
            levels(rule),
            packs(rule, discovery),
            rule.rule.title
        )?;
    }
    for (name, loaded) in &inventory.plugins {
        let kinds = &loaded.component.info().kinds;
        if !kinds.is_empty() {
            writeln!(text, "\n{name}: kinds of rules, made by the settings of a pack")?;
        }
        for kind in kinds {
            writeln!(text, "  {:<28} {}", kind.name, kind.title)?;
        }
    }
    writeln!(text, "\nassay: the host's own, in every run")?;
    for (code, level, title) in host_rules() {
        writeln!(
            text,
            "  {:<28} {:<10} {:<8} {:<9} {title}",
            code.as_str(),
            "validate",
            level.as_str(),
            "all"
        )?;
    }
    for (path, reason) in &inventory.broken {
        writeln!(text, "\n{} cannot be loaded: {reason}", shown(path.display()))?;
    }
    writeln!(text, "\n`assay rules CODE` shows a rule's page.")?;
    Ok(text)
}

/// The levels that packs give it, or its own if no pack uses it.
fn levels(rule: &KnownRule) -> String {
    let mut levels: Vec<&str> = rule.packs.iter().map(|(_, level)| level.as_str()).collect();
    levels.sort_unstable();
    levels.dedup();
    if levels.is_empty() { rule.rule.level.to_string() } else { levels.join("/") }
}

fn packs(rule: &KnownRule, discovery: &Discovery) -> String {
    match &rule.packs[..] {
        [] => "no pack".to_owned(),
        [(path, _)] => shown(below(path, discovery)).to_string(),
        many => format!("{} packs", many.len()),
    }
}

fn below(path: &Path, discovery: &Discovery) -> String {
    path.strip_prefix(discovery.rules()).unwrap_or(path).display().to_string()
}

fn one(
    code: &str,
    rules: &[KnownRule],
    inventory: &Inventory,
    discovery: &Discovery,
) -> Result<String> {
    let mut text = String::new();
    for rule in rules.iter().filter(|rule| rule.rule.name.as_str() == code) {
        facts(&mut text, rule, discovery)?;
        if let Some(path) = page(discovery, &rule.plugin, code) {
            text.push('\n');
            text.push_str(&markdown::rendered(&std::fs::read_to_string(path)?, output::colours()));
        }
    }
    for (name, loaded) in &inventory.plugins {
        for kind in loaded.component.info().kinds.iter().filter(|kind| kind.name == code) {
            writeln!(text, "  kind        {code}, of the plugin {name}: {}", kind.title)?;
            match page(discovery, name, code) {
                Some(path) => {
                    text.push('\n');
                    text.push_str(&markdown::rendered(
                        &std::fs::read_to_string(path)?,
                        output::colours(),
                    ));
                }
                None => writeln!(text, "  settings    {}", kind.settings_schema)?,
            }
        }
    }
    for (host, level, title) in host_rules().iter().filter(|(host, ..)| host.as_str() == code) {
        writeln!(
            text,
            "  rule        {host}\n  of          assay itself, in every run\n  level       {level}, unless a pack says otherwise\n  says that   {title}"
        )?;
    }
    if !text.is_empty() {
        return Ok(text);
    }
    let words: Vec<&str> = rules.iter().map(|rule| rule.rule.name.as_str()).collect();
    let near: Vec<String> = words
        .iter()
        .filter(|word| {
            word.contains(code) || code.split('-').any(|part| part.len() > 3 && word.contains(part))
        })
        .take(6)
        .map(|word| format!("`{word}`"))
        .collect();
    let help = if near.is_empty() {
        "`assay rules` lists all there are".to_owned()
    } else {
        format!("is it {}?", near.join(", "))
    };
    bail!("there is no rule `{}`\nhelp: {help}", shown(code))
}

fn facts(text: &mut String, known: &KnownRule, discovery: &Discovery) -> Result<()> {
    let rule = &known.rule;
    writeln!(text, "  rule        {}", rule.name)?;
    writeln!(text, "  of          {} · {} · {} by itself", known.plugin, rule.class, rule.level)?;
    writeln!(text, "  says that   {}", rule.title)?;
    if rule.message != rule.title {
        writeln!(text, "  message     {}", rule.message)?;
    }
    if !known.columns.is_empty() {
        writeln!(text, "  reads       {}", known.columns.join(", "))?;
    }
    let mut by_level: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, level) in &known.packs {
        by_level.entry(level.as_str()).or_default().push(shown(below(path, discovery)).to_string());
    }
    if by_level.is_empty() {
        writeln!(text, "  used by     no pack")?;
    }
    for (level, packs) in by_level {
        writeln!(text, "  {level:<11} in {}", packs.join(", "))?;
    }
    Ok(())
}

fn object(known: &KnownRule, discovery: &Discovery) -> Value {
    let rule = &known.rule;
    json!({
        "code": rule.name.as_str(),
        "plugin": known.plugin,
        "class": rule.class.as_str(),
        "level": rule.level.as_str(),
        "title": rule.title,
        "message": rule.message,
        "columns": known.columns,
        "packs": known.packs.iter().map(|(path, level)| json!({
            "pack": below(path, discovery), "level": level.as_str(),
        })).collect::<Vec<_>>(),
        "page": page(discovery, &known.plugin, rule.name.as_str()),
    })
}
