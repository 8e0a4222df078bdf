//! Values that are the same for all rows of a file.

/// Partition values and the layout, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) names: Vec<String>,
    /// `None` while a profile is checked before any file is requested.
    pub(crate) values: Option<Vec<String>>,
}

impl Given {
    pub(crate) fn named(&self, name: &str) -> Option<String> {
        let at = self.names.iter().position(|given| given == name)?;
        Some(self.values.as_ref().map_or_else(String::new, |values| values[at].clone()))
    }
}
