//! `surety deploy`: the contracts onto a chain, activated and cached, as far as they are not there yet.
//!
//! Every step is written down before the next begins, a creation before it is sent: whatever interrupts it, the same
//! command carries on.

mod cache;
mod steps;

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolValue,
};
use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};
use surety_contracts::{ICollusion, IReferee};
use surety_wasm::{Artifact, COLLUSION, ESCROW, PREDICATE, REFEREE};

pub use cache::ICacheManager;
pub use steps::{Deployed, activate, deploy_artifact};

use crate::{
    args::GlobalArgs,
    chain::{Chain, ChainError, Sent, Signed},
    context::Report,
    network::{Deployment, Deployments, Network, args::DeployArgs, deployments::Underway},
    units,
};
use cache::Caching;

/// A contract that is in its place, and what was done for that.
struct Placed {
    artifact: &'static Artifact,
    address: Address,
    block: u64,
    code_hash: B256,
    /// Why what was written down is of no use any more.
    replaced: Option<String>,
    create: Option<Sent>,
    activate: Option<Sent>,
    caching: Caching,
    /// Gas of each entry when the program is not cached, and when it is.
    entry: (u64, u64),
}

impl Placed {
    fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.create.iter().chain(&self.activate).chain(self.caching.sent())
    }

    fn json(&self) -> Value {
        json!({
            "name": self.artifact.name,
            "address": self.address,
            "block": self.block,
            "codeHash": self.code_hash,
            "wasmBytes": self.artifact.wasm.len(),
            "codeBytes": self.artifact.code.len(),
            "initGas": self.entry.0,
            "cachedInitGas": self.entry.1,
            "replaced": self.replaced,
            "create": self.create.as_ref().map(Sent::json),
            "activate": self.activate.as_ref().map(Sent::json),
            "cache": self.caching.name(),
            "bid": self.caching.sent().map(Sent::json),
        })
    }

    fn text(&self) -> String {
        let gas = |sent: &Sent| units::grouped(sent.gas);
        let mut text = format!("{:<10} {}\n", self.artifact.name, self.address);
        if let Some(reason) = &self.replaced {
            text += &format!("           deployed anew: {reason}\n");
        }
        text += &format!(
            "           code {} bytes ({} as WASM), hash {}, as embedded\n           {}, {}, {}\n",
            units::grouped(self.artifact.code.len() as u64),
            units::grouped(self.artifact.wasm.len() as u64),
            self.code_hash,
            match &self.create {
                Some(sent) => format!("created for {} gas", gas(sent)),
                None => format!("there since block {}", self.block),
            },
            match &self.activate {
                Some(sent) => format!("activated for {}", gas(sent)),
                None => "active".to_owned(),
            },
            self.caching.text()
        );
        text
    }
}

/// `surety deploy`
pub async fn run(global: &GlobalArgs, args: &DeployArgs) -> Result<Report> {
    let deployments = global.config()?.deployments();
    let session = global.signing(None).await?;
    let site = Site {
        chain: session.chain,
        network: session.network,
        deployments,
        most_bid: (!args.no_cache).then(|| U256::from(args.max_bid.0)),
    };
    let predicate = site.place(&PREDICATE, None).await?;
    let escrow = site.place(&ESCROW, None).await?;
    let constructor = escrow.address.abi_encode();
    let referee = site.place(&REFEREE, Some(constructor)).await?;
    let constructor = (escrow.address, referee.address).abi_encode();
    let collusion = site.place(&COLLUSION, Some(constructor)).await?;
    Ok(site.report(&[escrow, referee, collusion, predicate]))
}

/// Where contracts are put, and where that is written down.
struct Site {
    chain: Chain,
    network: Network,
    deployments: Deployments,
    most_bid: Option<U256>,
}

impl Site {
    /// Finishes what is missing of one contract. `constructor`: its arguments.
    async fn place(&self, artifact: &'static Artifact, constructor: Option<Vec<u8>>) -> Result<Placed> {
        let constructor = constructor.as_deref();
        let recorded = match self.recorded(artifact)? {
            Some(recorded) => Some(recorded),
            None => self.resume(artifact).await?,
        };
        let (mut standing, mut replaced, mut activate) = (None, None, None);
        if let Some(recorded) = recorded {
            match self.inspect(artifact, constructor, &recorded).await? {
                Ok(activated) => (standing, activate) = (Some(recorded), activated),
                Err(reason) => replaced = Some(reason),
            }
        }
        let (standing, create) = match standing {
            Some(standing) => (standing, None),
            None => {
                let (created, sent) = self.create(artifact, constructor).await?;
                let found = self.inspect(artifact, constructor, &created).await?;
                activate = found.map_err(|reason| anyhow!("what was created is not as it should be: {reason}"))?;
                (created, Some(sent))
            }
        };
        let Deployment { address, block } = standing;
        let code_hash = keccak256(artifact.code);
        let caching = cache::cache(&self.chain, address, code_hash, self.most_bid).await?;
        Ok(Placed {
            artifact,
            address,
            block,
            code_hash,
            replaced,
            create,
            activate,
            caching,
            entry: steps::entry_gas(&self.chain, address).await?,
        })
    }

    fn recorded(&self, artifact: &Artifact) -> Result<Option<Deployment>> {
        let record = self.deployments.of(&self.network)?;
        Ok(record.contracts.get(artifact.name).cloned())
    }

    /// Looks whether a contract is the one that it should be, and activates it if it is not active. The inner error says
    /// why it is of no use.
    async fn inspect(
        &self,
        artifact: &Artifact,
        constructor: Option<&[u8]>,
        found: &Deployment,
    ) -> Result<Result<Option<Sent>, String>> {
        let address = found.address;
        match steps::holds_code(&self.chain, artifact, address).await {
            Ok(true) => {}
            Ok(false) => return Ok(Err(format!("{address} has the code of another version"))),
            Err(ChainError::NoContract { .. }) => {
                return Ok(Err(format!("nothing is left at {address}; the chain began anew")));
            }
            Err(error) => return Err(error.into()),
        }
        // Before it is asked anything: a program that is not active does not answer.
        let activated = steps::activate(&self.chain, address).await?;
        if self.constructed_with(artifact, address).await?.as_deref() != constructor {
            return Ok(Err(format!("{address} was constructed for other contracts")));
        }
        Ok(Ok(activated))
    }

    /// The arguments that a contract was constructed with, by its own word.
    async fn constructed_with(&self, artifact: &Artifact, address: Address) -> Result<Option<Vec<u8>>> {
        let chain = &self.chain;
        Ok(match artifact.name {
            name if name == REFEREE.name => {
                let escrow = chain.call(address, IReferee::escrowCall {}).await?;
                Some(escrow.abi_encode())
            }
            name if name == COLLUSION.name => {
                let escrow = chain.call(address, ICollusion::escrowCall {}).await?;
                let referee = chain.call(address, ICollusion::refereeCall {}).await?;
                Some((escrow, referee).abi_encode())
            }
            _ => None,
        })
    }

    /// Creates a contract. The signed transaction is on the disk before it is sent.
    async fn create(&self, artifact: &Artifact, constructor: Option<&[u8]>) -> Result<(Deployment, Sent)> {
        let request = steps::creation(&self.chain, artifact, constructor).await?;
        let signed = self.chain.prepare(&request).await?;
        self.deployments.change(&self.network, |record| {
            record.underway = Some(Underway {
                contract: artifact.name.to_owned(),
                transaction: signed.hash,
                raw: signed.raw.clone(),
            });
        })?;
        let sent = self.chain.conclude(request.call, &signed).await?;
        Ok((self.note(artifact, &sent)?, sent))
    }

    /// What became of a creation that was signed when this command was interrupted. It is sent again if no block has it.
    async fn resume(&self, artifact: &Artifact) -> Result<Option<Deployment>> {
        let record = self.deployments.of(&self.network)?;
        let Some(underway) = record.underway.filter(|underway| underway.contract == artifact.name) else {
            return Ok(None);
        };
        let signed = Signed {
            hash: underway.transaction,
            raw: underway.raw,
        };
        let sent = match self.chain.outcome(signed.hash).await? {
            Some(sent) => sent,
            None => match self.chain.conclude("create", &signed).await {
                Ok(sent) => sent,
                // Another transaction took its nonce, or the chain began anew: it can never be mined.
                Err(ChainError::Refused { .. } | ChainError::Failed { .. }) => return Ok(None),
                Err(error) => return Err(error.into()),
            },
        };
        match sent.success {
            true => self.note(artifact, &sent).map(Some),
            false => Ok(None),
        }
    }

    /// Writes down where a contract is.
    fn note(&self, artifact: &Artifact, sent: &Sent) -> Result<Deployment> {
        let deployed = Deployment {
            address: steps::created(sent)?,
            block: sent.block,
        };
        self.deployments
            .change(&self.network, |record| {
                record.contracts.insert(artifact.name.to_owned(), deployed.clone());
                record.underway = None;
            })
            .with_context(|| format!("the {} is at {}, but", artifact.name, deployed.address))?;
        Ok(deployed)
    }

    fn report(&self, placed: &[Placed]) -> Report {
        let sent: Vec<&Sent> = placed.iter().flat_map(Placed::sent).collect();
        let gas: u64 = sent.iter().map(|sent| sent.gas).sum();
        let mut text: String = placed.iter().map(Placed::text).collect();
        text += &match sent.len() {
            0 => "\neverything is in its place: nothing was sent".to_owned(),
            count => format!("\n{count} transactions, {} gas", units::grouped(gas)),
        };
        let at = |artifact: &Artifact| placed.iter().find(|placed| placed.artifact.name == artifact.name);
        let address = |artifact| at(artifact).map(|placed| placed.address).unwrap_or_default();
        text += &format!(
            "\nknown to all commands on {} from now on; for other tools:\n\
             export SURETY_ESCROW={} SURETY_VERIFIER={} SURETY_PREDICATE={} SURETY_COLLUSION={}",
            self.network.name,
            address(&ESCROW),
            address(&REFEREE),
            address(&PREDICATE),
            address(&COLLUSION)
        );
        let contracts: Vec<Value> = placed.iter().map(Placed::json).collect();
        let json = json!({
            "network": self.network.name,
            "chainId": self.chain.id(),
            "contracts": contracts,
            "transactions": sent.len(),
            "gas": gas,
        });
        Report::new(text, json)
    }
}
