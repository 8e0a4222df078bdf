//! Forms of payment. In 2016 the single value for stock became three.

use crate::year::{Dated, always, since, until};

pub(crate) const FORMS: [Dated; 7] = [
    always("Cash or cash equivalent"),
    always("In-kind items and services"),
    always("Dividend, profit or other return on investment"),
    until(2015, "Stock, stock option, or any other ownership interest"),
    since(2016, "Stock"),
    since(2016, "Stock option"),
    since(2016, "Any other ownership interest"),
];
