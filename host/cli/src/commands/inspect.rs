//! `assay inspect`: describe a plugin.

use std::fmt::Write;

use anyhow::{Context, Result};
use assay_model::{Rule, shown};
use assay_pipeline::loading::Named;
use assay_sandbox::{Component, Options};
use assay_shipping::{Stamps, read_stamps};
use serde_json::{Value, json};

use crate::args::{Format, InspectArgs};
use crate::exit::ExitStatus;
use crate::output;
use crate::stamps::lines;

pub(crate) fn execute(args: &InspectArgs) -> Result<ExitStatus> {
    let bytes = std::fs::read(&args.plugin)
        .with_context(|| format!("cannot read the plugin `{}`", shown(args.plugin.display())))?;
    let name = args
        .plugin
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let component = Named::open(Options::default())?.look_at(&name, &bytes)?;
    let stamps = read_stamps(&bytes)?;
    match args.format {
        Format::Text => output::text(&text(&component, bytes.len(), &stamps)?)?,
        Format::Json => {
            let mut object = object(&component, bytes.len());
            object["stamps"] = serde_json::to_value(&stamps)?;
            output::json(&object)?;
        }
    }
    Ok(ExitStatus::Success)
}

fn text(component: &Component, size: usize, stamps: &Stamps) -> Result<String> {
    let info = component.info();
    let mut text = String::new();
    let mut line =
        |label: &str, value: &str| writeln!(text, "  {:<10} {}", shown(label), shown(value));
    line("name", &info.name)?;
    line("version", &info.version)?;
    line("contract", &format!("assay:rules/plugin@{}", component.contract_version()))?;
    line("digest", &format!("sha256:{}", component.digest()))?;
    line("size", &format!("{} KB", size.div_ceil(1_000)))?;
    let imports = component.imports().join(", ");
    line(
        "imports",
        if imports.is_empty() { "nothing: it can compute, and nothing else" } else { &imports },
    )?;
    line("exports", &component.exports().join(", "))?;
    line("memory", &format!("at most {} MiB an instance", component.memory_limit() >> 20))?;
    for (key, value) in &info.extras {
        line(key, value)?;
    }
    let stamps = lines(stamps);
    if !stamps.is_empty() {
        text.push_str("\n  stamps\n");
        for (label, value) in stamps {
            writeln!(text, "    {label:<10} {value}")?;
        }
    }
    if !info.rules.is_empty() {
        let rules = if info.rules.len() == 1 { "rule" } else { "rules" };
        writeln!(text, "\n  {} {rules}", info.rules.len())?;
        for Rule { name, class, level, title, .. } in &info.rules {
            writeln!(text, "    {name:<28} {class:<10} {level:<8} {}", shown(title))?;
        }
    }
    if !info.kinds.is_empty() {
        writeln!(text, "\n  {} kinds of rules, made by settings", info.kinds.len())?;
        for kind in &info.kinds {
            writeln!(text, "    {:<28} {}", kind.name, shown(&kind.title))?;
        }
    }
    Ok(text)
}

fn object(component: &Component, size: usize) -> Value {
    let info = component.info();
    json!({
        "name": info.name,
        "version": info.version,
        "contract": component.contract_version().to_string(),
        "digest": format!("sha256:{}", component.digest()),
        "bytes": size,
        "imports": component.imports(),
        "exports": component.exports(),
        "limits": { "memory_bytes": component.memory_limit() },
        "rules": info.rules.iter().map(|rule| json!({
            "code": rule.name.as_str(),
            "number": rule.code,
            "class": rule.class.as_str(),
            "level": rule.level.as_str(),
            "title": rule.title,
            "message": rule.message,
        })).collect::<Vec<_>>(),
        "kinds": info.kinds.iter().map(|kind| json!({
            "name": kind.name,
            "title": kind.title,
            "settings_schema": serde_json::from_str::<Value>(&kind.settings_schema).unwrap_or(Value::Null),
        })).collect::<Vec<_>>(),
        "extras": info.extras.iter().map(|(key, value)| (key.clone(), Value::from(value.clone())))
            .collect::<serde_json::Map<_, _>>(),
    })
}
