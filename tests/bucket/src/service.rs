//! The operations, as called by `s3s`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Bucket, BucketVersioningStatus,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput,
    CreateBucketInput, CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput,
    GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput,
    HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsV2Input, ListObjectsV2Output,
    PutBucketVersioningInput, PutBucketVersioningOutput, PutObjectInput, PutObjectOutput,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::answer::{collect, list, multipart, read, remove, write};
use crate::rights::Rights;
use crate::server::REGION;
use crate::state::State;

/// State shared by all connections.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    state: Arc<Mutex<State>>,
    pub(crate) rights: Rights,
}

impl Service {
    pub(crate) fn new(state: State) -> Self {
        Self { state: Arc::new(Mutex::new(state)), rights: Rights::default() }
    }

    /// Locks the state for one operation.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Answer<T> = S3Result<S3Response<T>>;

#[async_trait::async_trait]
impl S3 for Service {
    async fn get_object(&self, asked: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        read::get(&mut self.state(), &self.rights, &asked.input).map(S3Response::new)
    }

    async fn head_object(&self, asked: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        read::head(&mut self.state(), &self.rights, &asked.input).map(S3Response::new)
    }

    async fn put_object(&self, mut asked: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let bytes = collect(asked.input.body.take()).await?;
        let trailers = asked.trailing_headers.as_ref();
        write::put(&mut self.state(), asked.input, bytes, trailers).map(S3Response::new)
    }

    async fn delete_object(
        &self,
        asked: S3Request<DeleteObjectInput>,
    ) -> Answer<DeleteObjectOutput> {
        remove::delete(&mut self.state(), &asked.input).map(S3Response::new)
    }

    async fn delete_objects(
        &self,
        asked: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        remove::delete_all(&mut self.state(), asked.input).map(S3Response::new)
    }

    async fn copy_object(&self, asked: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        write::copy(&mut self.state(), &self.rights, asked.input).map(S3Response::new)
    }

    async fn create_multipart_upload(
        &self,
        asked: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        multipart::create(&mut self.state(), asked.input).map(S3Response::new)
    }

    async fn upload_part(&self, mut asked: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let bytes = collect(asked.input.body.take()).await?;
        let trailers = asked.trailing_headers.as_ref();
        multipart::part(&mut self.state(), asked.input, bytes, trailers).map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        asked: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        multipart::complete(&mut self.state(), asked.input).map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        asked: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        multipart::abort(&mut self.state(), asked.input).map(S3Response::new)
    }

    async fn list_objects_v2(
        &self,
        asked: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        list::objects(&mut self.state(), asked.input).map(S3Response::new)
    }

    async fn list_multipart_uploads(
        &self,
        asked: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        list::uploads(&mut self.state(), asked.input).map(S3Response::new)
    }

    async fn head_bucket(&self, asked: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.state().bucket(&asked.input.bucket)?;
        let bucket_region = Some(REGION.to_owned());
        Ok(S3Response::new(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() }))
    }

    async fn create_bucket(
        &self,
        asked: S3Request<CreateBucketInput>,
    ) -> Answer<CreateBucketOutput> {
        let name = asked.input.bucket;
        let mut state = self.state();
        if state.has(&name) {
            return Err(s3_error!(BucketAlreadyOwnedByYou, "you already own bucket `{name}`"));
        }
        state.make(&name, false);
        Ok(S3Response::new(CreateBucketOutput { location: Some(format!("/{name}")) }))
    }

    async fn put_bucket_versioning(
        &self,
        asked: S3Request<PutBucketVersioningInput>,
    ) -> Answer<PutBucketVersioningOutput> {
        let status = asked.input.versioning_configuration.status;
        let is_on = status.is_some_and(|it| it.as_str() == BucketVersioningStatus::ENABLED);
        let mut state = self.state();
        state.bucket(&asked.input.bucket)?;
        state.make(&asked.input.bucket, is_on);
        Ok(S3Response::new(PutBucketVersioningOutput::default()))
    }

    async fn get_bucket_versioning(
        &self,
        asked: S3Request<GetBucketVersioningInput>,
    ) -> Answer<GetBucketVersioningOutput> {
        let is_on = self.state().bucket(&asked.input.bucket)?.versioned;
        let status = BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED);
        let status = is_on.then_some(status);
        Ok(S3Response::new(GetBucketVersioningOutput {
            status,
            ..GetBucketVersioningOutput::default()
        }))
    }

    async fn get_bucket_location(
        &self,
        asked: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        self.state().bucket(&asked.input.bucket)?;
        // AWS omits the region if it is us-east-1.
        Ok(S3Response::new(GetBucketLocationOutput::default()))
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        let state = self.state();
        let named = |name: &String| Bucket { name: Some(name.clone()), ..Bucket::default() };
        let buckets = Some(state.names().map(named).collect());
        Ok(S3Response::new(ListBucketsOutput { buckets, ..ListBucketsOutput::default() }))
    }
}
