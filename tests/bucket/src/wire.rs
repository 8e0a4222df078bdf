//! The layer below S3: connections, incoming requests and outgoing answers.

mod line;
mod spoil;
mod spoiled;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderValue, Response};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::service::S3Service;
use s3s::{Body, HttpError};
use tokio::net::{TcpListener, TcpStream};

use crate::faults::{Fault, Faults};
use crate::log::{Log, Request};
use crate::service::Service;
use crate::state::{About, Object};
use line::{Fate, Line};
use spoiled::Spoiled;

/// State shared by all connections.
#[derive(Debug)]
pub(crate) struct Wire {
    s3: S3Service,
    /// For changes to objects that are not made by requests.
    service: Service,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    /// Numbers the answers.
    answered: AtomicU64,
}

impl Wire {
    pub(crate) fn new(s3: S3Service, service: Service) -> Self {
        let (faults, log, answered) = (Faults::default(), Log::default(), AtomicU64::new(0));
        Self { s3, service, faults, log, answered }
    }

    /// Serves connections forever.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            // If a connection cannot be accepted, its client has to handle that.
            if let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&self).connection(stream));
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream) {
        // Send answers at once, head and body. A broken connection may be what a test has asked for.
        let _ = stream.set_nodelay(true);
        let fate = Arc::new(Fate::default());
        let line = TokioIo::new(Line::new(stream, Arc::clone(&fate)));
        let service = service_fn(|request| self.answer(request, &fate));
        let _ = http1::Builder::new().serve_connection(line, service).await;
    }

    async fn answer(
        &self,
        request: http::Request<Incoming>,
        fate: &Arc<Fate>,
    ) -> Result<Response<Spoiled>, HttpError> {
        let (head, body) = request.into_parts();
        let mut noted = Request::new(&head.method, &head.uri, &head.headers);
        let fault = self.faults.next(noted.operation, &noted.key);
        noted.fault.clone_from(&fault);
        let (bucket, key) = (noted.bucket.clone(), noted.key.clone());
        let number = self.log.note(noted);
        let bytes = match receive(body, fault.as_ref()).await {
            Ok(bytes) => bytes,
            Err(error) => {
                fate.reset();
                return Err(error);
            }
        };
        self.log.add(number, |request| request.body = bytes.len());
        let id = self.answered.fetch_add(1, Ordering::Relaxed);
        let id = format!("REQUEST{id:09}");
        if let Some(fault) = &fault {
            self.before(fault, &bucket, &key).await;
        }
        let refusal = fault.as_ref().and_then(|fault| spoil::refusal(fault, &id));
        let mut answer = match refusal {
            Some(refusal) => refusal?,
            None => self.carry_out(head, bytes, fault.as_ref()).await?,
        };
        if fault == Some(Fault::ConflictDone) {
            let refusal = spoil::refusal(&Fault::Conflict, &id);
            answer = refusal.expect("it is an answer")?;
        }
        let id = HeaderValue::from_str(&id).expect("digits and letters");
        answer.headers_mut().insert("x-amz-request-id", id);
        self.log.add(number, |request| request.status = Some(answer.status().as_u16()));
        Ok(spoil::spoil(fault.as_ref(), answer, fate))
    }

    /// Applies a fault that takes effect before the request is carried out.
    async fn before(&self, fault: &Fault, bucket: &str, key: &str) {
        match fault {
            Fault::Silent => std::future::pending().await,
            Fault::Replaced(bytes) => {
                let mut state = self.service.state();
                let object = Object::new(bytes.clone(), About::default(), state.naming);
                // Without a key there is no object to replace.
                if !key.is_empty() {
                    let _ = state.write(bucket, key, Some(object));
                }
            }
            Fault::ConflictGone => {
                let mut state = self.service.state();
                let _ = state.bucket(bucket).map(|bucket| bucket.forget_uploads(key));
            }
            Fault::Deleted => {
                let _ = self.service.state().remove(bucket, key);
            }
            _ => {}
        }
    }

    async fn carry_out(
        &self,
        head: Parts,
        bytes: Bytes,
        fault: Option<&Fault>,
    ) -> Result<Response<Body>, HttpError> {
        let request = http::Request::from_parts(head, bytes);
        if fault == Some(&Fault::Repeated) {
            self.s3.call(request.clone().map(Body::from)).await?;
        }
        let answer = self.s3.call(request.map(Body::from)).await?;
        if fault == Some(&Fault::LostReply) {
            return Err(broken("the answer is lost"));
        }
        Ok(answer)
    }
}

/// Reads the whole body of a request, unless the fault ends the connection first.
async fn receive(mut body: Incoming, fault: Option<&Fault>) -> Result<Bytes, HttpError> {
    let most = match fault {
        Some(Fault::RefusedBody(bytes)) => *bytes,
        _ => usize::MAX,
    };
    // The announced size, at most that of a part as our clients send them.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(0);
    let mut all = BytesMut::with_capacity(announced.min(16 << 20));
    while all.len() < most {
        match body.frame().await {
            None => return Ok(all.freeze()),
            Some(Ok(frame)) => all.extend(frame.into_data()),
            Some(Err(error)) => return Err(HttpError::new(Box::new(error))),
        }
    }
    Err(broken("enough of the body has come"))
}

fn broken(why: &'static str) -> HttpError {
    HttpError::new(Box::new(io::Error::other(why)))
}
