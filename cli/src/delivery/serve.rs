//! The serving side.

use std::{
    collections::HashMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy::primitives::{B256, hex};
use anyhow::{Context as _, Result};
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use surety_contracts::IEscrow::jobCall;
use surety_engine::result::Stored;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower_http::services::ServeFile;

use super::{COUNT, ROOT};
use crate::{chain::Chain, jobfile::JobFile};

/// Elements that one request may ask proofs for.
const MOST_LEAVES: usize = 256;
/// Connections at a time; more wait.
const CONNECTIONS: usize = 512;
/// For a connection to say what it wants.
const PATIENCE: Duration = Duration::from_secs(30);
/// Before connections are taken again, when none could be.
const PAUSE: Duration = Duration::from_millis(100);

/// What is served: a folder of jobs and results.
#[derive(Clone, Debug)]
pub struct Goods {
    pub folder: PathBuf,
    /// Job files too. They hold the openings, which are secrets of those who may know the computation.
    pub jobs: bool,
}

struct Shop {
    goods: Goods,
    chain: Chain,
    /// Job files by the id in them.
    jobs: Mutex<HashMap<B256, PathBuf>>,
    /// Results that were read, to prove elements of.
    results: Mutex<HashMap<B256, Arc<Stored>>>,
}

/// Serves in the background until the process ends. Returns the address that it listens on.
pub async fn serve(goods: Goods, chain: Chain, address: SocketAddr) -> Result<SocketAddr> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: choose another --listen"))?;
    let address = listener.local_addr()?;
    let shop = Arc::new(Shop {
        goods,
        chain,
        jobs: Mutex::default(),
        results: Mutex::default(),
    });
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    tokio::spawn(async move {
        // The semaphore is never closed.
        while let Ok(place) = room.clone().acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let shop = shop.clone();
                    tokio::spawn(async move {
                        attend(shop, stream).await;
                        drop(place);
                    });
                }
                // Too many open files, for instance: others will be closed.
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    });
    Ok(address)
}

/// Answers what comes over one connection.
async fn attend(shop: Arc<Shop>, stream: TcpStream) {
    let service = service_fn(move |request| {
        let shop = shop.clone();
        async move {
            let answer = shop.answer(request).await;
            Ok::<_, std::convert::Infallible>(answer.unwrap_or_else(Refusal::answer))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    // A connection that breaks off is the other side's affair.
    if let Err(error) = connection.await {
        tracing::debug!("a connection ended: {error}");
    }
}

type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;
type Answer = Response<Body>;

/// Why a request is not served.
enum Refusal {
    NotFound(&'static str),
    BadRequest(String),
    Broken(anyhow::Error),
}

impl Refusal {
    fn answer(self) -> Answer {
        let (status, reason) = match self {
            Self::NotFound(what) => (StatusCode::NOT_FOUND, what.to_owned()),
            Self::BadRequest(reason) => (StatusCode::BAD_REQUEST, reason),
            Self::Broken(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")),
        };
        let mut answer = says(&json!({ "error": reason }));
        *answer.status_mut() = status;
        answer
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl Shop {
    async fn answer(self: &Arc<Self>, request: Request<Incoming>) -> Result<Answer, Refusal> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Refusal::BadRequest("nothing can be changed here: GET".to_owned()));
        }
        let uri = request.uri().clone();
        let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
        match path[..] {
            ["jobs", ..] if !self.goods.jobs => Err(Refusal::NotFound("job files are not served here")),
            ["jobs"] => {
                let ids: Vec<B256> = self.jobs()?.into_keys().collect();
                Ok(says(&json!(ids)))
            }
            ["jobs", id] => file(&self.job(parse(id)?)?, "application/json", request).await,
            ["results", id] => {
                let stored = self.result(parse(id)?).await?;
                let answer = file(stored.path(), "application/octet-stream", request).await?;
                Ok(labelled(answer, &stored))
            }
            ["results", id, "groups"] => {
                let stored = self.result(parse(id)?).await?;
                let roots = Bytes::copy_from_slice(stored.groups().as_flattened());
                Ok(labelled(Response::new(whole(roots)), &stored))
            }
            ["results", id, "leaves"] => {
                let wished = uri.query().and_then(|query| query.strip_prefix("indices="));
                let stored = self.result(parse(id)?).await?;
                let leaves = leaves(&stored, wished.unwrap_or_default()).await?;
                Ok(labelled(says(&leaves), &stored))
            }
            _ => Err(Refusal::NotFound("there is nothing under this path")),
        }
    }

    /// Job files in the folder, by id.
    fn jobs(&self) -> Result<HashMap<B256, PathBuf>> {
        let folder = &self.goods.folder;
        let mut jobs = lock(&self.jobs);
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let known = jobs.values().any(|known| *known == path);
            if known || path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            // Seals and seeds are no jobs.
            if let Ok(job) = JobFile::read(&path) {
                jobs.insert(job.job_id, path);
            }
        }
        Ok(jobs.clone())
    }

    fn job(&self, id: B256) -> Result<PathBuf, Refusal> {
        let known = lock(&self.jobs).get(&id).cloned();
        match known {
            Some(path) => Ok(path),
            None => self.jobs()?.remove(&id).ok_or(Refusal::NotFound("no such job here")),
        }
    }

    /// A result whose root is on the chain.
    async fn result(self: &Arc<Self>, id: B256) -> Result<Arc<Stored>, Refusal> {
        let path = self.job(id)?;
        let file = JobFile::read(&path)?;
        let job = self.chain.call(file.escrow, jobCall { jobId: id }).await;
        let job = job.map_err(|error| Refusal::Broken(error.into()))?;
        let result = path.with_extension("result");
        if job.root.is_zero() || !result.exists() {
            return Err(Refusal::NotFound("no result of this job is committed"));
        }
        let root = job.root.0;
        let known = lock(&self.results).get(&id).cloned();
        let stored = match known.filter(|stored| stored.root() == root) {
            Some(stored) => stored,
            None => {
                let read = tokio::task::spawn_blocking(move || Stored::open(&result)).await;
                let stored = read
                    .context("reading was broken off")?
                    .context("the result is unreadable")?;
                let stored = Arc::new(stored);
                lock(&self.results).insert(id, stored.clone());
                stored
            }
        };
        if stored.root() != root {
            return Err(Refusal::NotFound("the result here is not the one that was committed"));
        }
        Ok(stored)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What it guards are caches: a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn parse(id: &str) -> Result<B256, Refusal> {
    id.parse()
        .map_err(|_| Refusal::BadRequest(format!("`{id}` is no job's id: it has 64 hexadecimal digits")))
}

/// Elements with their proofs. `wished`: indices between commas.
async fn leaves(stored: &Arc<Stored>, wished: &str) -> Result<Value, Refusal> {
    let indices = wished.split(',').map(str::parse).collect::<Result<Vec<u64>, _>>();
    let indices = indices.map_err(|_| Refusal::BadRequest("write ?indices=0,17,4096".to_owned()))?;
    if indices.len() > MOST_LEAVES {
        return Err(Refusal::BadRequest(format!("ask for at most {MOST_LEAVES} elements")));
    }
    if let Some(beyond) = indices.iter().find(|wanted| **wanted >= stored.count()) {
        return Err(Refusal::BadRequest(format!("there is no element {beyond}")));
    }
    let stored = stored.clone();
    let read = move || {
        let leaf = |at: u64| {
            let (element, proof) = stored.prove(at)?;
            let proof: Vec<B256> = proof.into_iter().map(B256::new).collect();
            Ok(json!({ "index": at, "element": hex::encode_prefixed(element), "proof": proof }))
        };
        indices.into_iter().map(leaf).collect::<Result<Value>>()
    };
    let read = tokio::task::spawn_blocking(read).await;
    Ok(read.context("reading was broken off")??)
}

/// A file, or the range of it that is asked for.
async fn file(path: &Path, kind: &'static str, request: Request<Incoming>) -> Result<Answer, Refusal> {
    let answer = ServeFile::new(path).try_call(request).await;
    let mut answer = answer
        .context("the file cannot be read")?
        .map(|body| body.map_err(Into::into).boxed_unsync());
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(answer)
}

fn says(value: &Value) -> Answer {
    let mut answer = Response::new(whole(value.to_string()));
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

fn labelled(mut answer: Answer, stored: &Stored) -> Answer {
    for (name, value) in [
        (ROOT, B256::from(stored.root()).to_string()),
        (COUNT, stored.count().to_string()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    answer
}
