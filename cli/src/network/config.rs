//! The networks that are built in, and the user's own.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use alloy::primitives::Address;
use serde::Deserialize;

use super::{Deployments, deployments::Record};

/// The network of commands that name none.
pub const DEFAULT: &str = "devnet";

/// Name, chain id, RPC, whether its ether is money.
const BUILT_IN: [(&str, u64, &str, bool); 4] = [
    ("devnet", 412_346, "http://127.0.0.1:8547", false),
    ("nitro-devnode", 412_346, "http://127.0.0.1:8547", false),
    (
        "arbitrum-sepolia",
        421_614,
        "https://sepolia-rollup.arbitrum.io/rpc",
        false,
    ),
    ("arbitrum-one", 42_161, "https://arb1.arbitrum.io/rpc", true),
];

/// Why no network could be chosen.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the networks in {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("the networks in {} are not as they should be: {reason}", path.display())]
    Malformed { path: PathBuf, reason: String },
    #[error("the network `{name}` in {} has no {missing}, and is none of those that are built in", path.display())]
    Incomplete {
        path: PathBuf,
        name: String,
        missing: &'static str,
    },
    #[error("there is no network `{name}`: choose {known}, or add it to {place}")]
    Unknown { name: String, known: String, place: String },
}

/// A network that can be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    pub name: String,
    pub chain_id: u64,
    pub rpc_url: String,
    /// Whether whoever spends there must say so.
    pub real_money: bool,
    /// Contracts that the user's file names. They go before those that were deployed from here.
    pub named: Named,
}

/// Addresses in the user's file, for contracts that somebody else deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub escrow: Option<Address>,
    pub referee: Option<Address>,
    pub collusion: Option<Address>,
    pub predicate: Option<Address>,
    /// Block from which on the escrow has logs.
    pub since: Option<u64>,
}

/// What a network's table in the user's file may say. Of a built-in network the rest stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    chain_id: Option<u64>,
    rpc_url: Option<String>,
    real_money: Option<bool>,
    escrow: Option<Address>,
    referee: Option<Address>,
    collusion: Option<Address>,
    predicate: Option<Address>,
    since: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    default: Option<String>,
    networks: BTreeMap<String, Entry>,
}

impl Network {
    /// What is known of a contract, by the user's file or by what was deployed, without looking whether it is there.
    pub fn known(&self, record: &Record, contract: &str) -> Option<Address> {
        let named = match contract {
            "escrow" => self.named.escrow,
            "referee" => self.named.referee,
            "collusion" => self.named.collusion,
            "predicate" => self.named.predicate,
            _ => None,
        };
        named.or_else(|| record.contracts.get(contract).map(|deployed| deployed.address))
    }
}

/// Every network that can be named, the built-in ones first.
#[derive(Debug)]
pub struct Config {
    path: Option<PathBuf>,
    default: String,
    networks: Vec<Network>,
}

impl Config {
    /// Reads `path`, by default `surety/networks.toml` in the user's folder of settings. A file that is not there says
    /// nothing.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let path = path.map(Path::to_owned).or_else(usual_path);
        let file = match &path {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let mut config = Self {
            default: file.default.unwrap_or_else(|| DEFAULT.to_owned()),
            networks: BUILT_IN.iter().map(built_in).collect(),
            path,
        };
        for (name, entry) in file.networks {
            config.add(name, entry)?;
        }
        Ok(config)
    }

    /// Overrides a network, or adds one.
    fn add(&mut self, name: String, entry: Entry) -> Result<(), ConfigError> {
        let known = self.networks.iter().position(|network| network.name == name);
        let base = known.map(|at| self.networks[at].clone());
        let missing = |missing| ConfigError::Incomplete {
            path: self.path.clone().unwrap_or_default(),
            name: name.clone(),
            missing,
        };
        let (chain_id, rpc_url) = match &base {
            Some(base) => (Some(base.chain_id), Some(base.rpc_url.clone())),
            None => (None, None),
        };
        let network = Network {
            chain_id: entry.chain_id.or(chain_id).ok_or_else(|| missing("chain-id"))?,
            rpc_url: entry.rpc_url.or(rpc_url).ok_or_else(|| missing("rpc-url"))?,
            // Of a network that nobody told us about, the worst is assumed.
            real_money: entry.real_money.unwrap_or(base.is_none_or(|base| base.real_money)),
            named: Named {
                escrow: entry.escrow,
                referee: entry.referee,
                collusion: entry.collusion,
                predicate: entry.predicate,
                since: entry.since,
            },
            name,
        };
        match known {
            Some(at) => self.networks[at] = network,
            None => self.networks.push(network),
        }
        Ok(())
    }

    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// Where what was deployed is written down.
    pub fn deployments(&self) -> Deployments {
        Deployments::beside(self.path.as_deref())
    }

    /// Where `surety key` keeps the key of whoever names none.
    pub fn keystore(&self) -> Option<PathBuf> {
        self.path.as_ref().map(|path| path.with_file_name("key.json"))
    }

    pub fn named(&self, name: &str) -> Result<Network, ConfigError> {
        let found = self.networks.iter().find(|network| network.name == name);
        found.cloned().ok_or_else(|| {
            let names: Vec<&str> = self.networks.iter().map(|network| network.name.as_str()).collect();
            ConfigError::Unknown {
                name: name.to_owned(),
                known: names.join(", "),
                place: match &self.path {
                    Some(path) => path.display().to_string(),
                    None => "a file that --config names".to_owned(),
                },
            }
        })
    }

    /// The network of commands that name none.
    pub fn usual(&self) -> Result<Network, ConfigError> {
        self.named(&self.default)
    }

    /// A network of a chain id: the usual one if it has it, else the first.
    pub fn of_chain(&self, chain_id: u64) -> Option<Network> {
        let usual = self.usual().ok();
        let all = usual.iter().chain(&self.networks);
        all.into_iter().find(|network| network.chain_id == chain_id).cloned()
    }

    /// A network of a chain id that may be none that is known.
    pub fn of_chain_at(&self, chain_id: u64, rpc_url: &str) -> Network {
        let known = self.of_chain(chain_id);
        known.unwrap_or_else(|| Network {
            name: format!("chain-{chain_id}"),
            chain_id,
            rpc_url: rpc_url.to_owned(),
            real_money: true,
            named: Named::default(),
        })
    }
}

fn built_in(&(name, chain_id, rpc_url, real_money): &(&str, u64, &str, bool)) -> Network {
    Network {
        name: name.to_owned(),
        chain_id,
        rpc_url: rpc_url.to_owned(),
        real_money,
        named: Named::default(),
    }
}

/// Absent on a system that knows no folder for settings, and no home.
fn usual_path() -> Option<PathBuf> {
    let settings = env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty());
    let folder = settings
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".config")))?;
    Some(folder.join("surety").join("networks.toml"))
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(File::default()),
        Err(reason) => {
            return Err(ConfigError::Unreadable {
                path: path.to_owned(),
                reason,
            });
        }
    };
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map(|span| text[..span.start].matches('\n').count() + 1)
            .map(|line| format!("line {line}: "))
            .unwrap_or_default();
        ConfigError::Malformed {
            path: path.to_owned(),
            reason: format!("{line}{}", error.message().replace('\n', " ")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("networks.toml");
        fs::write(&path, text).unwrap();
        Config::read(Some(&path))
    }

    #[test]
    fn without_a_file_the_networks_are_those_that_are_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::read(Some(&folder.path().join("networks.toml"))).unwrap();
        assert_eq!(config.usual().unwrap().name, "devnet");
        assert!(config.named("arbitrum-one").unwrap().real_money);
        assert!(!config.named("arbitrum-sepolia").unwrap().real_money);
        assert_eq!(config.of_chain(421_614).unwrap().name, "arbitrum-sepolia");
        let unknown = config.named("mainnet").unwrap_err().to_string();
        assert!(
            unknown.contains("no network `mainnet`") && unknown.contains("devnet, nitro-devnode"),
            "{unknown}"
        );
    }

    #[test]
    fn a_file_overrides_a_part_of_a_network_and_adds_others() {
        let config = config(
            "default = \"mine\"\n[networks.arbitrum-one]\nrpc-url = \"http://here\"\n\
             [networks.mine]\nchain-id = 412346\nrpc-url = \"http://there\"\nreal-money = false\n\
             escrow = \"0x0101010101010101010101010101010101010101\"\nsince = 7\n",
        )
        .unwrap();
        let one = config.named("arbitrum-one").unwrap();
        assert_eq!(
            (one.chain_id, one.rpc_url.as_str(), one.real_money),
            (42_161, "http://here", true)
        );
        let mine = config.usual().unwrap();
        assert_eq!(
            (mine.named.escrow, mine.named.since),
            (Some(Address::repeat_byte(1)), Some(7))
        );
        assert_eq!(
            config.of_chain(412_346).unwrap().name,
            "mine",
            "the usual network goes before others of its chain"
        );
    }

    #[test]
    fn a_chain_that_nobody_told_of_is_taken_for_real_money() {
        assert!(config("").unwrap().of_chain_at(1, "http://x").real_money);
        let untold = config("[networks.mine]\nchain-id = 5\nrpc-url = \"http://x\"\n").unwrap();
        assert!(untold.named("mine").unwrap().real_money);
    }

    #[test]
    fn a_malformed_file_is_told_with_its_line() {
        let error = config("default = \"devnet\"\n[networks.devnet]\nrpc = \"http://x\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 3") && error.contains("unknown field `rpc`"),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
        let error = config("[networks.mine]\nchain-id = 5\n").unwrap_err().to_string();
        assert!(error.contains("`mine`") && error.contains("has no rpc-url"), "{error}");
    }
}
