//! Runs within this process, with stores and inputs that cannot be named on a command line.

use assay_packs::{Discovery, Surroundings};
use assay_pipeline::{Input, MemoryLimit, Replacing, Report, Request, Silent};
use assay_store::Store;

use crate::library::{Library, compiled, plugins};

/// A loan whose branch does not exist.
pub const BAD_LOAN: &str = "L90001,M1,South,Nowhere,,2023-05-01,,0.10\n";

/// The library's rules and where to find them.
#[derive(Debug)]
pub struct Setting {
    /// The library.
    pub library: Library,
    discovery: Discovery,
}

impl Setting {
    /// Copies the library and finds its rules.
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

    /// Runs on two threads.
    pub fn run(&self, input: &Input, store: &dyn Store) -> Report {
        self.run_replacing(input, store, Replacing::Anything)
    }

    /// Like [`Self::run`], with permission to replace a run.
    pub fn run_replacing(&self, input: &Input, store: &dyn Store, replacing: Replacing) -> Report {
        self.carry_out(2, input, store, replacing)
    }

    /// Runs on this many threads.
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
