//! The amount.

use assay_sdk::{Rules, decimal};

use crate::columns::AMOUNT;

pub(crate) fn declare(rules: &mut Rules) {
    rules
        .validate("amount-zero")
        .title("the amount is not zero")
        .message("a payment of {Total_Amount_of_Payment_USDollars}")
        .warn()
        .each(decimal(AMOUNT, 2), |cents| cents != 0);
}
