//! The columns of a stage: each is requested once per form, however many rules need it.

use crate::{ColumnRequest, Form};

/// Collects the columns that a stage's rules need.
#[derive(Debug, Default)]
pub struct ColumnPlan {
    requests: Vec<(String, Option<Form>, bool)>,
}

impl ColumnPlan {
    /// Requests the column in this form and returns its index. `None` asks only whether cells are filled, which every form
    /// shows; the column is then passed in the form that another rule requests, or else as text.
    pub(crate) fn ask(&mut self, name: &str, form: Option<Form>) -> u16 {
        let same = |held: &Option<Form>| form.is_none() || held.is_none() || *held == form;
        let at = self.requests.iter().position(|(held, kind, _)| held == name && same(kind));
        let at = at.unwrap_or_else(|| {
            self.requests.push((name.to_owned(), None, false));
            self.requests.len() - 1
        });
        let settled = &mut self.requests[at].1;
        if settled.is_none() {
            *settled = form;
        }
        u16::try_from(at).expect("a stage has at most 1,024 columns")
    }

    /// Marks the column as one that the plugin rewrites.
    pub(crate) fn write(&mut self, index: u16) {
        self.requests[usize::from(index)].2 = true;
    }

    /// The requests, in the order of their indexes.
    pub(crate) fn requests(&self) -> Vec<ColumnRequest> {
        self.requests
            .iter()
            .map(|(name, form, writes)| ColumnRequest {
                name: name.clone(),
                form: form.clone().unwrap_or(Form::Text),
                required: false,
                writes: *writes,
            })
            .collect()
    }
}

/// A request for a column, by a columnar rule or a rule about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    name: String,
    form: Option<Form>,
}

impl Ask {
    /// Requests the column in this form.
    pub fn new(name: &str, form: Form) -> Self {
        Self { name: name.to_owned(), form: Some(form) }
    }

    /// Requests the column as text.
    pub fn text(name: &str) -> Self {
        Self::new(name, Form::Text)
    }

    /// Requests only whether cells are filled; the column comes in the form that another rule requests, or else as text.
    pub fn presence(name: &str) -> Self {
        Self { name: name.to_owned(), form: None }
    }

    pub(crate) fn bind(&self, plan: &mut ColumnPlan) -> u16 {
        plan.ask(&self.name, self.form.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presence_shares_a_column_and_forms_do_not() {
        let mut plan = ColumnPlan::default();
        assert_eq!(plan.ask("Amount", None), 0);
        assert_eq!(plan.ask("Name", Some(Form::Text)), 1);
        assert_eq!(plan.ask("Amount", Some(Form::Decimal(2))), 0);
        assert_eq!(plan.ask("Amount", Some(Form::Text)), 2);
        assert_eq!(plan.ask("Amount", None), 0);
        assert_eq!(plan.ask("Other", None), 3);
        let forms: Vec<Form> = plan.requests().into_iter().map(|request| request.form).collect();
        assert_eq!(forms, [Form::Decimal(2), Form::Text, Form::Text, Form::Text]);
    }
}
