//! Report as `JUnit` XML, which every CI server reads.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use assay_harness::{Report, Test};
use assay_model::shown;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::fault;

/// Writes the report, with a suite for each group of tests.
pub(crate) fn xml(report: &Report) -> Result<String> {
    let mut all = quick_junit::Report::new(format!("assay test {}", report.plugin));
    // A set, because groups do not come in one run: the catalogue is tested after the cases but belongs to the pages.
    let groups: BTreeSet<_> = report.tests.iter().map(|test| test.group).collect();
    for group in groups {
        let mut suite = TestSuite::new(group.as_str());
        let tests = report.tests.iter().filter(|test| test.group == group);
        suite.add_test_cases(tests.map(|test| case(&report.plugin, test)));
        all.add_test_suite(suite);
    }
    Ok(all.to_string()?)
}

fn case(plugin: &str, test: &Test) -> TestCase {
    let status = match test.faults.first() {
        None => TestCaseStatus::success(),
        Some(first) => {
            let told: String = test.faults.iter().map(|each| fault::text(each, false)).collect();
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(shown(&first.message).to_string())
                .set_type(first.code)
                .set_description(told);
            status
        }
    };
    let mut case = TestCase::new(shown(&test.name).to_string(), status);
    // Servers group by the class name and read dots as levels: the plugin, then the kind of test.
    case.set_classname(format!("{plugin}.{}", test.group.as_str()));
    case.extra.insert("file".into(), shown(test.path.display()).to_string().into());
    case.set_time(Duration::from_nanos(test.nanos));
    case
}
