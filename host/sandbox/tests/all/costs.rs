//! The cost of a session over time.

use assay_model::RuleClass;

use crate::setting::{batch, component, session};

#[test]
fn thousands_of_batches_take_no_more_memory_than_a_few() {
    let mut session = session(&component("well-behaved"), "well-behaved", RuleClass::Normalise);
    let batch = batch(&["word"; 512], RuleClass::Normalise);
    let mut peak_after = |batches: u32| {
        for _ in 0..batches {
            session.process(&batch).unwrap();
        }
        session.profile().memory_peak
    };
    let few = peak_after(50);
    let many = peak_after(3000);
    assert_eq!(few, many, "a plugin that frees what it took does not grow");
    let profile = session.profile();
    assert_eq!((profile.calls, profile.records, profile.instances), (3050, 3050 * 512, 1));
    assert!(profile.nanos > 0);
    assert!(profile.memory_peak > 0);
}
