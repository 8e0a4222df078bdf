//! Detects repeated answers.
//!
//! If a server or proxy sends an answer twice, the copy is read as the answer to the next request: genuine, but about something else.
//! Ranges are checked against the request, so most such mix-ups would be noticed. But the success of another write would be mistaken for
//! this write's.

use std::collections::VecDeque;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use assay_model::causes;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Number of answers remembered. A copy arrives right after the original, so no more answers can come in between than there are requests
/// under way.
const REMEMBERED: usize = 1024;

/// Hashes of the heads of the most recent answers; S3 gives each answer its own id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<VecDeque<u64>>>);

/// The answer belongs to another request.
#[derive(Debug, thiserror::Error)]
#[error("the server repeated its answer to an earlier request instead of answering this one")]
pub(crate) struct CameBefore;

impl CameBefore {
    /// Whether this is why a request failed.
    pub(crate) fn is_in(error: &(dyn Error + 'static)) -> bool {
        causes(error).any(<dyn Error>::is::<Self>)
    }
}

impl Answers {
    /// Remembers an answer and returns whether it was seen before. An answer without an id did not come from S3 and is not remembered.
    fn came_before(&self, answer: &HttpResponse) -> bool {
        if answer.headers().get("x-amz-request-id").is_none() {
            return false;
        }
        // Hash more than the id: some servers may not give unique ids.
        let mut head = DefaultHasher::new();
        answer.status().as_u16().hash(&mut head);
        answer.headers().iter().for_each(|header| header.hash(&mut head));
        let head = head.finish();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&head) {
            return true;
        }
        if known.len() == REMEMBERED {
            known.pop_front();
        }
        known.push_back(head);
        false
    }
}

#[dyn_dispatch_hint]
impl Intercept for Answers {
    fn name(&self) -> &'static str {
        "Answers"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        state: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !self.came_before(context.response()) {
            return Ok(());
        }
        // The next answer on this connection belongs to this request, and nobody will be waiting for it.
        let connection = state.load::<CaptureSmithyConnection>();
        if let Some(connection) = connection.and_then(CaptureSmithyConnection::get) {
            connection.poison();
        }
        Err(CameBefore.into())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::primitives::SdkBody;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> HttpResponse {
        let status = status.try_into().expect("a status");
        let mut answer = HttpResponse::new(status, SdkBody::empty());
        for (name, value) in headers {
            answer.headers_mut().append(*name, *value);
        }
        answer
    }

    #[test]
    fn only_the_very_same_answer_came_before() {
        let answers = Answers::default();
        let check = |headers: &[(&'static str, &'static str)], expected: bool| {
            assert_eq!(answers.came_before(&answer(200, headers)), expected, "{headers:?}");
        };
        let first = [("x-amz-request-id", "A"), ("etag", "1")];
        check(&first, false);
        check(&[("x-amz-request-id", "B"), ("etag", "1")], false);
        check(&first, true);
        // Same id, different tag: not a repeated answer.
        check(&[("x-amz-request-id", "A"), ("etag", "2")], false);
        check(&[("etag", "1")], false);
        check(&[("etag", "1")], false);
        for _ in 0..2 {
            for number in 0..REMEMBERED {
                let id: &'static str = Box::leak(number.to_string().into_boxed_str());
                check(&[("x-amz-request-id", id)], false);
            }
            answers.0.lock().expect("nobody panicked").clear();
        }
        assert!(!answers.came_before(&answer(500, &first)));
    }
}
