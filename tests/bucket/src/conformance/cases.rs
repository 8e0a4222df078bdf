//! The table of cases.

mod multipart;
mod objects;
mod requests;

use super::step::Step;

/// A sequence of steps in one bucket.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The page of AWS's documentation.
    pub(super) page: &'static str,
    /// Whether its bucket keeps versions.
    pub(super) versioned: bool,
    pub(super) steps: Vec<Step>,
}

impl Case {
    fn new(name: &'static str, page: &'static str, steps: impl IntoIterator<Item = Step>) -> Self {
        Self { name, page, versioned: false, steps: steps.into_iter().collect() }
    }

    fn versioned(self) -> Self {
        Self { versioned: true, ..self }
    }
}

pub(super) fn all() -> Vec<Case> {
    [objects::all(), multipart::all(), requests::all()].into_iter().flatten().collect()
}

fn get(key: &str) -> Step {
    Step::new("GET", key)
}

fn head(key: &str) -> Step {
    Step::new("HEAD", key)
}

fn put(key: &str, body: &str) -> Step {
    Step::new("PUT", key).sends(body)
}

fn delete(key: &str) -> Step {
    Step::new("DELETE", key).gives(204)
}

/// A request to the bucket itself.
fn list(query: &str) -> Step {
    Step::new("GET", "").query(query)
}
