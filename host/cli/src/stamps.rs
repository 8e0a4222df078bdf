//! A component's stamps, for people.

use assay_model::shown;
use assay_shipping::Stamps;

/// Stamps as lines for people, without the missing ones.
pub(crate) fn lines(stamps: &Stamps) -> Vec<(&'static str, String)> {
    let named = match (&stamps.name, &stamps.version) {
        (Some(name), Some(version)) => Some(format!("{name} {version}")),
        (name, version) => name.clone().or_else(|| version.clone()),
    };
    let tools = |tools: &[(String, String)]| {
        let texts = tools.iter().map(|(name, version)| format!("{name} {version}"));
        let texts: Vec<String> = texts.map(|text| text.trim_end().to_owned()).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    };
    let lines = [
        ("stamped", named),
        ("about", stamps.description.clone()),
        ("by", stamps.authors.clone()),
        ("licence", stamps.licenses.clone()),
        ("source", stamps.source.clone()),
        ("homepage", stamps.homepage.clone()),
        ("revision", stamps.revision.clone()),
        ("made of", stamps.source_digest.map(|digest| format!("sha256:{digest}"))),
        ("sdk", tools(&stamps.sdk)),
        ("language", tools(&stamps.language)),
        ("tools", tools(&stamps.processed_by)),
    ];
    lines
        .into_iter()
        .filter_map(|(label, value)| Some((label, shown(value?).to_string())))
        .collect()
}
