//! Cycles between the modules of a crate: two modules that use each other are one module in two files, and to understand either,
//! both must be read.
//!
//! A module uses another if its code names something defined there, in a `use` or in a path. A name re-exported with `pub use`
//! counts where it is defined, so a crate's root, which re-exports much, is not in a cycle for that reason. Tests do not count.
//! The bodies of declarative macros are not analysed, but the place of their definition is known.

mod graph;
mod modules;
mod names;
mod tokens;

use graph::Graph;
pub(super) use modules::Source;

/// The cycles of one crate.
pub(super) fn check(folder: &str, sources: &[Source]) -> Vec<String> {
    let knots = Graph::of(&modules::read(sources)).knots();
    knots.iter().map(|knot| format!("circle in `{folder}`: {knot}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate in one text: `//- judge/findings.rs` begins a file.
    fn crate_of(text: &str) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        for line in text.lines() {
            if let Some(path) = line.trim().strip_prefix("//- ") {
                sources.push(Source { path: path.to_owned(), text: String::new() });
            } else if let Some(source) = sources.last_mut() {
                source.text.push_str(line);
                source.text.push('\n');
            }
        }
        sources
    }

    fn check(text: &str, faults: &[&str]) {
        let found = super::check("host/a", &crate_of(text));
        let found: Vec<_> =
            found.iter().map(|line| line.trim_start_matches("circle in `host/a`: ")).collect();
        assert_eq!(found, faults, "{text}");
    }

    #[test]
    fn uses_in_one_direction_are_no_circle() {
        check(
            "//- lib.rs\nmod a;\nmod b;\n//- a.rs\nuse crate::b::B;\n//- b.rs\npub struct B;",
            &[],
        );
        // Names that the root re-exports are used where they are defined.
        check(
            "//- lib.rs\nmod a;\nmod b;\npub use a::A;\npub use b::B;\n//- a.rs\nuse crate::B;\npub struct A;\n//- b.rs\npub struct B;",
            &[],
        );
        // So are names that a parent imports for itself, and glob re-exports.
        check(
            "//- lib.rs\nmod a;\n//- a.rs\nmod b;\nmod c;\nuse c::C;\nuse b::B;\n//- a/b.rs\nuse super::C;\npub struct B;\n//- a/c.rs\npub struct C;",
            &[],
        );
        check(
            "//- lib.rs\nmod a;\nmod b;\npub use b::*;\n//- a.rs\nuse crate::B;\n//- b.rs\npub struct B;",
            &[],
        );
        // A module that is named without using an item of it.
        check("//- lib.rs\nmod a;\nmod b;\n//- a.rs\nuse crate::b;\n//- b.rs\nuse crate::a;", &[]);
    }

    #[test]
    fn circles_are_shown_with_a_witness() {
        check(
            "//- lib.rs\nmod a;\nmod b;\n//- a.rs\nuse crate::b::B;\npub struct A;\n//- b.rs\npub struct B;\nfn f(_: crate::a::A) {}",
            &["a → b → a: `a.rs:1` uses `b::B`, `b.rs:2` uses `a::A`"],
        );
        check(
            "//- lib.rs\nmod a;\n//- a.rs\nmod b;\npub use b::B;\npub struct A;\n//- a/b.rs\nuse super::A;\npub struct B;",
            &["a → a::b → a: `a.rs:2` uses `a::b::B`, `a/b.rs:1` uses `a::A`"],
        );
        check(
            "//- lib.rs\nmod a;\npub use a::A;\npub struct Root;\n//- a.rs\nuse crate::Root;\npub struct A;",
            &["root → a → root: `lib.rs:2` uses `a::A`, `a.rs:1` uses `root::Root`"],
        );
        check(
            "//- lib.rs\nmod a;\nmod b;\nmod c;\n//- a.rs\nuse crate::b::B;\npub struct A;\n//- b.rs\nuse crate::{a::A, c::C};\npub struct B;\n//- c.rs\nuse crate::b::B;\npub struct C;",
            &[
                "a → b → a: `a.rs:1` uses `b::B`, `b.rs:1` uses `a::A`, in a knot of 3 modules: a, b, c",
            ],
        );
    }

    #[test]
    fn every_way_to_name_a_thing_counts() {
        let check = |code: &str, circle: bool| {
            let text = format!(
                "//- lib.rs\nmod a;\nmod b;\npub use a::deep::Deep as Renamed;\n//- a.rs\nuse crate::b::B;\npub mod deep;\npub struct A;\n//- a/deep.rs\npub struct Deep(crate::b::B);\n//- b.rs\npub struct B;\n{code}"
            );
            let found = super::check("host/a", &crate_of(&text));
            assert_eq!(!found.is_empty(), circle, "{code}: {found:?}");
        };
        for code in [
            "use crate::{b, a::{deep::{self}, A}};",
            "use super::{a::{deep::{Deep, self}}};",
            "use crate::a; fn f() { a::A::new(); }",
            "use crate::a as other; type X = other::A;",
            "use crate::a::{self as other}; type X = other::deep::Deep;",
            "fn f() { use crate::a::A; }",
            "fn f() -> Vec<super::a::A> {}",
            "fn f() { let x = '\"'; crate::a::A; let y = b'\\''; }",
            "use crate::Renamed;",
            "use crate::a::*;",
            "use crate::a::made_by_a_macro;",
            "mod inside { use super::super::a::A; }",
            "mod inside { fn f() { crate::a::A; } }",
            "#[cfg(not(test))] use crate::a::A;",
            "#[cfg(test)] struct X { b: u8 } use crate::a::A;",
            "#[cfg(test)] use crate::b::{self}; use crate::a::A;",
            "#[cfg(test)] const X: [u8; 2] = f(S { a }); use crate::a::A;",
        ] {
            check(code, true);
        }
        for code in [
            "// use crate::a::A;",
            "/* /* nested */ use crate::a::A; */",
            "/// [`A`](crate::a::A)",
            "const X: &str = \"crate::a::A\";",
            "const X: &str = r#\"\" crate::a::A\"#;",
            "use std::a::A; fn f<'a>(x: &'a str) { a::b }",
            "use ::a::A;",
            "#[cfg(test)] mod tests { use crate::a::A; }",
            "#[cfg(test)] #[derive(Debug)] struct X { a: crate::a::A }",
            "#[cfg(all(test, unix))] fn f<T, U>() -> [crate::a::A; 2] { crate::a::A }",
            "struct X { #[cfg(test)] a: crate::a::A, b: u8 }",
            "pub(in crate::a) fn f() {}",
            "mod inside { use super::B; }",
            "use crate::b::inside::X; mod inside { pub struct X; }",
        ] {
            check(code, false);
        }
    }

    #[test]
    fn modules_of_tests_do_not_count() {
        check(
            "//- lib.rs\nmod a;\n#[cfg(test)]\nmod oracle;\n//- a.rs\nstruct A;\n#[cfg(test)]\nmod tests;\n//- a/tests.rs\nuse super::A;\npub struct T;\n//- oracle.rs\nuse crate::a::A;\npub struct O;\n//- oracle/deep.rs\nuse super::O;",
            &[],
        );
    }

    #[test]
    fn an_exported_macro_is_used_where_it_is_written() {
        check(
            "//- lib.rs\nmod a;\nmod b;\npub use a::A;\n//- a.rs\npub struct A;\nfn f() { crate::made!(A); }\n//- b.rs\n#[macro_export]\nmacro_rules! made { () => {} }",
            &[],
        );
        check(
            "//- lib.rs\nmod a;\npub use a::A;\n#[macro_export]\nmacro_rules! made { () => {} }\n//- a.rs\npub struct A;\nfn f() { crate::made!(A); }",
            &["root → a → root: `lib.rs:2` uses `a::A`, `a.rs:2` uses `root::made`"],
        );
    }
}
