//! The books: what an agent must not forget when it is killed. One file, each change on the disk before it counts.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolValue,
};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use surety_contracts::{Fault, Terms};

use super::action::Move;
use crate::evidence::Finding;

/// What the books are about, and the last block whose logs were read.
const FACTS: TableDefinition<'_, &str, &str> = TableDefinition::new("facts");
const JOBS: TableDefinition<'_, &[u8; 32], &[u8]> = TableDefinition::new("jobs");
/// Transactions on their way, by nonce.
const OUTBOX: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("outbox");
/// Jobs by the line of the orders that asked for them.
const ORDERS: TableDefinition<'_, &str, &[u8; 32]> = TableDefinition::new("orders");

const BLOCK: &str = "block";

/// Why the books cannot be kept. An agent without books stops: it could act twice.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{} is in use: another `surety` runs with this folder; name another with --dir", .path.display())]
    InUse { path: PathBuf },
    #[error("{} holds the books of another {what}: {found}, not {expected}; name another folder with --dir", .path.display())]
    Foreign {
        path: PathBuf,
        what: &'static str,
        expected: String,
        found: String,
    },
    #[error("cannot keep the books in {}: {source}; what was saved is safe, start again when that is mended", .path.display())]
    Failed { path: PathBuf, source: Box<redb::Error> },
    #[error("an entry in {} is not readable: {source}", .path.display())]
    Entry { path: PathBuf, source: serde_json::Error },
}

/// What an agent knows about a job besides what the chain tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Record {
    /// ABI encoding of the terms.
    pub terms: Bytes,
    /// Whether the job's file, with its openings, is in the folder.
    pub has_file: bool,
    /// Whether this agent means to delegate it.
    pub ordered: bool,
    /// The second opinion that the client wants.
    pub offer: Option<OfferRecord>,
    pub appraisal: Option<Appraisal>,
    /// The result that this agent computed.
    pub own: Option<Held>,
    /// The committed result, fetched from its worker.
    pub theirs: Option<Held>,
    pub verdict: Option<Judged>,
    /// When the result could not be fetched for the first time, in the chain's seconds.
    pub undelivered: Option<u64>,
    /// Whether elements were demanded on chain.
    pub demanded: bool,
    /// Whether those that were delivered there were looked at.
    pub examined: bool,
    /// ABI encoding of the leaves delivered there that prove the verdict.
    pub shown: Option<Bytes>,
    /// Nothing is left to do.
    pub finished: bool,
}

/// Amounts of an appeal, in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferRecord {
    pub fee: U256,
    pub bonus: U256,
    pub stake: Option<U256>,
}

/// Whether a job is worth it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum Appraisal {
    /// `seconds` of computing are expected.
    Welcome { seconds: u64 },
    /// To be looked at again from `again` on, in the chain's seconds.
    Declined { reason: String, again: u64 },
}

/// A result in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub root: B256,
    pub count: u64,
}

/// A verdict on the result with this root. After a reorganisation another one may be committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub root: B256,
    pub verdict: Verdict,
}

/// What checking a result gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum Verdict {
    Right,
    /// The fields of a [`Finding`].
    Wrong {
        fault: u8,
        at: u64,
        missing: Bytes,
    },
}

impl From<Finding> for Verdict {
    fn from(finding: Finding) -> Self {
        Self::Wrong {
            fault: finding.fault as u8,
            at: finding.at,
            missing: finding.missing.into(),
        }
    }
}

impl Verdict {
    /// What is wrong, if something is.
    pub fn finding(&self) -> Option<Finding> {
        match self {
            Self::Right => None,
            Self::Wrong { fault, at, missing } => Some(Finding {
                fault: Fault::try_from(*fault).unwrap_or(Fault::__Invalid),
                at: *at,
                missing: missing.to_vec(),
            }),
        }
    }
}

impl Record {
    pub fn new(terms: &Terms) -> Self {
        Self {
            terms: terms.abi_encode().into(),
            ..Self::default()
        }
    }

    /// Whether this agent had to do with it.
    pub fn is_mine(&self) -> bool {
        let welcome = matches!(self.appraisal, Some(Appraisal::Welcome { .. }));
        self.ordered || welcome || self.own.is_some() || self.theirs.is_some()
    }

    /// The terms, unless the entry was damaged.
    pub fn terms(&self) -> Option<Terms> {
        Terms::abi_decode(&self.terms).ok()
    }
}

/// A transaction on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outgoing {
    pub job: B256,
    pub step: Move,
    pub to: Address,
    pub input: Bytes,
    pub value: U256,
    pub gas: u64,
    /// Wei for each unit of gas.
    pub max_fee: u128,
    /// Of every version that was sent; the last is `raw`'s.
    pub hashes: Vec<B256>,
    pub raw: Bytes,
    /// What to say once it is mined.
    pub done: String,
}

/// What a folder of books belongs to.
#[derive(Clone, Debug)]
pub struct Owner {
    pub role: &'static str,
    pub chain_id: u64,
    pub escrow: Address,
    pub account: Address,
}

pub struct Store {
    database: Database,
    path: PathBuf,
}

impl Store {
    /// Opens the books, or begins new ones.
    pub fn open(path: &Path, owner: &Owner) -> Result<Self, StoreError> {
        let database = Database::create(path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { path: path.to_owned() },
            other => StoreError::Failed {
                path: path.to_owned(),
                source: Box::new(other.into()),
            },
        })?;
        let store = Self {
            database,
            path: path.to_owned(),
        };
        for (what, expected) in [
            ("role", owner.role.to_owned()),
            ("chain", owner.chain_id.to_string()),
            ("escrow", owner.escrow.to_string()),
            ("account", owner.account.to_string()),
        ] {
            match store.begin(what, &expected)? {
                found if found == expected => {}
                found => {
                    return Err(StoreError::Foreign {
                        path: store.path,
                        what,
                        expected,
                        found,
                    });
                }
            }
        }
        Ok(store)
    }

    /// Writes down a fact of new books. Returns what they say about it.
    fn begin(&self, what: &str, value: &str) -> Result<String, StoreError> {
        self.change(|transaction| {
            let mut facts = transaction.open_table(FACTS)?;
            let known = facts.get(what)?.map(|known| known.value().to_owned());
            match known {
                Some(known) => Ok(known),
                None => {
                    facts.insert(what, value)?;
                    Ok(value.to_owned())
                }
            }
        })
    }

    /// The last block whose logs were read.
    pub fn block(&self) -> Result<Option<u64>, StoreError> {
        self.look(|transaction| {
            let facts = transaction.open_table(FACTS)?;
            Ok(facts.get(BLOCK)?.and_then(|block| block.value().parse().ok()))
        })
    }

    pub fn set_block(&self, block: u64) -> Result<(), StoreError> {
        self.change(|transaction| {
            transaction
                .open_table(FACTS)?
                .insert(BLOCK, block.to_string().as_str())?;
            Ok(())
        })
    }

    pub fn jobs(&self) -> Result<Vec<(B256, Record)>, StoreError> {
        let entries = self.entries(JOBS, |key| B256::from(*key))?;
        entries
            .into_iter()
            .map(|(id, bytes)| Ok((id, self.read(&bytes)?)))
            .collect()
    }

    pub fn set_job(&self, id: B256, record: &Record) -> Result<(), StoreError> {
        let bytes = self.write(record)?;
        self.change(|transaction| {
            transaction.open_table(JOBS)?.insert(&id.0, bytes.as_slice())?;
            Ok(())
        })
    }

    /// The job that was made for an order.
    pub fn order(&self, key: &str) -> Result<Option<B256>, StoreError> {
        self.look(|transaction| {
            let orders = transaction.open_table(ORDERS)?;
            Ok(orders.get(key)?.map(|id| B256::from(*id.value())))
        })
    }

    /// Writes down the job that was made for an order, both or neither.
    pub fn set_order(&self, key: &str, id: B256, record: &Record) -> Result<(), StoreError> {
        let bytes = self.write(record)?;
        self.change(|transaction| {
            transaction.open_table(ORDERS)?.insert(key, &id.0)?;
            transaction.open_table(JOBS)?.insert(&id.0, bytes.as_slice())?;
            Ok(())
        })
    }

    pub fn outbox(&self) -> Result<Vec<(u64, Outgoing)>, StoreError> {
        let entries = self.entries(OUTBOX, |nonce| nonce)?;
        entries
            .into_iter()
            .map(|(nonce, bytes)| Ok((nonce, self.read(&bytes)?)))
            .collect()
    }

    pub fn set_outgoing(&self, nonce: u64, outgoing: &Outgoing) -> Result<(), StoreError> {
        let bytes = self.write(outgoing)?;
        self.change(|transaction| {
            transaction.open_table(OUTBOX)?.insert(nonce, bytes.as_slice())?;
            Ok(())
        })
    }

    pub fn remove_outgoing(&self, nonce: u64) -> Result<(), StoreError> {
        self.change(|transaction| {
            transaction.open_table(OUTBOX)?.remove(nonce)?;
            Ok(())
        })
    }

    fn entries<K: redb::Key + 'static, T>(
        &self,
        table: TableDefinition<'_, K, &'static [u8]>,
        key: impl Fn(K::SelfType<'_>) -> T,
    ) -> Result<Vec<(T, Vec<u8>)>, StoreError> {
        self.look(|transaction| {
            let table = transaction.open_table(table)?;
            let mut entries = Vec::new();
            for entry in table.iter()? {
                let (id, bytes) = entry?;
                entries.push((key(id.value()), bytes.value().to_owned()));
            }
            Ok(entries)
        })
    }

    /// Changes the books; all of it is on the disk when this returns, or nothing.
    fn change<T>(&self, edit: impl FnOnce(&redb::WriteTransaction) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        let run = || {
            let transaction = self.database.begin_write()?;
            let value = edit(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|error| self.failed(error))
    }

    /// Reads the books. A table that was never written to is empty.
    fn look<T: Default>(
        &self,
        read: impl FnOnce(&redb::ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let run = || read(&self.database.begin_read()?);
        match run() {
            Err(redb::Error::TableDoesNotExist(_)) => Ok(T::default()),
            other => other.map_err(|error| self.failed(error)),
        }
    }

    fn read<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, StoreError> {
        serde_json::from_slice(bytes).map_err(|source| StoreError::Entry {
            path: self.path.clone(),
            source,
        })
    }

    fn write<T: Serialize>(&self, value: &T) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(value).map_err(|source| StoreError::Entry {
            path: self.path.clone(),
            source,
        })
    }

    fn failed(&self, error: redb::Error) -> StoreError {
        StoreError::Failed {
            path: self.path.clone(),
            source: Box::new(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner {
            role: "worker",
            chain_id: 412_346,
            escrow: Address::repeat_byte(1),
            account: Address::repeat_byte(2),
        }
    }

    #[test]
    fn what_was_written_is_there_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books");
        let (id, record) = (
            B256::repeat_byte(7),
            Record {
                verdict: Some(Judged {
                    root: B256::repeat_byte(7),
                    verdict: Verdict::Wrong {
                        fault: Fault::MissingElement as u8,
                        at: 3,
                        missing: Bytes::from_static(b"x"),
                    },
                }),
                ..Record::default()
            },
        );
        let outgoing = Outgoing {
            job: id,
            step: Move::Take,
            to: Address::repeat_byte(4),
            input: Bytes::from_static(b"call"),
            value: U256::from(5),
            gas: 6,
            max_fee: 7,
            hashes: vec![B256::repeat_byte(8)],
            raw: Bytes::from_static(b"raw"),
            done: "took it".to_owned(),
        };
        {
            let store = Store::open(&path, &owner()).unwrap();
            assert_eq!((store.block().unwrap(), store.jobs().unwrap()), (None, vec![]));
            assert_eq!(store.order("1").unwrap(), None);
            store.set_block(17).unwrap();
            store.set_order("1", id, &record).unwrap();
            store.set_outgoing(9, &outgoing).unwrap();
            store.set_outgoing(10, &outgoing).unwrap();
            store.remove_outgoing(10).unwrap();
        }
        let store = Store::open(&path, &owner()).unwrap();
        assert_eq!(store.block().unwrap(), Some(17));
        assert_eq!(store.order("1").unwrap(), Some(id));
        assert_eq!(store.jobs().unwrap(), vec![(id, record)]);
        assert_eq!(store.outbox().unwrap(), vec![(9, outgoing)]);
        let judged = store.jobs().unwrap()[0].1.verdict.clone().unwrap();
        let finding = judged.verdict.finding().unwrap();
        assert_eq!((finding.fault, finding.at), (Fault::MissingElement, 3));
    }

    #[test]
    fn books_of_somebody_else_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books");
        drop(Store::open(&path, &owner()).unwrap());
        let other = Owner {
            chain_id: 42_161,
            ..owner()
        };
        let error = Store::open(&path, &other).err().unwrap().to_string();
        assert!(error.contains("another chain: 412346, not 42161"), "{error}");
    }

    #[test]
    fn books_are_open_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books");
        let _open = Store::open(&path, &owner()).unwrap();
        assert!(matches!(Store::open(&path, &owner()), Err(StoreError::InUse { .. })));
    }
}
