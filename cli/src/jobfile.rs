//! The files that describe a job: what client and worker share, and what each keeps to itself.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, B256, Bytes, U256, aliases::U96, keccak256},
    sol_types::SolValue,
};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use surety_contracts::{Form, Opening, Terms};
use surety_protocol::commitment;
use tempfile::NamedTempFile;

const VERSION: u32 = 1;

/// Everything about a job but its state: the client writes it and hands it to the worker (and to the referee), by any
/// channel. It holds the openings of both commitments, which are secret to whoever is not to know the computation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobFile {
    version: u32,
    pub chain_id: u64,
    pub escrow: Address,
    pub job_id: B256,
    /// The computation as it was asked for, such as `primes:0..1000000`; the openings below are what counts.
    pub task: String,
    terms: TermsRecord,
    opening: OpeningRecord,
}

impl JobFile {
    pub fn new(chain_id: u64, escrow: Address, task: &str, terms: &Terms, opening: &Opening) -> Self {
        Self {
            version: VERSION,
            chain_id,
            escrow,
            job_id: job_id(chain_id, escrow, terms),
            task: task.to_owned(),
            terms: terms.into(),
            opening: opening.into(),
        }
    }

    /// Reads a job and checks that its id is that of its terms.
    pub fn read(path: &Path) -> Result<Self> {
        let job: Self = read(path, "job file")?;
        job.check(&path.display().to_string())?;
        Ok(job)
    }

    /// Checks a job that did not come from a file: its version, and that its id is that of its terms.
    pub fn check(&self, origin: &str) -> Result<()> {
        ensure!(
            self.version == VERSION,
            "the job file {origin} has version {}, this tool reads {VERSION}",
            self.version
        );
        let id = job_id(self.chain_id, self.escrow, &self.terms());
        ensure!(
            self.job_id == id,
            "the job file {origin} was changed: its terms make job {id}, not {}",
            self.job_id
        );
        Ok(())
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        write_new(path, self)
    }

    pub fn terms(&self) -> Terms {
        self.terms.clone().into()
    }

    pub fn opening(&self) -> Opening {
        self.opening.clone().into()
    }

    /// Checks that function and data are those that the terms commit to.
    pub fn check_openings(&self) -> Result<()> {
        let (terms, opening) = (&self.terms, &self.opening);
        for (what, commitment, salt, bytes) in [
            (
                "function",
                terms.function_commitment,
                opening.function_salt,
                &opening.function_bytes,
            ),
            ("data", terms.data_commitment, opening.data_salt, &opening.data_bytes),
        ] {
            if !commitment::opens(&commitment.0, &salt.0, bytes) {
                bail!("the {what} in the job file is not what the terms commit to: do not take this job");
            }
        }
        Ok(())
    }
}

/// What the worker of a sealed job needs to reveal, and nobody else may see before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SealFile {
    pub job_id: B256,
    pub account: Address,
    pub root: B256,
    pub count: u64,
    pub salt: B256,
}

impl SealFile {
    pub fn read(path: &Path) -> Result<Self> {
        read(path, "seal file")
    }

    /// Reads the seal of a result of this job.
    pub fn of_job(path: &Path, job_id: B256) -> Result<Self> {
        let seal = Self::read(path)?;
        ensure!(
            seal.job_id == job_id,
            "{} seals a result of job {}, not of this one",
            path.display(),
            seal.job_id
        );
        Ok(seal)
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        write_new(path, self)
    }

    pub fn seal(&self) -> B256 {
        commitment::seal(&self.job_id.0, &self.account.0, &self.root.0, self.count, &self.salt.0).into()
    }
}

/// The client's sampling seed, whose hash is in the terms. It stays with the client until the result is committed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedFile {
    pub job_id: B256,
    pub seed: B256,
}

impl SeedFile {
    pub fn read(path: &Path) -> Result<Self> {
        read(path, "seed file")
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        write_new(path, self)
    }
}

/// `JOB.json` and `seal` make `JOB.seal.json`.
pub fn beside(job: &Path, what: &str) -> PathBuf {
    job.with_extension(format!("{what}.json"))
}

/// keccak256(abi.encode(chain id, escrow, terms)).
pub fn job_id(chain_id: u64, escrow: Address, terms: &Terms) -> B256 {
    keccak256((U256::from(chain_id), escrow, terms.clone()).abi_encode_params())
}

fn read<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = fs::read(path).with_context(|| format!("cannot read the {what} {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is no {what}", path.display()))
}

/// Writes a file that must not exist: it may hold the only copy of salts that money depends on. It is on the disk, whole,
/// before it gets its name: a write that is interrupted leaves none.
fn write_new<T: Serialize>(path: &Path, content: &T) -> Result<()> {
    let mut text = serde_json::to_string_pretty(content)?;
    text.push('\n');
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let write = || {
        let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        Ok::<_, io::Error>(())
    };
    write().with_context(|| format!("cannot write {} (files are never overwritten)", path.display()))
}

/// [`Terms`] with money as decimal strings of wei.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TermsRecord {
    client: Address,
    worker: Address,
    referee: Address,
    verifier: Address,
    predicate: Address,
    function_commitment: B256,
    data_commitment: B256,
    seed_hash: B256,
    salt: B256,
    form: FormName,
    count: u64,
    max_element: u32,
    is_sealed: bool,
    #[serde(with = "wei")]
    reward: U96,
    #[serde(with = "wei")]
    bonus: U96,
    #[serde(with = "wei")]
    deposit: U96,
    #[serde(with = "wei")]
    bond: U96,
    accept_by: u64,
    compute_window: u32,
    dispute_window: u32,
    response_window: u32,
    ruling_window: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormName {
    Set,
    Table,
    Chain,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpeningRecord {
    function_salt: B256,
    function_bytes: Bytes,
    data_salt: B256,
    data_bytes: Bytes,
}

mod wei {
    use alloy::primitives::aliases::U96;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(wei: &U96, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(wei)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U96, D::Error> {
        let text = String::deserialize(deserializer)?;
        U96::from_str_radix(&text, 10).map_err(|_| D::Error::custom(format!("`{text}` is no amount of wei")))
    }
}

impl From<&Terms> for TermsRecord {
    fn from(terms: &Terms) -> Self {
        Self {
            client: terms.client,
            worker: terms.worker,
            referee: terms.referee,
            verifier: terms.verifier,
            predicate: terms.predicate,
            function_commitment: terms.functionCommitment,
            data_commitment: terms.dataCommitment,
            seed_hash: terms.seedHash,
            salt: terms.salt,
            form: match terms.form {
                Form::Table => FormName::Table,
                Form::Chain => FormName::Chain,
                _ => FormName::Set,
            },
            count: terms.count,
            max_element: terms.maxElement,
            is_sealed: terms.isSealed,
            reward: terms.reward,
            bonus: terms.bonus,
            deposit: terms.deposit,
            bond: terms.bond,
            accept_by: terms.acceptBy,
            compute_window: terms.computeWindow,
            dispute_window: terms.disputeWindow,
            response_window: terms.responseWindow,
            ruling_window: terms.rulingWindow,
        }
    }
}

impl From<TermsRecord> for Terms {
    fn from(terms: TermsRecord) -> Self {
        Self {
            client: terms.client,
            worker: terms.worker,
            referee: terms.referee,
            verifier: terms.verifier,
            predicate: terms.predicate,
            functionCommitment: terms.function_commitment,
            dataCommitment: terms.data_commitment,
            seedHash: terms.seed_hash,
            salt: terms.salt,
            form: match terms.form {
                FormName::Set => Form::Set,
                FormName::Table => Form::Table,
                FormName::Chain => Form::Chain,
            },
            count: terms.count,
            maxElement: terms.max_element,
            isSealed: terms.is_sealed,
            reward: terms.reward,
            bonus: terms.bonus,
            deposit: terms.deposit,
            bond: terms.bond,
            acceptBy: terms.accept_by,
            computeWindow: terms.compute_window,
            disputeWindow: terms.dispute_window,
            responseWindow: terms.response_window,
            rulingWindow: terms.ruling_window,
        }
    }
}

impl From<&Opening> for OpeningRecord {
    fn from(opening: &Opening) -> Self {
        Self {
            function_salt: opening.functionSalt,
            function_bytes: opening.functionBytes.clone(),
            data_salt: opening.dataSalt,
            data_bytes: opening.dataBytes.clone(),
        }
    }
}

impl From<OpeningRecord> for Opening {
    fn from(opening: OpeningRecord) -> Self {
        Self {
            functionSalt: opening.function_salt,
            functionBytes: opening.function_bytes,
            dataSalt: opening.data_salt,
            dataBytes: opening.data_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> JobFile {
        let (function_salt, data_salt) = (B256::repeat_byte(1), B256::repeat_byte(2));
        let terms = Terms {
            client: Address::repeat_byte(9),
            worker: Address::ZERO,
            referee: Address::ZERO,
            verifier: Address::ZERO,
            predicate: Address::repeat_byte(8),
            functionCommitment: commitment::commit(&function_salt.0, b"f").into(),
            dataCommitment: commitment::commit(&data_salt.0, b"d").into(),
            seedHash: B256::ZERO,
            salt: B256::repeat_byte(3),
            form: Form::Table,
            count: 4,
            maxElement: 256,
            isSealed: true,
            reward: U96::from(10u64.pow(18)),
            bonus: U96::from(1),
            deposit: U96::MAX,
            bond: U96::from(7),
            acceptBy: 1_800_000_000,
            computeWindow: 1,
            disputeWindow: 2,
            responseWindow: 3,
            rulingWindow: 4,
        };
        let opening = Opening {
            functionSalt: function_salt,
            functionBytes: Bytes::from_static(b"f"),
            dataSalt: data_salt,
            dataBytes: Bytes::from_static(b"d"),
        };
        JobFile::new(412_346, Address::repeat_byte(5), "a task", &terms, &opening)
    }

    #[test]
    fn a_job_survives_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("JOB.json");
        job().write(&path).unwrap();
        let read = JobFile::read(&path).unwrap();
        assert_eq!(read, job());
        assert_eq!(read.terms(), job().terms());
        assert_eq!(read.opening(), job().opening());
        read.check_openings().unwrap();
        assert!(job().write(&path).is_err(), "it must not be overwritten");
        assert_eq!(beside(&path, "seal"), folder.path().join("JOB.seal.json"));
    }

    #[test]
    fn a_changed_job_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("JOB.json");
        job().write(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for (from, to, expected) in [
            ("\"count\": 4", "\"count\": 5", "was changed"),
            ("\"bond\": \"7\"", "\"bond\": \"seven\"", "no amount of wei"),
            ("\"version\": 1", "\"version\": 2", "has version 2"),
            ("\"task\"", "\"extra\": 0, \"task\"", "unknown field"),
        ] {
            assert!(text.contains(from), "{from}");
            fs::write(&path, text.replace(from, to)).unwrap();
            let error = format!("{:#}", JobFile::read(&path).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn openings_are_checked() {
        let mut other = job();
        other.opening.data_bytes = Bytes::from_static(b"e");
        let error = other.check_openings().unwrap_err().to_string();
        assert!(error.contains("the data in the job file"), "{error}");
    }

    #[test]
    fn the_id_hashes_chain_escrow_and_terms() {
        let terms = job().terms();
        let id = job_id(412_346, Address::repeat_byte(5), &terms);
        assert_eq!(id, job().job_id);
        assert_ne!(id, job_id(412_347, Address::repeat_byte(5), &terms));
        assert_ne!(id, job_id(412_346, Address::repeat_byte(6), &terms));
        // Two words before the terms, which are static.
        let mut encoded = vec![0; 64];
        encoded[24..32].copy_from_slice(&412_346u64.to_be_bytes());
        encoded[44..64].fill(5);
        encoded.extend(terms.abi_encode());
        assert_eq!(id, keccak256(encoded));
    }
}
