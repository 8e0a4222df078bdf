//! Values that are published only in some program years.

use assay_sdk::ValueSet;

/// A value, with the first and the last program year that have it.
pub(crate) struct Dated {
    pub(crate) value: &'static str,
    pub(crate) from: u16,
    pub(crate) to: u16,
}

/// A value of all program years.
pub(crate) const fn always(value: &'static str) -> Dated {
    Dated { value, from: 2013, to: u16::MAX }
}

/// A value from a program year on.
pub(crate) const fn since(from: u16, value: &'static str) -> Dated {
    Dated { value, from, to: u16::MAX }
}

/// A value up to a program year, including that year.
pub(crate) const fn until(to: u16, value: &'static str) -> Dated {
    Dated { value, from: 2013, to }
}

/// The values of one program year.
pub(crate) fn of_year(values: &[Dated], year: u16) -> ValueSet {
    let held = values.iter().filter(|dated| (dated.from..=dated.to).contains(&year));
    ValueSet::new(held.map(|dated| dated.value))
}

/// The values of all program years together.
pub(crate) fn ever(values: &[Dated]) -> ValueSet {
    ValueSet::new(values.iter().map(|dated| dated.value))
}
