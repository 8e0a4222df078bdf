//! Checks of a pack that need the plugins: rule codes and settings.

use assay_model::{ConfigFault, RuleCode, shown};

use super::resolved::Pack;
use crate::dataset::sorted;
use crate::diagnostic::{Mistake, Mistakes, Report};
use crate::error::PackError;

impl Pack {
    /// Checks that every rule code in `[levels]` is that of a rule: one of the host's, or one planned by a plugin. Fails with all unknown
    /// codes.
    pub fn check_levels<'a>(
        &self,
        known: impl Iterator<Item = &'a RuleCode>,
    ) -> Result<(), PackError> {
        let known = sorted(known.map(RuleCode::as_str));
        let report = Report::default();
        for (code, entry) in &self.levels {
            if known.binary_search(&code.as_str()).is_err() {
                report.add(
                    Mistake::new(&entry.place, format!("there is no rule `{code}` in this run"))
                        .choices(code.as_str(), known.iter().copied()),
                );
            }
        }
        Ok(report.conclude(Some(()))?)
    }

    /// Draws a plugin's complaints about its settings, with carets in the files they came from. Returns `None` if there are no faults or
    /// the pack has no such plugin.
    pub fn render_faults(&self, plugin: &str, faults: &[ConfigFault]) -> Option<Mistakes> {
        let report = Report::default();
        let used = self.plugin(plugin)?;
        for fault in faults {
            report.add(used.mistake(fault));
        }
        report.conclude(Some(())).err()
    }

    /// Draws one fault, see [`Pack::render_faults`]; without a place if the pack has no such plugin.
    pub fn render_fault(&self, plugin: &str, fault: &ConfigFault) -> String {
        self.render_faults(plugin, std::slice::from_ref(fault)).map_or_else(
            || format!("error: plugin `{plugin}`: {}", shown(&fault.message)),
            |mistakes| mistakes.to_string(),
        )
    }
}
