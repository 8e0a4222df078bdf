//! The number of requests, and S3's price for them.

use std::collections::BTreeMap;

/// Date of the prices: S3 Standard in us-east-1, without tax.
pub(super) const PRICED: &str = "November 2026";
/// Dollars per thousand PUT, COPY, POST and LIST requests.
pub(super) const WRITE: f64 = 0.005;
/// Dollars per thousand GET requests and all others that are charged.
pub(super) const READ: f64 = 0.0004;

/// The requests of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests {
    /// By operation.
    pub(super) by: BTreeMap<String, u32>,
}

impl Requests {
    pub(super) fn new(operations: &[String]) -> Self {
        let mut by = BTreeMap::new();
        for operation in operations {
            *by.entry(operation.clone()).or_default() += 1;
        }
        Self { by }
    }

    pub(super) fn count(&self) -> u32 {
        self.by.values().sum()
    }

    /// Their price in dollars.
    pub(super) fn price(&self) -> f64 {
        self.by.iter().map(|(operation, &count)| f64::from(count) * price(operation)).sum()
    }
}

/// The price of one request in dollars.
fn price(operation: &str) -> f64 {
    let per_thousand = if operation.starts_with("Delete") || operation.starts_with("Abort") {
        0.0
    } else if ["Put", "Copy", "Create", "Upload", "Complete", "List", "Post"]
        .iter()
        .any(|begin| operation.starts_with(begin))
    {
        WRITE
    } else {
        READ
    };
    per_thousand / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_and_priced() {
        let check = |operations: &[&str], count: u32, millionths: f64| {
            let operations: Vec<String> = operations.iter().map(|&name| name.to_owned()).collect();
            let requests = Requests::new(&operations);
            assert_eq!(requests.count(), count);
            assert!((requests.price() * 1e6 - millionths).abs() < 1e-9, "{operations:?}");
        };
        check(&[], 0, 0.0);
        check(&["GetObject", "GetObject", "HeadObject"], 3, 1.2);
        check(&["PutObject", "UploadPart", "CreateMultipartUpload"], 3, 15.0);
        check(&["CompleteMultipartUpload", "ListObjectsV2", "AbortMultipartUpload"], 3, 10.0);
        check(&["DeleteObject"], 1, 0.0);
    }
}
