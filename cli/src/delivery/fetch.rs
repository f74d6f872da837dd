//! The fetching side: resumable, and nothing is kept that was not checked.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{
    primitives::{B256, hex},
    transports::http::reqwest::{self, StatusCode, header::RANGE},
};
use anyhow::Context as _;
use indicatif::ProgressBar;
use surety_contracts::{Job, Terms};
use surety_engine::{
    merkle::GROUP,
    result::{HEADER, Header},
};
use surety_protocol::{
    Digest,
    merkle::{Frontier, Tree, leaf_hash},
};

use super::{COUNT, ROOT};
use crate::resultfile::engine_form;

/// A server that sends nothing for this long is given up; what has arrived stays.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a result did not arrive. What was checked before stays for the next try.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("no place to fetch results from is known: name the worker's address with --from")]
    Nowhere,
    #[error("cannot fetch {url}: {reason}")]
    Request { url: String, reason: String },
    #[error("{url} serves another result (root {found}) than was committed (root {expected})")]
    OtherResult { url: String, expected: B256, found: String },
    #[error("what {url} sends is not the committed result: {what}; nothing of it was kept")]
    False { url: String, what: String },
    #[error("cannot keep the download {}: {source}; make room and fetch again, it goes on where it stopped", .path.display())]
    Disk { path: PathBuf, source: io::Error },
}

/// The result that the chain says was committed.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub job: B256,
    pub root: B256,
    pub header: Header,
}

#[derive(Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    /// Without a slash at the end.
    from: Vec<String>,
}

impl Fetcher {
    pub fn new(from: &[String]) -> Result<Self, FetchError> {
        for url in from {
            reqwest::Url::parse(url).map_err(|error| failed(url, error))?;
        }
        let client = reqwest::Client::builder()
            .connect_timeout(PATIENCE)
            .read_timeout(PATIENCE)
            .build()
            .map_err(|error| failed("anything", error))?;
        Ok(Self {
            client,
            from: from.iter().map(|url| url.trim_end_matches('/').to_owned()).collect(),
        })
    }

    /// Fetches a result from the first place that has it. Returns that place.
    pub async fn fetch(&self, wanted: &Wanted, to: &Path, bar: &ProgressBar) -> Result<String, FetchError> {
        let mut last = FetchError::Nowhere;
        for base in &self.from {
            let url = format!("{base}/results/{}", wanted.job);
            match self.fetch_from(&url, wanted, to, bar).await {
                Ok(()) => return Ok(base.clone()),
                // Elsewhere would fail as well.
                Err(error @ FetchError::Disk { .. }) => return Err(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn fetch_from(&self, url: &str, wanted: &Wanted, to: &Path, bar: &ProgressBar) -> Result<(), FetchError> {
        let roots = self.roots(url, wanted).await?;
        let mut download = Download::open(wanted, roots, to)?;
        bar.set_position(download.elements);
        let request = self.client.get(url).header(RANGE, format!("bytes={}-", download.kept));
        let answer = request.send().await.map_err(|error| failed(url, error))?;
        let mut answer = match answer.status() {
            StatusCode::PARTIAL_CONTENT => answer,
            // It sends all of it again.
            StatusCode::OK => {
                download.restart()?;
                answer
            }
            _ => return Err(refused(url, answer).await),
        };
        let lie = |what: String| FetchError::False {
            url: url.to_owned(),
            what,
        };
        while let Some(bytes) = answer.chunk().await.map_err(|error| failed(url, error))? {
            download.take(&bytes, &lie)?;
            bar.set_position(download.elements);
        }
        download.finish(to, &lie)
    }

    /// The roots of the groups, which make the committed root.
    async fn roots(&self, url: &str, wanted: &Wanted) -> Result<Vec<Digest>, FetchError> {
        let url = format!("{url}/groups");
        let answer = self
            .client
            .get(&url)
            .send()
            .await
            .map_err(|error| failed(&url, error))?;
        if answer.status() != StatusCode::OK {
            return Err(refused(&url, answer).await);
        }
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let found = header(ROOT).unwrap_or("none").to_owned();
        if found != wanted.root.to_string() || header(COUNT) != Some(wanted.header.count.to_string().as_str()) {
            return Err(FetchError::OtherResult {
                url,
                expected: wanted.root,
                found,
            });
        }
        let expected = wanted.header.count.div_ceil(GROUP as u64).saturating_mul(32);
        let mut answer = answer;
        let mut bytes = Vec::new();
        while let Some(more) = answer.chunk().await.map_err(|error| failed(&url, error))? {
            bytes.extend_from_slice(&more);
            if bytes.len() as u64 > expected {
                break;
            }
        }
        let (roots, rest) = bytes.as_chunks::<32>();
        if bytes.len() as u64 != expected || !rest.is_empty() || Tree::new(roots.to_vec()).root() != wanted.root.0 {
            let what = "its groups do not make the committed root".to_owned();
            return Err(FetchError::False { url, what });
        }
        Ok(roots.to_vec())
    }
}

fn failed(url: &str, error: impl std::error::Error) -> FetchError {
    // The innermost cause says it shortest.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    FetchError::Request {
        url: url.to_owned(),
        reason: cause.to_string(),
    }
}

async fn refused(url: &str, answer: reqwest::Response) -> FetchError {
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    let said = serde_json::from_str::<serde_json::Value>(&text).ok();
    let said = said.and_then(|said| said["error"].as_str().map(str::to_owned));
    FetchError::Request {
        url: url.to_owned(),
        reason: said.unwrap_or_else(|| status.to_string()),
    }
}

/// A result file that grows by whole groups, each checked before it is written.
struct Download {
    wanted: Wanted,
    roots: Vec<Digest>,
    file: File,
    path: PathBuf,
    /// Bytes in the file: the header and checked groups.
    kept: u64,
    /// Elements in the file.
    elements: u64,
    /// What arrived after that.
    buffer: Vec<u8>,
    /// Bytes of `buffer` that are whole elements, and their hashes so far.
    parsed: usize,
    group: Frontier,
}

impl Download {
    /// Takes up what an earlier try left, as far as it is right.
    fn open(wanted: &Wanted, roots: Vec<Digest>, to: &Path) -> Result<Self, FetchError> {
        let mut path = to.as_os_str().to_owned();
        path.push(".download");
        let path = PathBuf::from(path);
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut download = Self {
            wanted: *wanted,
            roots,
            file: open.map_err(|source| FetchError::Disk {
                path: path.clone(),
                source,
            })?,
            path,
            kept: 0,
            elements: 0,
            buffer: Vec::new(),
            parsed: 0,
            group: Frontier::new(),
        };
        download.resume()?;
        Ok(download)
    }

    fn resume(&mut self) -> Result<(), FetchError> {
        let mut old = self.file.try_clone().map_err(|error| self.disk(error))?;
        let wrong = |what: String| FetchError::False {
            url: String::new(),
            what,
        };
        let mut piece = vec![0; 1 << 16];
        loop {
            // What is right is written again to its place; the reading runs ahead of the writing.
            let at = self.kept + self.buffer.len() as u64;
            let read = old.seek(SeekFrom::Start(at)).and_then(|_| old.read(&mut piece));
            let read = read.map_err(|error| self.disk(error))?;
            if read == 0 {
                break;
            }
            match self.take(&piece[..read], &wrong) {
                Ok(()) => {}
                Err(FetchError::Disk { path, source }) => return Err(FetchError::Disk { path, source }),
                Err(_) => break,
            }
        }
        self.cut()
    }

    /// Forgets what was kept.
    fn restart(&mut self) -> Result<(), FetchError> {
        (self.kept, self.elements) = (0, 0);
        self.cut()
    }

    /// Drops what is not checked, in memory and on the disk.
    fn cut(&mut self) -> Result<(), FetchError> {
        self.buffer.clear();
        self.parsed = 0;
        self.group = Frontier::new();
        self.file.set_len(self.kept).map_err(|error| self.disk(error))
    }

    /// Takes what arrived.
    fn take(&mut self, bytes: &[u8], lie: &impl Fn(String) -> FetchError) -> Result<(), FetchError> {
        self.buffer.extend_from_slice(bytes);
        if self.kept == 0 {
            if self.buffer.len() < HEADER as usize {
                return Ok(());
            }
            let expected = self.wanted.header.bytes();
            if self.buffer[..HEADER as usize] != expected {
                return Err(lie("its header is not that of the job's result".to_owned()));
            }
            self.write(HEADER as usize)?;
        }
        while self.elements + self.group.count() < self.wanted.header.count {
            let rest = &self.buffer[self.parsed..];
            let Some((length, rest)) = rest.split_first_chunk::<2>() else {
                break;
            };
            let length = usize::from(u16::from_be_bytes(*length));
            if length > self.wanted.header.max_element as usize {
                let at = self.elements + self.group.count();
                return Err(lie(format!(
                    "element {at} has {length} bytes, more than the terms allow"
                )));
            }
            let Some(element) = rest.get(..length) else { break };
            self.group.push(leaf_hash(element));
            self.parsed += 2 + length;
            let whole = self.elements + self.group.count() == self.wanted.header.count;
            if self.group.count() == GROUP as u64 || whole {
                self.check(lie)?;
            }
        }
        Ok(())
    }

    /// Keeps the group that is complete, if it is the right one.
    fn check(&mut self, lie: &impl Fn(String) -> FetchError) -> Result<(), FetchError> {
        let at = self.elements / GROUP as u64;
        let count = self.group.count();
        if self.roots.get(at as usize) != Some(&self.group.root()) {
            let (first, last) = (self.elements, self.elements + count - 1);
            return Err(lie(format!(
                "elements {first} to {last} do not belong to the committed root"
            )));
        }
        self.write(self.parsed)?;
        self.elements += count;
        self.group = Frontier::new();
        Ok(())
    }

    /// Moves the first bytes of the buffer to the disk.
    fn write(&mut self, length: usize) -> Result<(), FetchError> {
        let seek = self.file.seek(SeekFrom::Start(self.kept));
        let written = seek.and_then(|_| self.file.write_all(&self.buffer[..length]));
        written.map_err(|error| self.disk(error))?;
        self.buffer.drain(..length);
        self.parsed = 0;
        self.kept += length as u64;
        Ok(())
    }

    /// Completes the file and gives it its name.
    fn finish(mut self, to: &Path, lie: &impl Fn(String) -> FetchError) -> Result<(), FetchError> {
        if self.kept == 0 || self.elements < self.wanted.header.count {
            let (have, count) = (self.elements, self.wanted.header.count);
            return Err(lie(format!("it ends after {have} of {count} elements")));
        }
        if self.buffer != self.wanted.root.0 {
            let tail = hex::encode_prefixed(&self.buffer[..self.buffer.len().min(32)]);
            return Err(lie(format!("it ends in {tail}, not in the committed root")));
        }
        self.write(self.buffer.len())?;
        let done = self.file.sync_all().and_then(|()| fs::rename(&self.path, to));
        done.map_err(|error| self.disk(error))
    }

    fn disk(&self, source: io::Error) -> FetchError {
        FetchError::Disk {
            path: self.path.clone(),
            source,
        }
    }
}

impl Wanted {
    /// What a job's state says about its result.
    pub fn new(id: B256, terms: &Terms, job: &Job) -> anyhow::Result<Self> {
        Ok(Self {
            job: id,
            root: job.root,
            header: Header {
                form: engine_form(terms.form).context("the terms ask for no form of result that there is")?,
                max_element: terms.maxElement,
                count: job.count,
            },
        })
    }
}
