//! A single walk over the bytes that validates and counts.

use wasmparser::{
    CompositeInnerType, FuncToValidate, FuncValidatorAllocations, FunctionBody, Parser, Payload,
    TypeSectionReader, ValidPayload, Validator, ValidatorResources, WasmFeatures,
};

use super::function::{Counter, Shape};
use super::limits::Budget;
use super::refusal::{Measure, Place, Refusal};
use super::spaces::Spaces;

/// Counts so far.
#[derive(Debug, Default)]
struct Totals {
    modules: u32,
    functions: u64,
    passed: u64,
    shape: Shape,
}

/// Walks until the end or until a limit is exceeded.
pub(super) fn walk(budget: &Budget, bytes: &[u8]) -> Result<(), Refusal> {
    // More features than the engine accepts; the engine checks them itself. Exceptions, which it does not accept, have
    // labels that are not counted.
    let features =
        WasmFeatures::all().difference(WasmFeatures::EXCEPTIONS | WasmFeatures::LEGACY_EXCEPTIONS);
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut walk = Walk {
        budget,
        totals: Totals::default(),
        spaces: Spaces::default(),
        counter: Counter::default(),
        spare: FuncValidatorAllocations::default(),
    };
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        match validator.payload(&payload)? {
            ValidPayload::Func(function, body) => walk.function(function, &body)?,
            _ => walk.section(payload)?,
        }
    }
    Ok(())
}

struct Walk<'a> {
    budget: &'a Budget,
    totals: Totals,
    spaces: Spaces,
    counter: Counter,
    spare: FuncValidatorAllocations,
}

impl Walk<'_> {
    fn section(&mut self, payload: Payload<'_>) -> Result<(), Refusal> {
        match payload {
            Payload::Version { encoding: wasmparser::Encoding::Component, .. } => {
                self.spaces.open_component();
            }
            Payload::Version { encoding: wasmparser::Encoding::Module, .. } => {
                self.spaces.open_module();
                self.totals.modules += 1;
                whole(Measure::Modules, self.totals.modules.into(), self.budget.modules)?;
            }
            Payload::End(_) => self.spaces.close(),
            Payload::TypeSection(types) => self.types(types)?,
            Payload::ImportSection(imports) => self.define(imports.count()),
            Payload::FunctionSection(functions) => {
                self.define(functions.count());
                self.totals.functions += u64::from(functions.count());
                whole(Measure::Functions, self.totals.functions, self.budget.functions)?;
            }
            Payload::GlobalSection(globals) => {
                self.spaces.size().globals += u64::from(globals.count());
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    let entries = &mut self.spaces.size().entries;
                    *entries = entries.saturating_add(table?.ty.initial);
                }
            }
            Payload::InstanceSection(instances) => {
                for instance in instances {
                    self.spaces.core_instance(&instance?)?;
                    self.instances()?;
                }
            }
            Payload::ComponentInstanceSection(instances) => {
                for instance in instances {
                    self.spaces.instance(&instance?)?;
                    self.instances()?;
                }
            }
            Payload::ComponentAliasSection(aliases) => {
                for alias in aliases {
                    self.spaces.alias(&alias?)?;
                }
                self.instances()?;
            }
            Payload::ComponentImportSection(imports) => {
                for import in imports {
                    self.spaces.import(import?.ty)?;
                }
                self.instances()?;
            }
            Payload::ComponentExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    self.spaces.export(export.kind, export.index)?;
                }
                self.instances()?;
            }
            Payload::ComponentCanonicalSection(functions) => {
                self.define(functions.count());
                self.instances()?;
            }
            Payload::ComponentTypeSection(types) => {
                self.define(types.count());
                self.instances()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn function(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<(), Refusal> {
        let budget = self.budget;
        let module = self.totals.modules.saturating_sub(1);
        let place = Place::Function { module, function: function.index };
        let mut validator = function.into_validator(std::mem::take(&mut self.spare));
        validator.read_locals(&mut body.get_binary_reader())?;
        at(place, Measure::Locals, validator.len_locals().into(), budget.locals)?;
        self.counter.begin(&validator);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            validator.op(offset, &operator)?;
            self.counter.count(&operator, &validator);
        }
        operators.finish()?;
        self.spare = validator.into_allocations();
        self.add(place)
    }

    /// Adds the function just counted, and checks the limits for it and for all functions.
    fn add(&mut self, place: Place) -> Result<(), Refusal> {
        let (budget, totals) = (self.budget, &mut self.totals);
        at(place, Measure::Nesting, self.counter.nesting(), budget.nesting)?;
        let (has, all) = (self.counter.shape(), &mut totals.shape);
        let (one, most) = (&budget.function, &budget.all);
        for (measure, count, total, one, most) in [
            (Measure::Work, has.work, &mut all.work, one.work, most.work),
            (Measure::Joins, has.joins, &mut all.joins, one.joins, most.joins),
            (Measure::Carried, has.carried, &mut all.carried, one.carried, most.carried),
            (Measure::Paths, has.paths, &mut all.paths, one.paths, most.paths),
        ] {
            at(place, measure, count, one)?;
            *total = total.saturating_add(count);
            at(Place::Component, measure, *total, most)?;
        }
        totals.passed += self.counter.passed();
        whole(Measure::Passed, self.totals.passed, budget.passed)
    }

    fn types(&mut self, types: TypeSectionReader<'_>) -> Result<(), Refusal> {
        for group in types {
            for kind in group?.into_types() {
                if let CompositeInnerType::Func(function) = &kind.composite_type.inner {
                    let values = function.params().len() + function.results().len();
                    self.totals.passed += u64::try_from(values).unwrap_or(u64::MAX);
                }
            }
        }
        whole(Measure::Passed, self.totals.passed, self.budget.passed)
    }

    fn define(&mut self, count: u32) {
        self.spaces.size().define(count.into());
    }

    /// Checks what the open component would set up.
    fn instances(&mut self) -> Result<(), Refusal> {
        let size = *self.spaces.size();
        whole(Measure::Definitions, size.definitions, self.budget.definitions)?;
        whole(Measure::Globals, size.globals, self.budget.globals)?;
        whole(Measure::Entries, size.entries, self.budget.entries)
    }
}

fn whole(measure: Measure, count: u64, limit: u64) -> Result<(), Refusal> {
    at(Place::Component, measure, count, limit)
}

fn at(place: Place, measure: Measure, count: u64, limit: u64) -> Result<(), Refusal> {
    if count <= limit { Ok(()) } else { Err(Refusal::TooMany { measure, place, count, limit }) }
}
