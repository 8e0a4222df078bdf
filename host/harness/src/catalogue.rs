//! The catalogue of a plugin's rules, generated from its pages.

use assay_model::PluginInfo;

use crate::page::Page;

/// Returns the catalogue as Markdown.
pub(crate) fn markdown(info: &PluginInfo, pages: &[Page]) -> String {
    let mut text = format!(
        "# Rules of {}\n\nGenerated from the pages in this folder by `assay test --bless`; each page is its rule's manual and its test.\n",
        info.name
    );
    let mut table = |head: &str, rows: &[String]| {
        if !rows.is_empty() {
            text.extend(["\n", head, "\n", &rows.join("\n"), "\n"]);
        }
    };
    let page = |name: &str| {
        pages.iter().find(|page| page.path.file_stem().is_some_and(|stem| stem == name))
    };
    let link = |name: &str| match page(name) {
        Some(_) => format!("[`{name}`]({name}.md)"),
        None => format!("`{name}`"),
    };
    let mut rules: Vec<_> = info.rules.iter().collect();
    rules.sort_by_key(|rule| (rule.class, rule.level, rule.name.clone()));
    let rows: Vec<String> = rules
        .iter()
        .map(|rule| {
            format!(
                "| {} | {} | {} | {} |",
                link(rule.name.as_str()),
                rule.class,
                rule.level,
                escaped(&rule.title)
            )
        })
        .collect();
    table("| rule | class | level | says that |\n|---|---|---|---|", &rows);
    let rows: Vec<String> = info
        .kinds
        .iter()
        .map(|kind| format!("| {} | {} |", link(&kind.name), escaped(&kind.title)))
        .collect();
    table("| kind of rule | says that |\n|---|---|", &rows);
    text
}

/// Escapes bars, which would end the cell.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
