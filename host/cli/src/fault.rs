//! Faults found by the harness, for people and for programs.

use assay_harness::Fault;
use assay_model::shown;
use serde_json::{Value, json};

use crate::output::painted;

/// A fault as text: a location that people and editors can follow, the evidence, what to do, and a blank line.
pub(crate) fn text(fault: &Fault, colours: bool) -> String {
    let head = painted(colours, "31", &format!("error[{}]", fault.code));
    let mut lines = vec![
        format!("{head} {}", shown(&fault.message)),
        format!("  --> {}:{}", shown(fault.path.display()), fault.line),
    ];
    lines.extend(fault.detail.iter().map(|line| {
        let colour = match line.as_bytes().first() {
            Some(b'-') => "31",
            Some(b'+') => "32",
            _ => "0",
        };
        format!("  | {}", painted(colours && colour != "0", colour, &shown(line).to_string()))
    }));
    lines.extend(fault.help.iter().map(|help| format!("  help: {}", shown(help))));
    lines.join("\n") + "\n\n"
}

/// A fault as an object.
pub(crate) fn object(fault: &Fault) -> Value {
    json!({
        "code": fault.code,
        "path": fault.path,
        "line": fault.line,
        "message": fault.message,
        "detail": fault.detail,
        "help": fault.help,
    })
}
