//! Filters that are polled: `eth_newFilter` and its relatives.
//!
//! A filter remembers the last block it has reported, not what happened since: polling reads the chain. Filters
//! therefore take no memory while nobody polls, and miss nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy::{
    network::{AnyRpcTransaction, TransactionResponse},
    primitives::{B256, U256},
    rpc::types::{Filter, FilterChanges, Log},
};
use jsonrpsee::core::RegisterMethodError;

use super::{Context, error::RpcError, registry::Registry};
use crate::node::{Node, NodeError};

/// A filter that nobody polls for this long is removed. Geth's limit.
const IDLE: Duration = Duration::from_secs(300);
/// Filters that can be installed at a time.
const MAX_FILTERS: usize = 10_000;

type Changes = FilterChanges<AnyRpcTransaction>;

/// All installed filters.
#[derive(Debug, Default)]
pub struct Filters {
    installed: Mutex<Installed>,
}

#[derive(Debug, Default)]
struct Installed {
    last_id: u64,
    by_id: HashMap<U256, Polled>,
}

#[derive(Debug)]
struct Polled {
    kind: Kind,
    /// The last block whose content has been reported.
    reported: u64,
    last_poll: Instant,
}

#[derive(Debug)]
enum Kind {
    Blocks,
    Logs(Box<Filter>),
    Transactions {
        full: bool,
        /// Reported while they waited, so that they are not reported again once mined.
        waiting: HashSet<B256>,
    },
}

impl Filters {
    fn lock(&self) -> MutexGuard<'_, Installed> {
        // Every change is a single insertion, removal or assignment, so the content is sound after a panic.
        self.installed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self, node: &Node, kind: Kind) -> Result<U256, RpcError> {
        let now = Instant::now();
        let mut installed = self.lock();
        installed
            .by_id
            .retain(|_, polled| now.duration_since(polled.last_poll) < IDLE);
        if installed.by_id.len() >= MAX_FILTERS {
            return Err(RpcError::Refused(format!("there are {MAX_FILTERS} filters already")));
        }
        installed.last_id += 1;
        let id = U256::from(installed.last_id);
        installed.by_id.insert(
            id,
            Polled {
                kind,
                reported: node.block_number(),
                last_poll: now,
            },
        );
        Ok(id)
    }

    fn uninstall(&self, id: U256) -> bool {
        self.lock().by_id.remove(&id).is_some()
    }

    /// What happened since the last poll.
    fn changes(&self, node: &Node, id: U256) -> Result<Changes, RpcError> {
        let mut installed = self.lock();
        let polled = installed.by_id.get_mut(&id).ok_or_else(not_found)?;
        polled.last_poll = Instant::now();
        polled.changes(node)
    }

    /// The query of a log filter.
    fn query(&self, id: U256) -> Result<Filter, RpcError> {
        let mut installed = self.lock();
        let polled = installed.by_id.get_mut(&id).ok_or_else(not_found)?;
        polled.last_poll = Instant::now();
        match &polled.kind {
            Kind::Logs(filter) => Ok((**filter).clone()),
            Kind::Blocks | Kind::Transactions { .. } => {
                Err(RpcError::Refused("expected a filter made by eth_newFilter".into()))
            }
        }
    }

    /// The chain went back to block `head`: what comes after it is new again.
    pub fn rewind(&self, head: u64) {
        for polled in self.lock().by_id.values_mut() {
            polled.reported = polled.reported.min(head);
        }
    }
}

fn not_found() -> RpcError {
    RpcError::Refused("filter not found".into())
}

impl Polled {
    fn changes(&mut self, node: &Node) -> Result<Changes, RpcError> {
        let latest = node.block_number();
        let from = self.reported.min(latest) + 1;
        let oldest = node.oldest_block();
        if from < oldest {
            // Said once; the next poll goes on with what there is.
            self.reported = oldest - 1;
            return Err(NodeError::Pruned { block: from, oldest }.into());
        }
        let changes = match &mut self.kind {
            Kind::Blocks => FilterChanges::Hashes(
                (from..=latest)
                    .filter_map(|number| {
                        Some(
                            node.block(number.into(), false)
                                .transpose()?
                                .map(|block| block.header.hash),
                        )
                    })
                    .collect::<Result<_, _>>()?,
            ),
            Kind::Logs(filter) => FilterChanges::Logs(new_logs(node, filter, from, latest)?),
            Kind::Transactions { full, waiting } => {
                let found = new_transactions(node, waiting, from, latest)?;
                if *full {
                    FilterChanges::Transactions(found.into_iter().filter_map(|hash| node.transaction(hash)).collect())
                } else {
                    FilterChanges::Hashes(found)
                }
            }
        };
        self.reported = latest;
        Ok(changes)
    }
}

fn new_logs(node: &Node, filter: &Filter, from: u64, latest: u64) -> Result<Vec<Log>, RpcError> {
    if from > latest || filter.block_option.is_block_hash() {
        return Ok(Vec::new());
    }
    let mut logs = node.logs(&filter.clone().select(from..=latest))?;
    logs.retain(|log| {
        log.block_number
            .is_some_and(|number| filter.matches_block_range(number))
    });
    Ok(logs)
}

/// Transactions that were mined in the blocks or wait now, without those in `waiting`; `waiting` becomes what waits
/// now.
fn new_transactions(node: &Node, waiting: &mut HashSet<B256>, from: u64, latest: u64) -> Result<Vec<B256>, NodeError> {
    let mut mined = Vec::new();
    for number in from..=latest {
        mined.extend(node.sent_transactions(number.into())?);
    }
    let pending: Vec<B256> = node
        .pending_transactions()
        .iter()
        .map(|transaction| transaction.tx_hash())
        .collect();
    let found = mined
        .into_iter()
        .chain(pending.iter().copied())
        .filter(|hash| !waiting.contains(hash))
        .collect();
    *waiting = pending.into_iter().collect();
    Ok(found)
}

pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.method("eth_newFilter", |Context { node, filters }, (filter,): (Filter,)| {
        filters.install(node, Kind::Logs(Box::new(filter)))
    })?;
    methods.method("eth_newBlockFilter", |Context { node, filters }, ()| {
        filters.install(node, Kind::Blocks)
    })?;
    methods.method(
        "eth_newPendingTransactionFilter",
        |Context { node, filters }, (full,): (Option<bool>,)| {
            let kind = Kind::Transactions {
                full: full.unwrap_or(false),
                waiting: HashSet::new(),
            };
            filters.install(node, kind)
        },
    )?;
    methods.method("eth_uninstallFilter", |context, (id,): (U256,)| {
        Ok(context.filters.uninstall(id))
    })?;
    methods.method("eth_getFilterChanges", |context, (id,): (U256,)| {
        context.filters.changes(&context.node, id)
    })?;
    methods.method("eth_getFilterLogs", |context, (id,): (U256,)| {
        Ok(context.node.logs(&context.filters.query(id)?)?)
    })
}
