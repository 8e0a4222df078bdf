//! Natures of payment. In 2021 the two kinds of continuing education became one, and ownership moved to a file of its own.

use crate::year::{Dated, always, since, until};

pub(crate) const FOOD: &str = "Food and Beverage";
pub(crate) const TRAVEL: &str = "Travel and Lodging";

pub(crate) const NATURES: [Dated; 19] = [
    always("Consulting Fee"),
    always(
        "Compensation for services other than consulting, including serving as faculty or as a speaker at a venue other than a continuing education program",
    ),
    always("Honoraria"),
    always("Gift"),
    always("Entertainment"),
    always(FOOD),
    always(TRAVEL),
    always("Education"),
    always("Charitable Contribution"),
    always("Royalty or License"),
    until(2020, "Current or prospective ownership or investment interest"),
    until(
        2020,
        "Compensation for serving as faculty or as a speaker for a non-accredited and noncertified continuing education program",
    ),
    until(
        2020,
        "Compensation for serving as faculty or as a speaker for an accredited or certified continuing education program",
    ),
    always("Grant"),
    always("Space rental or facility fees (teaching hospital only)"),
    since(
        2021,
        "Compensation for serving as faculty or as a speaker for a medical education program",
    ),
    since(2021, "Debt forgiveness"),
    since(2021, "Long term medical supply or device loan"),
    since(2021, "Acquisitions"),
];
