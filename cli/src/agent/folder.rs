//! An agent's folder, and where it looks for jobs. A job's files are named as the single commands expect them, so that
//! each of those works on the folder of an agent that is not running.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use alloy::{primitives::B256, transports::http::reqwest};
use anyhow::{Context, Result};

use crate::jobfile::JobFile;

/// Files in a folder of jobs that are no jobs: seals, a referee's seals, sampling seeds.
const OTHERS: [&str; 3] = [".seal.json", ".opinion.json", ".seed.json"];

#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder if it is not there.
    pub fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self { path: path.to_owned() })
    }

    pub fn books(&self) -> PathBuf {
        self.path.join("books.redb")
    }

    pub fn job(&self, id: B256) -> PathBuf {
        self.path.join(format!("{id}.json"))
    }

    /// The result that was computed here.
    pub fn own(&self, id: B256) -> PathBuf {
        self.path.join(format!("{id}.result"))
    }

    /// The result that was fetched from its worker.
    pub fn theirs(&self, id: B256) -> PathBuf {
        self.path.join(format!("{id}.theirs.result"))
    }

    /// Keeps a job's file, if it is not here yet.
    pub fn keep(&self, job: &JobFile) -> Result<()> {
        let path = self.job(job.job_id);
        if path.exists() { Ok(()) } else { job.write(&path) }
    }
}

/// A place where job files appear.
#[derive(Clone, Debug)]
pub enum Source {
    Folder(PathBuf),
    Url(reqwest::Url),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("http://") || text.starts_with("https://") {
            return reqwest::Url::parse(text)
                .map(Self::Url)
                .map_err(|error| format!("`{text}` is no URL: {error}"));
        }
        Ok(Self::Folder(text.into()))
    }
}

/// Reads job files that were not read before.
pub struct Sources {
    places: Vec<Source>,
    client: reqwest::Client,
    seen_files: HashSet<PathBuf>,
    seen_ids: HashSet<B256>,
}

impl Sources {
    /// `known`: jobs whose files need not be read again.
    pub fn new(places: Vec<Source>, known: impl IntoIterator<Item = B256>) -> Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .build()
            .context("cannot make HTTP requests")?;
        Ok(Self {
            places,
            client,
            seen_files: HashSet::new(),
            seen_ids: known.into_iter().collect(),
        })
    }

    /// Everything new, and what could not be read.
    pub async fn look(&mut self) -> (Vec<JobFile>, Vec<anyhow::Error>) {
        let (mut jobs, mut troubles) = (Vec::new(), Vec::new());
        for place in self.places.clone() {
            let read = match &place {
                Source::Folder(path) => self.look_into(path, &mut troubles),
                Source::Url(url) => self.ask(url, &mut troubles).await,
            };
            match read {
                Ok(found) => jobs.extend(found),
                Err(error) => troubles.push(error),
            }
        }
        jobs.retain(|job| self.seen_ids.insert(job.job_id));
        (jobs, troubles)
    }

    fn look_into(&mut self, folder: &Path, troubles: &mut Vec<anyhow::Error>) -> Result<Vec<JobFile>> {
        let entries = fs::read_dir(folder)
            .and_then(|entries| entries.collect::<io::Result<Vec<_>>>())
            .with_context(|| format!("cannot read the folder {}", folder.display()))?;
        let mut jobs = Vec::new();
        for path in entries.into_iter().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_job = name.ends_with(".json") && !OTHERS.iter().any(|other| name.ends_with(other));
            if !is_job || self.seen_files.contains(&path) {
                continue;
            }
            match JobFile::read(&path) {
                Ok(job) => jobs.push(job),
                Err(error) => troubles.push(error),
            }
            self.seen_files.insert(path);
        }
        Ok(jobs)
    }

    async fn ask(&mut self, url: &reqwest::Url, troubles: &mut Vec<anyhow::Error>) -> Result<Vec<JobFile>> {
        let base = url.as_str().trim_end_matches('/');
        let ids: Vec<B256> = self.get(format!("{base}/jobs")).await?;
        let mut jobs = Vec::new();
        for id in ids {
            if self.seen_ids.contains(&id) {
                continue;
            }
            let job: Result<JobFile> = self.get(format!("{base}/jobs/{id}")).await;
            match job.and_then(|job| job.check(&format!("of {base}")).map(|()| job)) {
                Ok(job) => jobs.push(job),
                Err(error) => {
                    self.seen_ids.insert(id);
                    troubles.push(error);
                }
            }
        }
        Ok(jobs)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, url: String) -> Result<T> {
        let answer = async { self.client.get(&url).send().await?.error_for_status()?.bytes().await };
        let bytes = answer.await.with_context(|| format!("cannot fetch {url}"))?;
        serde_json::from_slice(&bytes).with_context(|| format!("{url} does not answer with what was asked for"))
    }
}
