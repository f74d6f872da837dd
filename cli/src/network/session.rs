//! A connection to the network that a command is about, and the contracts that are known there.

use alloy::{network::EthereumWallet, primitives::Address};
use anyhow::Result;

use super::{Config, Network, deployments::Record};
use crate::{
    args::{DelegateArgs, GlobalArgs},
    chain::{Chain, ChainError},
    own,
};

/// A network that is not what was asked for, or misses something.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(
        "wrong network: {url} is chain {found}, but {network} is chain {expected}; check --rpc-url (SURETY_RPC_URL) and \
         --network (SURETY_NETWORK)"
    )]
    WrongNetwork {
        url: String,
        network: String,
        expected: u64,
        found: u64,
    },
    #[error("ether on {network} is real money: say --real-money if you mean to spend it")]
    RealMoney { network: String },
    #[error(
        "no {contract} is known on {network}: deploy one with `surety deploy`, or name it with --{flag} or in the \
         networks file"
    )]
    Unknown {
        contract: &'static str,
        flag: &'static str,
        network: String,
    },
    #[error(
        "the {contract} of {network} is gone: nothing is left at {address} on chain {chain_id}; if the chain began anew, \
         deploy again with `surety deploy`"
    )]
    Gone {
        contract: &'static str,
        network: String,
        address: Address,
        chain_id: u64,
    },
}

/// A chain, the name that it goes by, and what is on it.
#[derive(Clone)]
pub struct Session {
    pub chain: Chain,
    pub network: Network,
    /// What was deployed from here.
    pub record: Record,
}

impl GlobalArgs {
    /// The user's networks.
    pub fn config(&self) -> Result<Config> {
        Ok(Config::read(self.config.as_deref())?)
    }

    /// For commands that only read. `chain_id`: where the job is, if that is known; it chooses the network of whoever
    /// names none.
    pub async fn reading(&self, chain_id: Option<u64>) -> Result<Session> {
        let config = self.config()?;
        let (chain, network) = match (&self.network, &self.rpc_url) {
            (None, Some(url)) => {
                let chain = Chain::connect(url).await?;
                let network = config.of_chain_at(chain.id(), url);
                (chain, network)
            }
            (name, url) => {
                let network = match name {
                    Some(name) => config.named(name)?,
                    None => match chain_id.and_then(|id| config.of_chain(id)) {
                        Some(network) => network,
                        None => config.usual()?,
                    },
                };
                let chain = Chain::connect(url.as_ref().unwrap_or(&network.rpc_url)).await?;
                (chain, network)
            }
        };
        if chain.id() != network.chain_id {
            return Err(SessionError::WrongNetwork {
                url: chain.url().to_owned(),
                found: chain.id(),
                expected: network.chain_id,
                network: network.name,
            }
            .into());
        }
        let record = config.deployments().of(&network)?;
        Ok(Session { chain, network, record })
    }

    /// For commands that send transactions. The key comes first: to ask for a password, or to miss it, needs no chain.
    pub async fn signing(&self, chain_id: Option<u64>) -> Result<Session> {
        self.signing_with(self.wallet().await?, chain_id).await
    }

    /// The same with a key that was opened before.
    pub async fn signing_with(&self, wallet: EthereumWallet, chain_id: Option<u64>) -> Result<Session> {
        let mut session = self.reading(chain_id).await?;
        if session.network.real_money {
            let network = &session.network.name;
            if !self.real_money {
                return Err(SessionError::RealMoney {
                    network: network.clone(),
                }
                .into());
            }
            eprintln!(
                "surety: warning: this spends real money: the ether of {} on {network}",
                wallet.default_signer().address()
            );
        }
        session.chain = session.chain.signing(wallet);
        Ok(session)
    }

    pub async fn wallet(&self) -> Result<EthereumWallet> {
        self.keys.wallet(self.config()?.keystore().as_deref()).await
    }

    /// The account that would sign, as far as it is known without a password.
    pub fn account(&self) -> Option<Address> {
        let keystore = self.config().ok().and_then(|config| config.keystore());
        self.keys.account(keystore.as_deref())
    }
}

impl Session {
    /// The escrow that was named, or the one that is known here.
    pub async fn escrow(&self, named: Option<Address>) -> Result<Address> {
        self.contract("escrow", "escrow", named).await
    }

    /// The referee contract, likewise.
    pub async fn verifier(&self, named: Option<Address>) -> Result<Address> {
        self.contract("referee", "verifier", named).await
    }

    fn known(&self, contract: &str) -> Option<Address> {
        self.network.known(&self.record, contract)
    }

    /// Block from which on an escrow can have logs.
    pub fn since(&self, escrow: Address) -> u64 {
        if self.network.named.escrow == Some(escrow) {
            return self.network.named.since.unwrap_or_default();
        }
        let deployed = self.record.contracts.get("escrow");
        deployed
            .filter(|deployed| deployed.address == escrow)
            .map_or(0, |deployed| deployed.block)
    }

    /// The order with what it leaves open: the escrow, and for a built-in task the predicate, unless it names a referee
    /// alone, whose word it wants then.
    pub async fn complete(&self, order: &DelegateArgs) -> Result<DelegateArgs> {
        let mut order = order.clone();
        order.escrow = Some(self.escrow(order.escrow).await?);
        // An own computation has a predicate of its own, if any.
        let own = order.task.starts_with(own::PREFIX);
        let by_word = order.without_predicate || (order.referee.is_some() && order.verifier.is_none());
        if order.predicate.is_none() && !own && !by_word && self.known("predicate").is_some() {
            order.predicate = Some(self.contract("predicate", "predicate", None).await?);
        }
        Ok(order)
    }

    /// `flag`: what names it on the command line.
    async fn contract(&self, contract: &'static str, flag: &'static str, named: Option<Address>) -> Result<Address> {
        if let Some(address) = named {
            return Ok(address);
        }
        let network = || self.network.name.clone();
        let address = self.known(contract).ok_or_else(|| SessionError::Unknown {
            contract,
            flag,
            network: network(),
        })?;
        match self.chain.code(address).await {
            Ok(_) => Ok(address),
            Err(ChainError::NoContract { .. }) => Err(SessionError::Gone {
                contract,
                network: network(),
                address,
                chain_id: self.chain.id(),
            }
            .into()),
            Err(error) => Err(error.into()),
        }
    }
}
