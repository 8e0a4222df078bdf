//! Runs in this process, on stores and inputs that a command line cannot name.

use assay_packs::{Discovery, Surroundings};
use assay_pipeline::{Input, Replacing, Report, Request, Silent};
use assay_store::Store;

use crate::library::{Library, plugins};

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
        self.run_on(2, input, store)
    }

    /// One run on so many threads.
    pub fn run_on(&self, threads: usize, input: &Input, store: &dyn Store) -> Report {
        let request = Request {
            input,
            entry: None,
            pack: None,
            discovery: &self.discovery,
            cache: Some(self.library.rules().join("cache")),
            threads,
            batch_size: 4096,
            replacing: Replacing::Anything,
        };
        assay_pipeline::run(&request, store, &Silent)
    }
}
