//! Compares what a page says about its rule with what the component says.

use assay_model::{DeclaredStage, Rule, RuleClass, RuleKind};

use super::written::{HEADINGS, NORMALISE_HEADINGS, Page};
use crate::fault::Fault;

/// Separator of the parts of the line under the title.
const SEPARATOR: &str = " · ";
/// That line on the page of a kind of rule.
const KIND: &str = "kind of rule";
/// Keys of every rule of a vocabulary. They are explained once for all kinds and do not affect verdicts.
const COMMON_KEYS: [&str; 4] = ["check", "title", "message", "level"];

/// Compares a page with a rule, in the plan of the page's own example if it has one.
pub(crate) fn check_rule(page: &Page, rule: &Rule, plan: Option<&DeclaredStage>) -> Vec<Fault> {
    let mut faults = named(page, rule.name.as_str(), &rule.title);
    let headings = match rule.class {
        RuleClass::Normalise => &NORMALISE_HEADINGS,
        RuleClass::Validate | RuleClass::Quarantine => &HEADINGS,
    };
    faults.extend(check_headings(page, headings));
    let verb = if rule.class == RuleClass::Normalise { "rewrites" } else { "reads" };
    let names = |plan: &DeclaredStage| {
        let name = |&at: &u16| plan.columns[usize::from(at)].name.clone();
        let planned = plan.rules.iter().find(|planned| planned.name == rule.name);
        planned.map(|planned| planned.columns.iter().map(name).collect::<Vec<_>>())
    };
    let columns: Option<Vec<String>> = plan.and_then(names);
    let columns = columns.as_deref();
    let line = |columns: &[String]| {
        let quoted: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
        [rule.class.as_str(), rule.level.as_str(), &format!("{verb} {}", quoted.join(", "))]
            .join(SEPARATOR)
    };
    let parts: Vec<&str> = page.head.splitn(3, SEPARATOR).collect();
    let at = |code, message: String| {
        Fault::new(code, &page.path, page.head_line, message).help(format!(
            "write `{}` under the title; a list of columns may end in `…`",
            line(columns.unwrap_or_default())
        ))
    };
    let [class, level, reads] = parts[..] else {
        let found =
            if page.head.is_empty() { "nothing".to_owned() } else { format!("`{}`", page.head) };
        faults.push(at(
            "page-head",
            format!("found {found} under the title, expected class, level and columns"),
        ));
        return faults;
    };
    if class != rule.class.as_str() {
        faults.push(at(
            "page-class",
            format!("the page says `{class}`, the component `{}`", rule.class),
        ));
    }
    if level != rule.level.as_str() {
        faults.push(at(
            "page-level",
            format!("the page says `{level}`, the component `{}`", rule.level),
        ));
    }
    if let Some(columns) = columns
        && let Some(fault) = columns_differ(reads, verb, columns)
    {
        faults.push(at("page-columns", fault));
    }
    faults
}

/// Compares a page with a kind of rule.
pub(crate) fn check_kind(page: &Page, kind: &RuleKind) -> Vec<Fault> {
    let mut faults = named(page, &kind.name, &kind.title);
    faults.extend(check_headings(page, &HEADINGS));
    if page.head != KIND {
        let message = format!("found `{}` under the title, expected `{KIND}`", page.head);
        faults.push(Fault::new("page-class", &page.path, page.head_line, message));
    }
    let Some(section) = page.section("Settings") else { return faults };
    let keys = schema_keys(kind);
    for key in keys.iter().filter(|key| !section.items.iter().any(|(item, _)| item == *key)) {
        let message =
            format!("the setting `{key}` is in the component's schema and not on the page");
        let fault = Fault::new("setting-undocumented", &page.path, section.line, message);
        faults
            .push(fault.help(format!("add an item ``- `{key}`: what it does`` under `Settings`")));
    }
    for (item, line) in section.items.iter().filter(|(item, _)| !keys.contains(item)) {
        let message =
            format!("the setting `{item}` is on the page and not in the component's schema");
        let fault = Fault::new("setting-unknown", &page.path, *line, message);
        faults.push(fault.help(format!("the schema has `{}`", keys.join("`, `"))));
    }
    faults
}

/// Returns the keys of a kind's own settings.
fn schema_keys(kind: &RuleKind) -> Vec<String> {
    let schema: serde_json::Value =
        serde_json::from_str(&kind.settings_schema).unwrap_or(serde_json::Value::Null);
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    let keys = properties.into_iter().flat_map(serde_json::Map::keys);
    keys.filter(|key| !COMMON_KEYS.contains(&key.as_str())).cloned().collect()
}

fn named(page: &Page, name: &str, title: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let help = format!("begin the page with `# {name}: {title}`");
    if page.name != name {
        let message = format!("the page is titled `{}`, the rule is `{name}`", page.name);
        faults.push(Fault::new("page-name", &page.path, 1, message).help(&help));
    }
    if page.title != title {
        let message = format!("the page's title is `{}`, the component's `{title}`", page.title);
        faults.push(Fault::new("page-title", &page.path, 1, message).help(help));
    }
    faults
}

fn check_headings(page: &Page, expected: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let list = expected.join("`, `");
    for section in
        page.sections.iter().filter(|section| !expected.contains(&section.title.as_str()))
    {
        let message = format!("unknown heading `{}`", section.title);
        let fault = Fault::new("heading-unknown", &page.path, section.line, message);
        faults.push(fault.help(format!("the headings of such a page are `{list}`")));
    }
    let known: Vec<_> =
        page.sections.iter().filter(|section| expected.contains(&section.title.as_str())).collect();
    for title in expected {
        match page.section(title) {
            None => {
                let message = format!("the heading `{title}` is missing");
                let fault = Fault::new("heading-missing", &page.path, 1, message);
                faults.push(fault.help(format!("in this order: `{list}`")));
            }
            Some(section) if section.empty => {
                let message = format!("nothing stands under `{title}`");
                let fault = Fault::new("section-empty", &page.path, section.line, message);
                faults.push(fault.help("write a sentence, even if it is only `None.`"));
            }
            Some(_) => {}
        }
    }
    let places: Vec<_> =
        known.iter().filter_map(|s| expected.iter().position(|title| *title == s.title)).collect();
    if let Some(at) = (1..places.len()).find(|&at| places[at] <= places[at - 1]) {
        let message = format!("`{}` stands after `{}`", known[at].title, known[at - 1].title);
        let fault = Fault::new("heading-order", &page.path, known[at].line, message);
        faults.push(fault.help(format!("the order is `{list}`")));
    }
    faults
}

fn columns_differ(reads: &str, verb: &str, columns: &[String]) -> Option<String> {
    let words = reads.split_once(' ').unwrap_or((reads, ""));
    if words.0 != verb {
        return Some(format!("found `{}`, expected `{verb}` and the columns", words.0));
    }
    let more = words.1.trim_end().ends_with('…');
    let named: Vec<&str> = words.1.split('`').skip(1).step_by(2).collect();
    if let Some(unknown) = named.iter().find(|name| !columns.iter().any(|column| column == *name)) {
        return Some(format!(
            "the page names the column `{unknown}`, which the component does not {}",
            &verb[..verb.len() - 1]
        ));
    }
    if named.is_empty() && !columns.is_empty() {
        return Some(format!("the page names no column, the component {verb} {}", columns.len()));
    }
    if !more && let Some(missing) = columns.iter().find(|column| !named.contains(&column.as_str()))
    {
        return Some(format!(
            "the component {verb} the column `{missing}`, which the page does not name"
        ));
    }
    None
}
