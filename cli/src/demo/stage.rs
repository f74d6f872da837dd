//! What all plays share: the chain, the contracts on it, the accounts, and the computations done once.

use std::net::{Ipv4Addr, SocketAddr};

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
    chain::Chain,
    commands::{Deployed, deploy_artifact},
    computation::Computation,
};

/// Wei that each account starts with.
const FUNDS: u128 = 1_000 * 10u128.pow(18);

/// Everything that is set up once.
pub struct Stage {
    server: rpc::ServerHandle,
    /// One connection for each role, with that role's key.
    roles: Vec<(Role, Chain)>,
    pub predicate: Deployed,
    pub escrow: Deployed,
    pub verifier: Deployed,
    pub collusion: Deployed,
    primes: Solved,
    preimages: Solved,
    powers: Solved,
    squarings: Solved,
}

/// A computation with its right result.
pub struct Solved {
    pub computation: Computation,
    pub right: Vec<Vec<u8>>,
}

impl Stage {
    /// Starts a chain behind JSON-RPC on a free port, deploys the contracts and computes the results.
    pub async fn set() -> Result<Self> {
        let node = Node::new(Config::default()).context("cannot start the chain")?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = rpc::serve(node, address)
            .await
            .context("cannot listen on a port of this machine")?;
        let chain = Chain::connect(&server.url()).await?;
        let deployer = funded(&chain, "deployer").await?;
        let predicate = deploy_artifact(&deployer, &PREDICATE, None).await?;
        let escrow = deploy_artifact(&deployer, &ESCROW, None).await?;
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
            roles,
            predicate,
            escrow,
            verifier,
            collusion,
            primes: Solved::new("primes:0..1000000")?,
            preimages: Solved::new("preimage:737572657479:12:0..1000000")?,
            powers: Solved::new(&format!(
                "modexp:65537:{}:{}:64",
                modulus(),
                hex::encode(sha256(&[b"surety demo"]))
            ))?,
            squarings: Solved::new(&format!(
                "squarings:{}:{}:64:16384",
                hex::encode(sha256(&[b"surety demo start"])),
                modulus()
            ))?,
        })
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

    pub fn work(&self, work: Work) -> &Solved {
        match work {
            Work::Primes => &self.primes,
            Work::Preimages => &self.preimages,
            Work::Powers => &self.powers,
            Work::Squarings => &self.squarings,
        }
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
    fn new(task: &str) -> Result<Self> {
        let computation = Computation::parse(task)?;
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
