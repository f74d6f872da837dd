//! What all plays share: the chain, the contracts on it, the accounts, and the computations done once.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::OnceLock,
};

use alloy::{
    primitives::{Address, B256, U256, hex, keccak256},
    signers::local::PrivateKeySigner,
    sol_types::SolValue,
};
use anyhow::{Context as _, Result};
use serde_json::json;
use surety_devnet::{Config, Node, rpc};
use surety_protocol::sha256;
use surety_wasm::{COLLUSION, ESCROW, PREDICATE, REFEREE};

use super::scenarios::{Role, Work};
use crate::{
    chain::{Chain, Request},
    commands::{Deployed, deploy_artifact},
    computation::Computation,
    own::Allowed,
};

/// Wei that each account starts with.
const FUNDS: u128 = 1_000 * 10u128.pow(18);

/// Everything that is set up once.
pub struct Stage {
    server: rpc::ServerHandle,
    deployer: Chain,
    /// One connection for each role, with that role's key.
    roles: Vec<(Role, Chain)>,
    pub predicate: Deployed,
    pub escrow: Deployed,
    pub verifier: Deployed,
    pub collusion: Deployed,
    /// By [`Work`], each computed when it is first needed.
    solved: [OnceLock<Solved>; Work::COUNT],
}

/// A computation with its right result.
pub struct Solved {
    pub computation: Computation,
    pub right: Vec<Vec<u8>>,
}

impl Stage {
    /// Starts a chain behind JSON-RPC on a free port, at a time or now, and deploys the contracts.
    pub async fn set(begin: Option<u64>) -> Result<Self> {
        Self::set_around(begin, None).await
    }

    /// As [`Stage::set`], with another contract of the same interface in the escrow's place: what this code creates.
    pub async fn set_around(begin: Option<u64>, twin: Option<&[u8]>) -> Result<Self> {
        let node = Node::new(Config::default()).context("cannot start the chain")?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = rpc::serve(node, address)
            .await
            .context("cannot listen on a port of this machine")?;
        let chain = Chain::connect(&server.url()).await?;
        if let Some(begin) = begin {
            chain.develop("evm_setNextBlockTimestamp", json!([begin])).await?;
        }
        let deployer = funded(&chain, "deployer").await?;
        let predicate = deploy_artifact(&deployer, &PREDICATE, None).await?;
        let mut escrow = deploy_artifact(&deployer, &ESCROW, None).await?;
        if let Some(twin) = twin {
            let created = deployer.submit(&Request::create(twin.to_vec())).await?;
            escrow.address = created.contract.context("the receipt names no contract address")?;
        }
        let constructor = escrow.address.abi_encode();
        let verifier = deploy_artifact(&deployer, &REFEREE, Some(constructor)).await?;
        let constructor = (escrow.address, verifier.address).abi_encode();
        let collusion = deploy_artifact(&deployer, &COLLUSION, Some(constructor)).await?;
        let mut roles = Vec::with_capacity(Role::ALL.len());
        for role in Role::ALL {
            roles.push((role, funded(&chain, role.name()).await?));
        }
        Ok(Self {
            server,
            deployer,
            roles,
            predicate,
            escrow,
            verifier,
            collusion,
            solved: Default::default(),
        })
    }

    /// An account that is no party to any job.
    pub fn deployer(&self) -> &Chain {
        &self.deployer
    }

    pub fn contracts(&self) -> [&Deployed; 4] {
        [&self.escrow, &self.verifier, &self.collusion, &self.predicate]
    }

    /// The connection that signs for a role.
    pub fn role(&self, role: Role) -> Result<&Chain> {
        self.roles
            .iter()
            .find_map(|(candidate, chain)| (*candidate == role).then_some(chain))
            .context("every role has its account")
    }

    pub fn account(&self, role: Role) -> Result<Address> {
        Ok(self.role(role)?.account()?)
    }

    /// A computation's right result.
    pub fn work(&self, work: Work) -> Result<&Solved> {
        let cell = &self.solved[work as usize];
        if let Some(solved) = cell.get() {
            return Ok(solved);
        }
        let solved = Solved::new(work)?;
        Ok(cell.get_or_init(|| solved))
    }

    /// Makes a block a second after `clock`.
    pub async fn pass(&self, clock: u64) -> Result<()> {
        let chain = self.role(Role::Client)?;
        chain.develop("evm_setNextBlockTimestamp", json!([clock + 1])).await?;
        chain.develop("evm_mine", json!([])).await?;
        Ok(())
    }

    /// Stops the chain.
    pub async fn strike(self) {
        self.server.stop().await;
    }
}

impl Solved {
    fn new(work: Work) -> Result<Self> {
        let task = match work {
            Work::Primes => "primes:0..1000000".to_owned(),
            Work::Preimages => "preimage:737572657479:12:0..1000000".to_owned(),
            Work::Powers => format!(
                "modexp:65537:{}:{}:64",
                modulus(),
                hex::encode(sha256(&[b"surety demo"]))
            ),
            Work::Squarings => format!(
                "squarings:{}:{}:64:16384",
                hex::encode(sha256(&[b"surety demo start"])),
                modulus()
            ),
            Work::Million => "preimage:737572657479:1:0..2097152".to_owned(),
        };
        let computation = Computation::parse(&task, &Allowed::default())?;
        let right = computation.compute("computing")?;
        Ok(Self { computation, right })
    }
}

/// A key of the demo's own, with money.
async fn funded(chain: &Chain, name: &str) -> Result<Chain> {
    let key: B256 = keccak256(format!("surety demo {name}"));
    let signer = PrivateKeySigner::from_bytes(&key)?;
    let funds = U256::from(FUNDS);
    chain
        .develop("anvil_setBalance", json!([signer.address(), funds]))
        .await?;
    Ok(chain.signing(signer))
}

/// An odd number of 2048 bits in hexadecimal, with nothing up its sleeve.
fn modulus() -> String {
    let mut bytes: Vec<u8> = (0..8u8)
        .flat_map(|block| sha256(&[b"surety demo modulus", &[block]]))
        .collect();
    if let [first, .., last] = bytes.as_mut_slice() {
        *first |= 0x80;
        *last |= 1;
    }
    hex::encode(bytes)
}
