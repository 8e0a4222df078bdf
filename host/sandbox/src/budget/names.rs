//! Names of functions, looked up only for an error.

use wasmparser::{KnownCustom, Name, Parser, Payload};

/// The name that the component itself gives to a function; `None` if it gives none.
pub(super) fn of(bytes: &[u8], module: u32, function: u32) -> Option<String> {
    // A module's names come after its code and before the next module begins.
    let mut modules = 0_u32;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::ModuleSection { .. } if modules > module => return None,
            Payload::ModuleSection { .. } => modules += 1,
            Payload::CustomSection(section) if modules == module + 1 => {
                let KnownCustom::Name(names) = section.as_known() else { continue };
                for name in names {
                    let Name::Function(functions) = name.ok()? else { continue };
                    return functions
                        .into_iter()
                        .filter_map(Result::ok)
                        .find(|name| name.index == function)
                        .map(|name| format!("{:#}", rustc_demangle::demangle(name.name)));
                }
            }
            _ => {}
        }
    }
    None
}
