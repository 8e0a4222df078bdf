//! The shape of one function: the products that the compiler's work grows with.
//!
//! The compiler turns locals into values that are assigned once. Where branches meet, each local that differs between them becomes a value of
//! the meeting point, with a move for each branch: a *join*. Every value that is live across a branch is examined again there: it is *carried*.
//! And each instruction may look back along the branches before it: a *path*.

use wasmparser::{BlockType, FuncValidator, ModuleArity, Operator, WasmModuleResources};

/// The measures that are limited both for each function and for all functions together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// Instructions, weighted by how much code the compiler generates for them.
    pub(super) work: u64,
    /// For each block and loop: the number of locals set inside it plus the values that its label takes, times the number of branches that lead
    /// to it.
    pub(super) joins: u64,
    /// For each branch: the number of the function's locals plus the operands on the stack.
    pub(super) carried: u64,
    /// Instructions plus locals, times branches.
    pub(super) paths: u64,
}

/// Counts one function after another. What it keeps between them only saves allocations.
#[derive(Debug, Default)]
pub(super) struct Counter {
    /// Number of instructions so far, over all functions.
    now: u64,
    /// When each local was last set. Values from an earlier function are lower than everything in the current one.
    set: Vec<u64>,
    labels: Vec<Label>,
    /// Number of times a local was set for the first time within a label.
    firsts: u64,
    locals: u64,
    branches: u64,
    instructions: u64,
    work: u64,
    passed: u64,
    joins: u64,
    carried: u64,
    /// Number of open loops, and the maximum so far.
    loops: u64,
    nesting: u64,
}

/// An open block, loop or `if`.
///
/// The locals set inside it are counted without a set per label: when a local is set, it is new to all labels opened since it was last set,
/// which are the innermost ones. `own` counts the locals for which this label was the outermost of them, `inner` those for which the outermost
/// was a label inside this one; all other first settings since it opened count here too.
#[derive(Debug)]
struct Label {
    opened: u64,
    firsts_before: u64,
    own: u64,
    inner: u64,
    /// Number of ways to the point where its branches meet, including the one without a branch.
    ways: u64,
    /// Number of values passed along each way.
    values: u64,
    is_loop: bool,
}

impl Counter {
    /// Begins a function whose locals are known.
    pub(super) fn begin<R: WasmModuleResources>(&mut self, function: &FuncValidator<R>) {
        self.labels.clear();
        self.now += 1;
        self.locals = u64::from(function.len_locals());
        let (parameters, results) = function
            .label_block(0)
            .and_then(|(kind, _)| function.block_type_arity(kind))
            .unwrap_or_default();
        self.passed = u64::from(parameters) + u64::from(results);
        (self.firsts, self.branches, self.instructions, self.work, self.joins) = (0, 0, 0, 0, 0);
        (self.loops, self.nesting) = (0, 0);
        self.carried = self.locals;
        self.open(0, u64::from(results));
        self.now += 1;
    }

    /// Counts an instruction that was just validated.
    pub(super) fn count<R: WasmModuleResources>(
        &mut self,
        operator: &Operator<'_>,
        function: &FuncValidator<R>,
    ) {
        self.now += 1;
        self.instructions += 1;
        self.work += work(operator);
        let arity = |kind: BlockType| function.block_type_arity(kind).unwrap_or_default();
        let branches = match operator {
            Operator::Block { blockty } => {
                self.open(1, arity(*blockty).1.into());
                1
            }
            Operator::Loop { blockty } => {
                self.open(1, arity(*blockty).0.into());
                self.open_loop();
                1
            }
            Operator::If { blockty } => {
                self.open(2, arity(*blockty).1.into());
                2
            }
            Operator::End => {
                self.close();
                0
            }
            Operator::BrTable { targets } => {
                for target in targets.targets().flatten() {
                    self.branch(target);
                }
                self.branch(targets.default());
                u64::from(targets.len()) + 1
            }
            Operator::Br { relative_depth }
            | Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth } => {
                self.branch(*relative_depth);
                1
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                self.set(*local_index);
                0
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::CallRef { .. } => {
                let (parameters, results) = operator.operator_arity(function).unwrap_or_default();
                self.passed += u64::from(parameters) + u64::from(results);
                0
            }
            _ => 0,
        };
        self.branches += branches;
        let kept = self.locals + u64::from(function.operand_stack_height());
        self.carried = self.carried.saturating_add(branches.saturating_mul(kept));
    }

    /// Number of parameters and results of the function and of its calls.
    pub(super) fn passed(&self) -> u64 {
        self.passed
    }

    /// Maximum nesting depth of loops.
    pub(super) fn nesting(&self) -> u64 {
        self.nesting
    }

    /// The function's shape so far.
    pub(super) fn shape(&self) -> Shape {
        let paths = (self.instructions + self.locals).saturating_mul(self.branches);
        Shape { work: self.work, joins: self.joins, carried: self.carried, paths }
    }

    fn open(&mut self, ways: u64, values: u64) {
        let (opened, firsts_before) = (self.now, self.firsts);
        self.labels.push(Label {
            opened,
            firsts_before,
            own: 0,
            inner: 0,
            ways,
            values,
            is_loop: false,
        });
    }

    fn open_loop(&mut self) {
        if let Some(label) = self.labels.last_mut() {
            label.is_loop = true;
        }
        self.loops += 1;
        self.nesting = self.nesting.max(self.loops);
    }

    fn close(&mut self) {
        let Some(label) = self.labels.pop() else { return };
        self.loops -= u64::from(label.is_loop);
        let locals = self.firsts - label.firsts_before - label.inner;
        if let Some(outer) = self.labels.last_mut() {
            outer.inner += label.own + label.inner;
        }
        // With only one way, nothing meets.
        if label.ways > 1 {
            let joins = (locals + label.values).saturating_mul(label.ways);
            self.joins = self.joins.saturating_add(joins);
        }
    }

    fn branch(&mut self, depth: u32) {
        let place = usize::try_from(depth).ok().and_then(|d| self.labels.len().checked_sub(d + 1));
        if let Some(label) = place.and_then(|place| self.labels.get_mut(place)) {
            label.ways += 1;
        }
    }

    fn set(&mut self, local: u32) {
        let Ok(local) = usize::try_from(local) else { return };
        if local >= self.set.len() {
            self.set.resize(local + 1, 0);
        }
        let last = std::mem::replace(&mut self.set[local], self.now);
        let outermost = self.labels.partition_point(|label| label.opened <= last);
        if let Some(label) = self.labels.get_mut(outermost) {
            label.own += 1;
            self.firsts += 1;
        }
    }
}

/// How many ordinary instructions (about 4 µs each) one is worth, measured with 20,000 of a kind.
fn work(operator: &Operator<'_>) -> u64 {
    match operator {
        Operator::TableCopy { .. } | Operator::TableInit { .. } => 32,
        // A call through a table checks the table, the entry and its type; a loop checks fuel and time.
        Operator::CallIndirect { .. } | Operator::CallRef { .. } | Operator::Loop { .. } => 12,
        Operator::TableGet { .. } | Operator::TableSet { .. } => 8,
        Operator::If { .. } | Operator::BrIf { .. } => 4,
        Operator::Call { .. } => 2,
        _ => 1,
    }
}
