//! The WASI that a pack may grant: all its interfaces exist, and none gives access to anything.
//!
//! Some languages import WASI whether a plugin uses it or not. Their imports are linked here to functions generated from their types alone,
//! whatever the version of WASI: whatever they ask for does not exist (an error, if the type has one), lists are empty, clocks stand at 0,
//! and random bytes are all 0. So a plugin with this grant still cannot reach anything, nor distinguish one run from another.

use wasmtime::StoreContextMut;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, Linker, Resource, ResourceAny, ResourceType, Type, Val};

use crate::store::State;

/// Prefix of the names of WASI's interfaces.
const PREFIX: &str = "wasi:";

/// Maximum number of random bytes returned by one call. 64 KiB: a seed takes a few, a key a hundred; no plugin needs more.
const MOST_BYTES: u64 = 64 << 10;

/// Represents every resource; it does nothing.
#[derive(Debug)]
struct Nothing;

/// Whether an import belongs to WASI.
pub(crate) fn covers(import: &str) -> bool {
    import.starts_with(PREFIX)
}

/// Links all of a component's WASI imports to the empty implementation.
pub(crate) fn link(linker: &mut Linker<State>, component: &Component) -> wasmtime::Result<()> {
    let engine = component.engine();
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        if !covers(name) {
            continue;
        }
        let mut into = linker.instance(name)?;
        for (export, item) in instance.exports(engine) {
            match item.ty {
                ComponentItem::ComponentFunc(_) => {
                    let asked = export.to_owned();
                    into.func_new(export, move |store, kind, given, answers| {
                        answer(store, &asked, &kind, given, answers)
                    })?;
                }
                ComponentItem::Resource(_) => {
                    let nothing = ResourceType::host::<Nothing>();
                    into.resource(export, nothing, |_, _| Ok(()))?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn answer(
    mut store: StoreContextMut<'_, State>,
    asked: &str,
    kind: &ComponentFunc,
    given: &[Val],
    answers: &mut [Val],
) -> wasmtime::Result<()> {
    for (answer, kind) in answers.iter_mut().zip(kind.results()) {
        *answer = match (asked, given) {
            // The one request that cannot be refused: the contract promises that many bytes.
            ("get-random-bytes" | "get-insecure-random-bytes", [Val::U64(length)]) => {
                random(*length)?
            }
            // Code would divide by the resolution of a clock that never ticks.
            ("resolution" | "get-resolution", _) if matches!(kind, Type::U64) => Val::U64(1),
            _ => nothing(&mut store, &kind)?,
        };
    }
    Ok(())
}

/// Exactly that many zeros. Fewer would be read as if they were all; so a call for more than [`MOST_BYTES`] traps.
fn random(length: u64) -> wasmtime::Result<Val> {
    match usize::try_from(length) {
        Ok(bytes) if length <= MOST_BYTES => Ok(Val::List(vec![Val::U8(0); bytes])),
        _ => wasmtime::bail!(
            "the empty WASI gives at most {MOST_BYTES} random bytes at once, not {length}"
        ),
    }
}

/// The emptiest value of a type.
fn nothing(store: &mut StoreContextMut<'_, State>, kind: &Type) -> wasmtime::Result<Val> {
    Ok(match kind {
        Type::Bool => Val::Bool(false),
        Type::S8 => Val::S8(0),
        Type::U8 => Val::U8(0),
        Type::S16 => Val::S16(0),
        Type::U16 => Val::U16(0),
        Type::S32 => Val::S32(0),
        Type::U32 => Val::U32(0),
        Type::S64 => Val::S64(0),
        Type::U64 => Val::U64(0),
        Type::Float32 => Val::Float32(0.0),
        Type::Float64 => Val::Float64(0.0),
        Type::Char => Val::Char('\0'),
        Type::String => Val::String(String::new()),
        Type::List(_) => Val::List(Vec::new()),
        Type::Record(record) => {
            let mut fields = Vec::new();
            for field in record.fields() {
                fields.push((field.name.to_owned(), nothing(store, &field.ty)?));
            }
            Val::Record(fields)
        }
        Type::Tuple(tuple) => {
            let parts: wasmtime::Result<Vec<Val>> =
                tuple.types().map(|kind| nothing(store, &kind)).collect();
            Val::Tuple(parts?)
        }
        Type::Variant(variant) => {
            // The simplest case: one without a value, such as `closed`.
            let plain = variant.cases().find(|case| case.ty.is_none());
            let Some(case) = plain.or_else(|| variant.cases().next()) else {
                wasmtime::bail!("a variant without cases has no value")
            };
            let carried = case.ty.map(|kind| nothing(store, &kind)).transpose()?;
            Val::Variant(case.name.to_owned(), carried.map(Box::new))
        }
        Type::Enum(kind) => match kind.names().next() {
            Some(name) => Val::Enum(name.to_owned()),
            None => wasmtime::bail!("an enum without cases has no value"),
        },
        Type::Option(_) => Val::Option(None),
        Type::Result(result) => {
            // What was requested does not exist.
            let failed = result.err().map(|kind| nothing(store, &kind)).transpose()?;
            Val::Result(Err(failed.map(Box::new)))
        }
        Type::Flags(_) => Val::Flags(Vec::new()),
        Type::Own(_) => {
            let resource = Resource::<Nothing>::new_own(0);
            Val::Resource(ResourceAny::try_from_resource(resource, store)?)
        }
        other => wasmtime::bail!("the empty WASI has no value of the type {other:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_random_bytes_are_given_as_were_asked_for_or_none() {
        let check = |length, expected: Option<usize>| {
            let found = random(length).ok().map(|given| match given {
                Val::List(bytes) => bytes.len(),
                other => panic!("{other:?}"),
            });
            assert_eq!(found, expected, "{length}");
        };
        check(0, Some(0));
        check(32, Some(32));
        check(MOST_BYTES, Some(64 << 10));
        check(MOST_BYTES + 1, None);
        check(u64::MAX, None);
    }
}
