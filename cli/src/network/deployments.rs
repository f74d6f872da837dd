//! What `surety deploy` put where: a JSON file beside the user's networks, written whole or not at all.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Network;

const VERSION: u32 = 1;

/// Why the file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentsError {
    #[error("cannot read what was deployed from {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("{} does not tell what was deployed: {reason}; move it away to begin anew", path.display())]
    Malformed { path: PathBuf, reason: String },
    #[error("cannot write down in {} what was deployed: {reason}", path.display())]
    Unwritable { path: PathBuf, reason: io::Error },
    #[error("there is no home folder to write down what is deployed: name a file for your networks with --config")]
    Homeless,
}

/// A contract that was deployed from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    pub address: Address,
    /// Block of its creation: it has no logs before.
    pub block: u64,
}

/// A creation that was signed, and of which it is not known yet what became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Underway {
    pub contract: String,
    pub transaction: B256,
    pub raw: Bytes,
}

/// What is known of one network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    chain_id: u64,
    /// By the contract's name, such as `escrow`.
    #[serde(default)]
    pub contracts: BTreeMap<String, Deployment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub underway: Option<Underway>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Book {
    version: u32,
    networks: BTreeMap<String, Record>,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            version: VERSION,
            networks: BTreeMap::new(),
        }
    }
}

/// The file.
#[derive(Clone, Debug)]
pub struct Deployments {
    path: Option<PathBuf>,
}

impl Deployments {
    /// `networks.toml` and `networks.deployed.json` belong together.
    pub fn beside(config: Option<&Path>) -> Self {
        Self {
            path: config.map(|path| path.with_extension("deployed.json")),
        }
    }

    /// What is known of a network; nothing if it is another chain now.
    pub fn of(&self, network: &Network) -> Result<Record, DeploymentsError> {
        let book = self.read()?;
        let record = book.networks.get(&network.name);
        Ok(record
            .filter(|record| record.chain_id == network.chain_id)
            .cloned()
            .unwrap_or_else(|| Record {
                chain_id: network.chain_id,
                ..Record::default()
            }))
    }

    /// Changes what is known of a network. It is on the disk, whole, when this returns.
    pub fn change(&self, network: &Network, edit: impl FnOnce(&mut Record)) -> Result<(), DeploymentsError> {
        let path = self.path.as_deref().ok_or(DeploymentsError::Homeless)?;
        let unwritable = |reason| DeploymentsError::Unwritable {
            path: path.to_owned(),
            reason,
        };
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(unwritable)?;
        // Two that deploy to different networks at once lose nothing of each other's.
        let lock = File::create(path.with_extension("lock")).map_err(unwritable)?;
        lock.lock().map_err(unwritable)?;
        let mut record = self.of(network)?;
        edit(&mut record);
        let mut book = self.read()?;
        book.networks.insert(network.name.clone(), record);
        let write = || {
            let mut file = NamedTempFile::new_in(folder)?;
            serde_json::to_writer_pretty(&mut file, &book)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok::<_, io::Error>(())
        };
        write().map_err(unwritable)
    }

    fn read(&self) -> Result<Book, DeploymentsError> {
        let Some(path) = &self.path else {
            return Ok(Book::default());
        };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Book::default()),
            Err(reason) => {
                return Err(DeploymentsError::Unreadable {
                    path: path.clone(),
                    reason,
                });
            }
        };
        let malformed = |reason: String| DeploymentsError::Malformed {
            path: path.clone(),
            reason,
        };
        let book: Book = serde_json::from_slice(&text).map_err(|error| malformed(error.to_string()))?;
        if book.version != VERSION {
            return Err(malformed(format!(
                "it has version {}, this tool reads {VERSION}",
                book.version
            )));
        }
        Ok(book)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Config;

    fn deployment(byte: u8) -> Deployment {
        Deployment {
            address: Address::repeat_byte(byte),
            block: byte.into(),
        }
    }

    #[test]
    fn each_network_has_its_own_record_and_another_chain_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::read(Some(&folder.path().join("mine/networks.toml"))).unwrap();
        let deployments = config.deployments();
        let (devnet, sepolia) = (
            config.named("devnet").unwrap(),
            config.named("arbitrum-sepolia").unwrap(),
        );
        for (network, byte) in [(&devnet, 1), (&sepolia, 2)] {
            deployments
                .change(network, |record| {
                    record.contracts.insert("escrow".into(), deployment(byte));
                })
                .unwrap();
        }
        assert_eq!(deployments.of(&devnet).unwrap().contracts["escrow"], deployment(1));
        assert_eq!(deployments.of(&sepolia).unwrap().contracts["escrow"], deployment(2));
        let other = Network { chain_id: 5, ..devnet };
        assert_eq!(deployments.of(&other).unwrap().contracts, BTreeMap::new());
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::read(Some(&folder.path().join("networks.toml"))).unwrap();
        let path = folder.path().join("networks.deployed.json");
        fs::write(&path, "{ \"version\": 1, ").unwrap();
        let devnet = config.usual().unwrap();
        let error = config.deployments().change(&devnet, |_| {}).unwrap_err().to_string();
        assert!(error.contains("move it away"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{ \"version\": 1, ");
    }
}
