//! DELETE of objects.

use s3s::S3Result;
use s3s::dto::{DeleteObjectInput, DeleteObjectOutput};

use super::read::may_pay;
use crate::condition;
use crate::state::State;

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html>
pub(crate) fn delete(state: &mut State, input: &DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    let bucket = state.bucket(&input.bucket)?;
    may_pay(bucket, input.request_payer.is_some())?;
    if let Some(id) = &input.version_id {
        let gone = bucket.forget(&input.key, id);
        let marker = gone.is_some_and(|version| version.object.is_none());
        return Ok(DeleteObjectOutput {
            version_id: Some(id.clone()),
            delete_marker: marker.then_some(true),
            ..DeleteObjectOutput::default()
        });
    }
    let there = bucket.current(&input.key).map(|object| object.etag.as_str());
    condition::delete(there, input.if_match.as_ref())?;
    if bucket.versioned {
        let id = state.write(&input.bucket, &input.key, None)?;
        return Ok(DeleteObjectOutput {
            version_id: id,
            delete_marker: Some(true),
            ..DeleteObjectOutput::default()
        });
    }
    // What is not there is as good as deleted.
    bucket.remove(&input.key);
    Ok(DeleteObjectOutput::default())
}
