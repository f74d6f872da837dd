//! A place in the chain's cache, where entering a program costs less gas.

use alloy::{
    primitives::{Address, B256, U256, address},
    sol,
};

use crate::{
    chain::{Chain, ChainError, Request, Sent},
    units,
};

/// Where ArbWasmCache lives on every Arbitrum chain.
const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");

sol! {
    interface ArbWasmCache {
        function allCacheManagers() external view returns (address[] managers);
        function codehashIsCached(bytes32 codehash) external view returns (bool);
    }

    /// Sells places by auction.
    interface ICacheManager {
        function getMinBid(address program) external view returns (uint192 min);
        function placeBid(address program) external payable;
    }
}

/// What came of asking for a place. None of it is a failure: a program that is not cached works.
#[derive(Clone, Debug)]
pub enum Caching {
    /// It has one.
    Cached,
    /// It got one for a bid, in wei.
    Bid(Sent, U256),
    /// It has none.
    Uncached(String),
}

impl Caching {
    /// As in `--json`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cached => "cached",
            Self::Bid(..) => "bid",
            Self::Uncached(_) => "uncached",
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Cached => "cached".to_owned(),
            Self::Bid(sent, wei) => {
                format!(
                    "cached for a bid of {} and {} gas",
                    units::ether(*wei),
                    units::grouped(sent.gas)
                )
            }
            Self::Uncached(reason) => format!("not cached: {reason}"),
        }
    }

    pub fn sent(&self) -> Option<&Sent> {
        match self {
            Self::Bid(sent, _) => Some(sent),
            Self::Cached | Self::Uncached(_) => None,
        }
    }
}

/// Bids for a program's place at the chain's cache managers, one after the other, no more than `most` wei.
pub async fn cache(
    chain: &Chain,
    program: Address,
    code_hash: B256,
    most: Option<U256>,
) -> Result<Caching, ChainError> {
    let codehash = code_hash;
    match chain
        .call(ARB_WASM_CACHE, ArbWasmCache::codehashIsCachedCall { codehash })
        .await
    {
        Ok(true) => return Ok(Caching::Cached),
        Ok(false) => {}
        Err(error) if error.is_about_state() => return Ok(Caching::Uncached("this chain has no cache".to_owned())),
        Err(error) => return Err(error),
    }
    let Some(most) = most else {
        return Ok(Caching::Uncached("no bid was asked for".to_owned()));
    };
    let managers = chain
        .call(ARB_WASM_CACHE, ArbWasmCache::allCacheManagersCall {})
        .await?;
    let mut refusals = Vec::new();
    // The newest of them is the one that is kept up.
    for manager in managers.into_iter().rev() {
        match bid(chain, manager, program, most).await {
            Ok(Ok(caching)) => return Ok(caching),
            Ok(Err(reason)) => refusals.push(reason),
            Err(error) if error.is_refusal() => refusals.push(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    Ok(Caching::Uncached(match refusals.is_empty() {
        true => "this chain has no cache manager".to_owned(),
        false => refusals.join("; "),
    }))
}

/// The inner error says why no bid was placed.
async fn bid(
    chain: &Chain,
    manager: Address,
    program: Address,
    most: U256,
) -> Result<Result<Caching, String>, ChainError> {
    let least = chain.call(manager, ICacheManager::getMinBidCall { program }).await?;
    let least = U256::from(least);
    if least > most {
        return Ok(Err(format!(
            "a place costs {} now, more than --max-bid {}",
            units::ether(least),
            units::ether(most)
        )));
    }
    let call = ICacheManager::placeBidCall { program };
    let sent = chain.send(&Request::call(manager, &call).paying(least)).await?;
    Ok(Ok(Caching::Bid(sent, least)))
}
