//! Where rules spend their steps, as folded stacks: one line per stack with the rule, its functions from the outermost inwards, and the
//! number of times it was met. Flame graphs are drawn from these.

use assay_model::shown;
use assay_sandbox::SandboxError;

use super::workload::{pages, workloads};
use crate::PluginFolder;
use crate::fault::Fault;
use crate::judging::{Handing, Wanted, judge};
use crate::subject::Subject;

/// The call that judges records. Opening a session is paid for once per thousands of batches.
const PROCESS: &str = "session.process";

/// Why stacks cannot be recorded.
#[derive(Debug, thiserror::Error)]
pub enum FlameError {
    /// The assumptions of tests cannot be read.
    #[error("{}: {}", shown(.0.path.display()), .0.message)]
    Assumed(Fault),
    /// The plugin failed.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// Returns the folded stacks of all rules on the records of their pages. The subject must be metered by steps. Fails if the plugin fails or
/// the assumptions of its tests cannot be read.
pub fn folded(folder: &PluginFolder, subject: &Subject) -> Result<String, FlameError> {
    let plugin = &subject.component().info().name;
    let base = folder.assumed(plugin).map_err(FlameError::Assumed)?;
    let mut text = String::new();
    for (name, _, exams) in pages(folder, subject, &base) {
        for (setup, table) in workloads(&exams) {
            let Ok(planned) = subject.plan(&setup, &table.columns) else { continue };
            let found = judge(subject, &planned, &table, &Handing::whole(), Wanted::Facts)?;
            let judging = |stack: &String| stack.contains(PROCESS);
            for (stack, met) in found.cost.stacks.into_iter().filter(|(stack, _)| judging(stack)) {
                text.extend([&name, ";", &stack, " ", &met.to_string(), "\n"]);
            }
        }
    }
    Ok(text)
}
