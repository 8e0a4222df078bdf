//! The limits on each measure of a component, and their reasons.

use super::function::Shape;

/// The limit on each measure of a component.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    /// Core modules. 256: Python has 38, one for each library it links.
    pub(super) modules: u64,
    /// Functions of all modules. 65,536: Python has 13,488. Each costs 90 µs and 6 KB, however short it is: 6 s and 400 MB.
    pub(super) functions: u64,
    /// Parameters and results of all calls, functions and types. 1.5 million: JavaScript has 349 thousand. Each costs 8 µs and 500 bytes: 12 s
    /// and 800 MB. A call takes two bytes of code and may have two thousand of them.
    pub(super) passed: u64,
    /// What is set up when the component is instantiated, counted once per instantiation: functions, imports, definitions of components, and
    /// items that they pass on. 131,072: Python has 19,406. Nested components multiply.
    pub(super) definitions: u64,
    /// Globals of all instances. 65,536: Python has 871. Each takes 16 bytes per session: a hundred instances with a million globals took 2 GB.
    pub(super) globals: u64,
    /// Initial entries of the tables of all instances. 400 thousand, 8 bytes each: JavaScript has 7,692.
    pub(super) entries: u64,
    /// Parameters and locals of one function. 2,048: Python has 271, and an unoptimised Rust plugin 192. In each loop, the compiler's time grows
    /// with their square.
    pub(super) locals: u64,
    /// Nesting depth of loops. 32: Python and JavaScript have 6. For each instruction, the compiler's time grows with the square of the depth: 1
    /// local in 2,600 nested loops, 26 KB, took 35 s.
    pub(super) nesting: u64,
    /// For each function.
    pub(super) function: Shape,
    /// For all functions together.
    pub(super) all: Shape,
}

/// In parentheses: what Python or JavaScript needs, whichever is more.
pub(super) const BUDGET: Budget = Budget {
    modules: 256,
    functions: 65_536,
    passed: 1_500_000,
    definitions: 131_072,
    globals: 65_536,
    entries: 400_000,
    locals: 2_048,
    nesting: 32,
    function: Shape {
        // (170 thousand.) 2 s and 400 MB: a function is compiled as a whole.
        work: 800_000,
        // (130 thousand.) 4 to 7 s and 500 MB: during register allocation, all of them are examined for each one.
        joins: 524_288,
        // (570 thousand.) 3 to 7 s and 400 MB: each value of the program costs 1.4 µs and 140 bytes at each branch.
        carried: 2_500_000,
        // (900 million.) 2 to 6 ns each: 24 s.
        paths: 4_000_000_000,
    },
    all: Shape {
        // (5.2 million, and they take 18 s with everything else.) 80 s.
        work: 22_000_000,
        // (2.4 million.) 19 functions at their limit: 80 s and more.
        joins: 10_000_000,
        // (9.9 million.) 16 functions at their limit: 60 s and more.
        carried: 40_000_000,
        // (3.7 billion.) 4 functions at their limit: 90 s.
        paths: 16_000_000_000,
    },
};
