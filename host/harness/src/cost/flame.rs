//! Where rules spend their steps, as folded stacks: a line a stack, the rule first, its functions from the outermost in, and how
//! often it was met. Flame graphs are drawn of that.

use assay_model::shown;
use assay_sandbox::SandboxError;

use super::workload::{pages, workloads};
use crate::PluginFolder;
use crate::fault::Fault;
use crate::judging::{Handing, Wanted, judge};
use crate::subject::Subject;

/// The call that judges records. What a session costs to open is paid once for thousands of batches.
const PROCESS: &str = "session.process";

/// Why there are no stacks.
#[derive(Debug, thiserror::Error)]
pub enum FlameError {
    /// What tests assume cannot be read.
    #[error("{}: {}", shown(.0.path.display()), .0.message)]
    Assumed(Fault),
    /// The plugin fails.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// Folded stacks of all rules on the records of their pages. The subject must be metered by steps.
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
