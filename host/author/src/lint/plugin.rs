//! Problems of a plugin that can be loaded.

use assay_model::Rule;
use assay_packs::Lock;

use super::report::{Lint, LintRequest, Severity};
use crate::inventory::{Inventory, Loaded};
use crate::page::page;

/// Longest title in characters: tables and reports would cut or wrap a longer one.
const TITLE_MOST: usize = 100;

pub(super) fn lints(
    name: &str,
    loaded: &Loaded,
    inventory: &Inventory,
    request: &LintRequest<'_>,
) -> Vec<Lint> {
    let mut found = Vec::new();
    let place = loaded.path.display().to_string();
    let mut add = |severity, code, message: String, help: String| {
        found.push(Lint { place: place.clone(), severity, code, message, help });
    };
    let info = loaded.component.info();
    if info.name != name {
        add(
            Severity::Error,
            "plugin-name",
            format!("the file is `{name}.wasm`, and the plugin calls itself `{}`", info.name),
            format!(
                "rename the file to `{}.wasm`: packs and locks go by the file's name",
                info.name
            ),
        );
    }
    let sdk = info.extras.iter().find(|(key, _)| key == "sdk").map(|(_, value)| value.as_str());
    let own = concat!("assay-sdk ", env!("CARGO_PKG_VERSION"));
    if let Some(sdk) = sdk.filter(|sdk| sdk.starts_with("assay-sdk ") && *sdk != own) {
        add(
            Severity::Warning,
            "sdk-other",
            format!("it was built with {sdk}, and this program brings {own}"),
            "it runs, because the contract holds; a new `vendor/assay` comes from `assay new`"
                .to_owned(),
        );
    }
    let users =
        inventory.packs.iter().filter(|known| known.uses.iter().any(|used| used.component == name));
    if users.count() == 0 {
        add(
            Severity::Warning,
            "plugin-unused",
            "no pack uses it".to_owned(),
            format!("add `[plugins.{name}]` to a pack"),
        );
    } else if let Ok(lock) = Lock::read(&request.discovery.lock())
        && let Err(error) = lock.verify(name, loaded.component.digest())
    {
        add(
            Severity::Error,
            "lock-stale",
            error.to_string(),
            "if the plugin was meant to change, `assay lock` pins it".to_owned(),
        );
    }
    if info.rules.is_empty() && info.kinds.is_empty() {
        add(
            Severity::Warning,
            "rules-unknown",
            "it tells of no rule outside of a run".to_owned(),
            "declare `standing_rules`, or give every setting a default, so that catalogues know them".to_owned(),
        );
    }
    for rule in &info.rules {
        titles(rule, &mut add);
        if page(request.discovery, name, rule.name.as_str()).is_none() {
            add(
                Severity::Warning,
                "page-missing",
                format!("rule `{}` has no page", rule.name),
                format!(
                    "write `rules/{}.md` in the plugin's folder: its examples are the rule's tests",
                    rule.name
                ),
            );
        }
    }
    for kind in info.kinds.iter().filter(|kind| page(request.discovery, name, &kind.name).is_none())
    {
        add(
            Severity::Warning,
            "page-missing",
            format!("the kind of rule `{}` has no page", kind.name),
            format!(
                "write `rules/{}.md` in the plugin's folder: its examples are its tests",
                kind.name
            ),
        );
    }
    found
}

fn titles(rule: &Rule, add: &mut dyn FnMut(Severity, &'static str, String, String)) {
    let code = &rule.name;
    if rule.title.trim().is_empty() {
        add(
            Severity::Error,
            "title-missing",
            format!("rule `{code}` has no title"),
            "say what must be true, in one line".to_owned(),
        );
    } else if rule.title.chars().count() > TITLE_MOST {
        add(
            Severity::Warning,
            "title-long",
            format!("the title of `{code}` has {} letters", rule.title.chars().count()),
            format!("{TITLE_MOST} fit a line of a report; the page has room for the rest"),
        );
    } else if rule.title.ends_with('.') {
        add(
            Severity::Warning,
            "title-full-stop",
            format!("the title of `{code}` ends with a full stop"),
            "titles stand in tables: leave it out".to_owned(),
        );
    }
}
