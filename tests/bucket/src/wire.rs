//! Below S3: connections, requests as they arrive and answers as they leave.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderValue, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::service::S3Service;
use s3s::{Body, HttpError};
use tokio::net::{TcpListener, TcpStream};

use crate::log::Request;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) s3: S3Service,
    pub(crate) log: Mutex<Vec<Request>>,
    /// Numbers answers.
    answered: AtomicU64,
}

impl Wire {
    pub(crate) fn new(s3: S3Service) -> Self {
        Self { s3, log: Mutex::default(), answered: AtomicU64::new(0) }
    }

    /// Serves connections for ever.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            // A connection that cannot be had is its client's matter.
            if let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&self).connection(stream));
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream) {
        // Answers are sent at once, head and body.
        let _ = stream.set_nodelay(true);
        let service = service_fn(|request| self.answer(request));
        let mut http = hyper::server::conn::http1::Builder::new();
        // A client that has sent all may close its half and still wants an answer.
        http.half_close(false);
        // A connection that breaks is what a test may have asked for.
        let _ = http.serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(&self, request: http::Request<Incoming>) -> Result<Response<Body>, HttpError> {
        let (head, body) = request.into_parts();
        let bytes = match body.collect().await {
            Ok(all) => all.to_bytes(),
            Err(error) => return Err(HttpError::new(Box::new(error))),
        };
        let noted = Request::new(&head.method, &head.uri, &head.headers, bytes.len());
        let number = self.note(noted);
        let mut answer = self.s3.call(http::Request::from_parts(head, Body::from(bytes))).await?;
        let id = self.answered.fetch_add(1, Ordering::Relaxed);
        let id = HeaderValue::from_str(&format!("REQUEST{id:09}")).expect("digits and letters");
        answer.headers_mut().insert("x-amz-request-id", id);
        self.told(number, answer.status().as_u16());
        Ok(answer)
    }

    fn note(&self, request: Request) -> usize {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(request);
        log.len() - 1
    }

    fn told(&self, number: usize, status: u16) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = log.get_mut(number) {
            request.status = Some(status);
        }
    }
}
