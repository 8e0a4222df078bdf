//! `assay build`: build a component from a plugin's folder.

use anyhow::Result;
use assay_author::{AuthorError, BuildRequest, Builder, Built, build};
use serde_json::{Value, json};

use crate::args::{BuildArgs, Format};
use crate::exit::ExitStatus;
use crate::output;
use crate::surroundings::cache;

pub(crate) fn execute(args: &BuildArgs) -> Result<ExitStatus> {
    let request =
        BuildRequest { folder: &args.folder, check: args.check, cache: cache(&args.rules) };
    let built = match build(&request) {
        Ok(built) => built,
        // Nothing is broken: the component differs from the pinned one.
        Err(error @ AuthorError::NotPinned { .. }) => {
            crate::complaint::complain(&format!("error: {error}"));
            return Ok(ExitStatus::Refused);
        }
        Err(error) => return Err(error.into()),
    };
    match args.format {
        Format::Text => output::text(&text(&built))?,
        Format::Json => output::json(&object(&built))?,
    }
    Ok(ExitStatus::Success)
}

fn text(built: &Built) -> String {
    let info = built.component.info();
    let mut lines = Vec::new();
    let mut line = |label: &str, value: &str| lines.push(format!("  {label:<10} {value}\n"));
    line("built", &output::path(&built.path));
    let rules = match (info.rules.len(), info.kinds.len()) {
        (0, 0) => "rules known when its settings are".to_owned(),
        (rules, 0) => format!("{rules} rule{}", if rules == 1 { "" } else { "s" }),
        (rules, kinds) => format!("{rules} rules, {kinds} kinds of rules"),
    };
    line("plugin", &format!("{} {} · {rules}", info.name, info.version));
    line("size", &format!("{} KB", built.bytes.div_ceil(1_000)));
    line("digest", &format!("sha256:{}", built.component.digest()));
    line("contract", &format!("assay:rules/plugin@{}", built.component.contract_version()));
    line("imports", "nothing: it can compute, and nothing else");
    let builder = match &built.builder {
        Builder::Rust(toolchain) => {
            format!("rustc {} for wasm32-unknown-unknown", toolchain.version)
        }
        Builder::ComponentizePy(version) => format!("componentize-py {version}"),
        Builder::ComponentizeJs(version) => format!("componentize-js {version}"),
        other => format!("{other:?}"),
    };
    line("compiler", &builder);
    if let Some(pinned) = &built.pinned {
        let word = if pinned.changed { "pinned" } else { "unchanged" };
        line("lock", &format!("{word} in {}", output::path(&pinned.lock)));
    }
    lines.concat()
}

fn object(built: &Built) -> Value {
    let component = &built.component;
    json!({
        "path": built.path,
        "name": component.info().name,
        "version": component.info().version,
        "bytes": built.bytes,
        "digest": format!("sha256:{}", component.digest()),
        "contract": component.contract_version().to_string(),
        "imports": component.imports(),
        "rustc": if let Builder::Rust(toolchain) = &built.builder { Some(&toolchain.version) } else { None },
        "componentize_py": if let Builder::ComponentizePy(version) = &built.builder { Some(version) } else { None },
        "componentize_js": if let Builder::ComponentizeJs(version) = &built.builder { Some(version) } else { None },
        "lock": built.pinned.as_ref().map(|pinned| json!({
            "path": pinned.lock,
            "changed": pinned.changed,
        })),
    })
}
