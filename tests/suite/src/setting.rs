//! Runs in this process, on stores and inputs that a command line cannot name.

use assay_packs::{Discovery, Surroundings};
use assay_pipeline::{Input, MemoryLimit, Replacing, Report, Request, Silent};
use assay_store::Store;

use crate::library::{Library, compiled, plugins};

/// A loan of a branch that does not exist.
pub const BAD_LOAN: &str = "L90001,M1,South,Nowhere,,2023-05-01,,0.10\n";

/// The library's rules, found.
#[derive(Debug)]
pub struct Setting {
    /// The library.
    pub library: Library,
    discovery: Discovery,
}

impl Setting {
    /// Lays the library out and finds its rules.
    #[expect(clippy::new_without_default, reason = "it writes files")]
    pub fn new() -> Self {
        let library = Library::new();
        let discovery = Discovery::find(&Surroundings {
            rules: Some(library.rules()),
            plugins: Some(plugins()),
            ..Surroundings::default()
        })
        .expect("the library's rules");
        Self { library, discovery }
    }

    /// One run on two threads.
    pub fn run(&self, input: &Input, store: &dyn Store) -> Report {
        self.run_replacing(input, store, Replacing::Anything)
    }

    /// The same, with what it may replace.
    pub fn run_replacing(&self, input: &Input, store: &dyn Store, replacing: Replacing) -> Report {
        self.carry_out(2, input, store, replacing)
    }

    /// One run on so many threads.
    pub fn run_on(&self, threads: usize, input: &Input, store: &dyn Store) -> Report {
        self.carry_out(threads, input, store, Replacing::Anything)
    }

    fn carry_out(
        &self,
        threads: usize,
        input: &Input,
        store: &dyn Store,
        replacing: Replacing,
    ) -> Report {
        let request = Request {
            input,
            entry: None,
            pack: None,
            discovery: &self.discovery,
            cache: Some(compiled()),
            threads,
            memory: MemoryLimit::DEFAULT,
            batch_size: 4096,
            replacing,
        };
        assay_pipeline::run(&request, store, &Silent)
    }
}
