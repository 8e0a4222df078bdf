//! Values that are published in some program years only.

use assay_sdk::ValueSet;

/// A value with the program years that have it, both included.
pub(crate) struct Dated {
    pub(crate) value: &'static str,
    pub(crate) from: u16,
    pub(crate) to: u16,
}

/// In all years.
pub(crate) const fn always(value: &'static str) -> Dated {
    Dated { value, from: 2013, to: u16::MAX }
}

/// From a year on.
pub(crate) const fn since(from: u16, value: &'static str) -> Dated {
    Dated { value, from, to: u16::MAX }
}

/// Up to a year.
pub(crate) const fn until(to: u16, value: &'static str) -> Dated {
    Dated { value, from: 2013, to }
}

/// The values of a year.
pub(crate) fn of_year(values: &[Dated], year: u16) -> ValueSet {
    let held = values.iter().filter(|dated| (dated.from..=dated.to).contains(&year));
    ValueSet::new(held.map(|dated| dated.value))
}

/// The values of all years.
pub(crate) fn ever(values: &[Dated]) -> ValueSet {
    ValueSet::new(values.iter().map(|dated| dated.value))
}
