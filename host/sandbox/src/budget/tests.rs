//! Each limit, just met and just exceeded.

use super::function::Shape;
use super::limits::Budget;
use super::refusal::{Measure, Refusal};
use super::walk::walk;
use super::within;

const ALL: Shape = Shape { work: u64::MAX, joins: u64::MAX, carried: u64::MAX, paths: u64::MAX };

/// Limits that nothing exceeds.
const NONE: Budget = Budget {
    modules: u64::MAX,
    functions: u64::MAX,
    passed: u64::MAX,
    definitions: u64::MAX,
    globals: u64::MAX,
    entries: u64::MAX,
    locals: u64::MAX,
    nesting: u64::MAX,
    function: ALL,
    all: ALL,
};

/// A component with one core module.
fn module(text: &str) -> String {
    format!("(component (core module {text}))")
}

/// A component with one function that has a parameter and two locals.
fn function(body: &str) -> String {
    module(&format!("(func (param i32) (local i32 i32) {body})"))
}

/// Checks that a component has exactly this count: accepted with that limit, refused with one less.
#[track_caller]
fn has(component: &str, measure: Measure, count: u64, limit: fn(&mut Budget) -> &mut u64) {
    let bytes = wat::parse_str(component).unwrap();
    let mut budget = NONE;
    *limit(&mut budget) = count;
    let found = walk(&budget, &bytes);
    assert!(found.is_ok(), "{component} has {count}: {found:?}");
    let Some(less) = count.checked_sub(1) else { return };
    *limit(&mut budget) = less;
    match walk(&budget, &bytes) {
        Err(Refusal::TooMany { measure: m, count: c, limit: l, .. }) => {
            assert_eq!((m, c, l), (measure, count, less), "{component}");
        }
        other => panic!("{component} has {count}: {other:?}"),
    }
}

#[test]
fn what_a_component_holds() {
    let modules = "(component (core module) (component (core module)) (core module))";
    has(modules, Measure::Modules, 3, |b| &mut b.modules);
    let functions = "(component (core module (func) (func)) (component (core module (func))))";
    has(functions, Measure::Functions, 3, |b| &mut b.functions);
    // The type, two functions of that type, and the call.
    let passed = module(
        "(func $f (param i32 i32) (result i64) unreachable) (func (param i32 i32) (result i64) i32.const 0 i32.const 0 call $f)",
    );
    has(&passed, Measure::Passed, 12, |b| &mut b.passed);
}

#[test]
fn what_is_instantiated_counts_as_often_as_it_is() {
    let check = |component: &str, globals: u64| {
        has(component, Measure::Globals, globals, |b| &mut b.globals);
        let tables = component
            .replace("(global i32 (i32.const 0)) (global i32 (i32.const 1))", "(table 2 funcref)");
        assert_ne!(tables, component);
        has(&tables, Measure::Entries, globals, |b| &mut b.entries);
    };
    let two = "(core module $m (global i32 (i32.const 0)) (global i32 (i32.const 1)))";
    let once = "(core instance (instantiate $m))";
    check(&format!("(component {two})"), 0);
    check(&format!("(component {two} {once})"), 2);
    check(&format!("(component {two} {once} {once} {once})"), 6);
    // Nine instances of a component that instantiates the module three times; then one that takes it by an alias.
    let inner = format!("(component $c {two} {once} {once} {once})");
    let middle = format!(
        "(component $d {inner} (instance (instantiate $c)) (instance (instantiate $c)) (instance (instantiate $c)))"
    );
    let outer =
        "(instance (instantiate $d)) (instance (instantiate $d)) (instance (instantiate $d))";
    check(&format!("(component {middle} {outer})"), 54);
    check(
        &format!(
            "(component {two} (component $c (alias outer 1 $m (core module $n)) (core instance (instantiate $n))) (instance (instantiate $c)))"
        ),
        2,
    );
    check(
        &format!(
            "(component {two} (export $n \"m\" (core module $m)) (core instance (instantiate $n)))"
        ),
        2,
    );
}

#[test]
fn definitions() {
    let check = |component: &str, count: u64| {
        has(component, Measure::Definitions, count, |b| &mut b.definitions);
    };
    check("(component)", 0);
    check("(component (core module (func)))", 0);
    check("(component (core module $m (func) (func)) (core instance (instantiate $m)))", 3);
    // A module with an import, the argument, and the instance it comes from: a module of one function.
    check(
        r#"(component (core module $f (func (export "g"))) (core instance $i (instantiate $f))
           (core module $m (import "f" "g" (func))) (core instance (instantiate $m (with "f" (instance $i)))))"#,
        5,
    );
    // A type, a function lifted from an alias, and its export.
    check(
        r#"(component (core module $f (func (export "g"))) (core instance $i (instantiate $f))
           (func $l (canon lift (core func $i "g"))) (export "l" (func $l)))"#,
        6,
    );
}

#[test]
fn what_a_function_has() {
    has(&function(""), Measure::Locals, 3, |b| &mut b.locals);
    let loops = "loop loop end loop loop end end end loop end";
    has(&function(loops), Measure::Nesting, 3, |b| &mut b.nesting);
    let work = |body: &str, count: u64| {
        has(&function(body), Measure::Work, count, |b| &mut b.function.work);
        has(&function(body), Measure::Work, count, |b| &mut b.all.work);
    };
    // The end of the function is an instruction.
    work("", 1);
    work("nop nop", 3);
    work("loop end", 14);
    work("block local.get 0 br_if 0 end", 8);
}

#[test]
fn joins() {
    let check = |body: &str, count: u64| {
        has(&function(body), Measure::Joins, count, |b| &mut b.function.joins);
        has(&function(body), Measure::Joins, count, |b| &mut b.all.joins);
    };
    let set = |local: u32| format!("local.get 0 local.set {local}");
    let (one, two) = (set(1), set(2));
    let again = "local.get 0 br_if 0";
    check(&one, 0);
    // Without a branch to a label, nothing meets there.
    check(&format!("block {one} end"), 0);
    check(&format!("loop {one} end"), 0);
    check(&format!("block {again} {one} end"), 2);
    check(&format!("loop {one} {again} end"), 2);
    // Each local counts once, each branch every time.
    check(&format!("loop {one} {one} {again} {again} end"), 3);
    check(&format!("loop {one} {two} {again} {again} end"), 6);
    // An `if` always has two ways.
    check(&format!("local.get 0 if {one} else {one} {two} end"), 4);
    // What is set inside also counts outside, once.
    check(&format!("loop loop {one} {again} end {one} {again} end"), 4);
    check(&format!("loop loop {one} {again} end loop {one} {two} {again} end {again} end"), 10);
    // What was set before does not count.
    check(&format!("{one} loop {two} {again} end"), 2);
    check(&format!("loop {one} loop {two} {again} end {again} end"), 6);
    // Each entry of a branch table is a branch.
    check(&format!("block block {one} local.get 0 br_table 0 1 0 1 end {two} end"), 3 + 6);
    // Values that labels take.
    check("i32.const 1 block (param i32) (result i32) local.get 0 br_if 0 end drop", 2);
    // A later function is not affected by an earlier one.
    let twice = format!("loop {one} {again} end");
    let twice = format!(
        "(component (core module (func (param i32) (local i32) {twice}) (func (param i32) (local i32) {twice})))"
    );
    has(&twice, Measure::Joins, 4, |b| &mut b.all.joins);
}

#[test]
fn carried_values_and_paths() {
    let check = |body: &str, carried: u64, paths: u64| {
        let body = function(body);
        has(&body, Measure::Carried, carried, |b| &mut b.function.carried);
        has(&body, Measure::Carried, carried, |b| &mut b.all.carried);
        has(&body, Measure::Paths, paths, |b| &mut b.function.paths);
        has(&body, Measure::Paths, paths, |b| &mut b.all.paths);
    };
    // Three locals at the beginning, at each block and at each branch; (instructions + locals) × (blocks +
    // branches).
    check("", 3, 0);
    check("block end", 6, 3 + 3);
    check("block local.get 0 br_if 0 end", 9, (5 + 3) * 2);
    check("local.get 0 if end", 9, (4 + 3) * 2);
    check("block local.get 0 br_table 0 0 0 end", 15, (5 + 3) * 4);
    // An operand that stays on the stack.
    check("local.get 0 block end drop", 7, 5 + 3);
}

#[test]
fn what_cannot_be_counted_or_is_not_valid() {
    let check = |component: &str, expected: &str| {
        let bytes = wat::parse_str(component).unwrap();
        let error = within(&NONE, "p", &bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{component}: {error}");
    };
    check(r#"(component (import "m" (core module)))"#, "imports a component or a core module");
    check(r#"(component (import "c" (component)))"#, "imports a component or a core module");
    check(
        r#"(component (component $c (core module $m) (export "m" (core module $m))) (instance $i (instantiate $c))
           (alias export $i "m" (core module $n)))"#,
        "takes one from an instance",
    );
    check(&module("(func drop)"), "is not a valid component: type mismatch");
    check(&module("(func try_table end)"), "is not a valid component: exceptions");
}

#[test]
fn an_error_names_the_function_and_what_to_do() {
    let budget = Budget { locals: 1, ..NONE };
    let text = |component: &str| {
        let bytes = wat::parse_str(component).unwrap();
        within(&budget, "p", &bytes).unwrap_err().to_string()
    };
    insta::assert_snapshot!(text(r#"(component (core module (func $a)) (core module (import "f" "f" (func)) (func $b) (func $c (local i32 i32))) (core module (func $d)))"#), @"plugin `p` is too costly to compile: function 2 (`c`) of core module 1 has 2 parameters and locals; expected 1 at most; split large or generated functions, and build it with `--profile plugin`");
    insta::assert_snapshot!(text("(component (core module (func (local i32 i32))))"), @"plugin `p` is too costly to compile: function 0 of core module 0 has 2 parameters and locals; expected 1 at most; split large or generated functions, and build it with `--profile plugin`");
}
