//! How much of each measure a component may have, and why.

use super::function::Shape;

/// How much of each measure a component may have.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    /// Core modules. 256: Python has 38, one for each library it links.
    pub(super) modules: u64,
    /// Functions of all modules. 65,536: Python has 13,488. Each costs 90 µs and 6 KB however short it is: 6 s and 400 MB.
    pub(super) functions: u64,
    /// Parameters and results of all calls, functions and types. 1.5 million: JavaScript has 349 thousand. Each costs 8 µs and 500 bytes: 12 s
    /// and 800 MB. A call takes two bytes, and may have two thousand of them.
    pub(super) passed: u64,
    /// What is set up when the component is instantiated, counted as often as it is: functions, imports, definitions of components, and items
    /// that they hand on. 131,072: Python has 19,406. Components inside of components multiply.
    pub(super) definitions: u64,
    /// Globals of all instances. 65,536: Python has 871. Each is 16 bytes of each session: a hundred instances of a million took 2 GB.
    pub(super) globals: u64,
    /// Entries that tables of all instances begin with. 400 thousand, 8 bytes each: JavaScript has 7,692.
    pub(super) entries: u64,
    /// Parameters and locals of one function. 2,048: Python has 271, and a plugin in Rust that was not optimised 192. The compiler takes time
    /// with their square in each loop.
    pub(super) locals: u64,
    /// Loops inside of each other. 32: Python and JavaScript have 6. For each instruction the compiler takes time with the square of it: 1 local
    /// in 2,600 loops, 26 KB, took 35 s.
    pub(super) nesting: u64,
    /// Of one function.
    pub(super) function: Shape,
    /// Of all functions.
    pub(super) all: Shape,
}

/// What is wanted is in brackets: of Python or JavaScript, whichever has more.
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
        // (130 thousand.) 4 to 7 s and 500 MB: while registers are given out, all of them are looked at for each.
        joins: 524_288,
        // (570 thousand.) 3 to 7 s and 400 MB: each value of the program's own costs 1.4 µs and 140 bytes in each place.
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
        // (3.7 thousand million.) 4 functions at their limit: 90 s.
        paths: 16_000_000_000,
    },
};
