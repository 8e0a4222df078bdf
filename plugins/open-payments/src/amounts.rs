//! The amount.

use assay_sdk::rule;

use crate::columns::AMOUNT;

/// the amount is not zero
#[rule(
    code = "amount-zero",
    class = validate,
    level = warn,
    message = "the amount {Total_Amount_of_Payment_USDollars} is zero",
    columns(cents = decimal(AMOUNT, 2)),
)]
pub(crate) fn amount_zero(cents: i64) -> bool {
    cents != 0
}
