//! A fault that the harness found, for people and for programs.

use std::fmt::Write;

use assay_harness::Fault;
use serde_json::{Value, json};

use crate::output::painted;

/// Writes a fault: the line a person or an editor can follow, what shows it, what to do.
pub(crate) fn text(to: &mut String, fault: &Fault, colours: bool) {
    let place = format!("{}:{}", fault.path.display(), fault.line);
    let head = painted(colours, "31", &format!("error[{}]", fault.code));
    let mut write = |line: String| writeln!(to, "{line}").expect("a String takes everything");
    write(format!("{head} {}", fault.message));
    write(format!("  --> {place}"));
    for line in &fault.detail {
        let colour = match line.as_bytes().first() {
            Some(b'-') => "31",
            Some(b'+') => "32",
            _ => "0",
        };
        write(format!("  | {}", painted(colours && colour != "0", colour, line)));
    }
    if let Some(help) = &fault.help {
        write(format!("  help: {help}"));
    }
    write(String::new());
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
