//! DELETE of one or many objects.

use s3s::S3Result;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error,
};

use super::read::may_pay;
use crate::condition;
use crate::state::State;

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html>
pub(crate) fn delete(state: &mut State, input: &DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    may_pay(state.bucket(&input.bucket)?, input.request_payer.is_some())?;
    one(state, &input.bucket, &input.key, input.version_id.as_deref(), input.if_match.as_ref())
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
pub(crate) fn delete_all(
    state: &mut State,
    input: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    may_pay(state.bucket(&input.bucket)?, input.request_payer.is_some())?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        match one(state, &input.bucket, &object.key, object.version_id.as_deref(), None) {
            Ok(gone) => deleted.push(DeletedObject {
                key: Some(object.key),
                // The requested version, in addition to the new delete marker.
                version_id: object.version_id.clone(),
                delete_marker: gone.delete_marker,
                delete_marker_version_id: gone.delete_marker.and(gone.version_id),
            }),
            Err(error) => errors.push(Error {
                key: Some(object.key),
                version_id: object.version_id,
                code: Some(error.code().as_str().to_owned()),
                message: error.message().map(str::to_owned),
            }),
        }
    }
    let is_quiet = input.delete.quiet == Some(true);
    Ok(DeleteObjectsOutput {
        deleted: Some(deleted).filter(|_| !is_quiet),
        errors: Some(errors).filter(|errors| !errors.is_empty()),
        ..DeleteObjectsOutput::default()
    })
}

fn one(
    state: &mut State,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    matches: Option<&ETagCondition>,
) -> S3Result<DeleteObjectOutput> {
    if let Some(id) = version {
        let gone = state.forget(bucket, key, id)?;
        let marker = gone.is_some_and(|version| version.object.is_none());
        return Ok(DeleteObjectOutput {
            version_id: Some(id.to_owned()),
            delete_marker: marker.then_some(true),
            ..DeleteObjectOutput::default()
        });
    }
    let there = state.bucket(bucket)?;
    condition::delete(there.current(key).map(|object| object.etag.as_str()), matches)?;
    if there.versioned {
        let id = state.write(bucket, key, None)?;
        return Ok(DeleteObjectOutput {
            version_id: id,
            delete_marker: Some(true),
            ..DeleteObjectOutput::default()
        });
    }
    // Deleting a missing object succeeds.
    state.remove(bucket, key)?;
    Ok(DeleteObjectOutput::default())
}
